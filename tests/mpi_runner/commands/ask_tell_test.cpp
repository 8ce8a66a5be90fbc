#include <nlohmann/json.hpp>

#include "mpi_runner/ask_tell/dialogue.h"
#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

// Two active parameters, and y only where k is "b".
constexpr const char* kSpace = R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1},
    {"name": "k", "type": "categorical", "choices": ["a", "b"]},
    {"name": "y", "type": "int", "low": 1, "high": 5, "when": {"k": "b"}}]})";

// A client and the session that it talks to.
class AskTell : public test::CommandTest {
 protected:
  Json say_line(const std::string& line) {
    const Answer answer = dialogue_->answer(line);
    waited_for_sync_ = answer.waits_for_sync;
    return Json::parse(answer.text);
  }
  Json say(const Json& request) { return say_line(request.dump()); }
  std::string error(const std::string& line) { return say_line(line).value("error", ""); }

  Json create(Json more = Json::object()) {
    Json request = {{"op", "create"}, {"space", Json::parse(kSpace)}, {"strategy", "random"}, {"seed", 1}};
    request.update(more);
    return say(request);
  }
  Json create_in_file(Json more = Json::object()) {
    more["study"] = study_file();
    return create(more);
  }
  std::vector<std::uint64_t> ask(std::size_t count) {
    std::vector<std::uint64_t> numbers;
    const Json answer = say({{"op", "ask"}, {"n", count}});
    for (const Json& trial : answer.at("trials")) numbers.push_back(trial.at("trial"));
    return numbers;
  }
  Json tell(std::uint64_t trial, double value) { return say({{"op", "tell"}, {"trial", trial}, {"values", {value}}}); }
  Json best() { return say({{"op", "best"}}).at("best"); }

  // The program ends without a word, as by kill -9, and is started again.
  void vanish() {
    dialogue_ = std::make_unique<Dialogue>();
    // This process is the owner that the file names, and it lives on.
    std::filesystem::remove(study_file() + ".owner");
  }
  void close() {
    EXPECT_EQ(say({{"op", "close"}}), Json({{"closed", true}}));
    dialogue_ = std::make_unique<Dialogue>();
  }
  bool waited_for_sync() const { return waited_for_sync_; }

  std::unique_ptr<Dialogue> dialogue_ = std::make_unique<Dialogue>();

 private:
  bool waited_for_sync_ = false;
};

TEST_F(AskTell, HandsOutActiveParametersAndKeepsTheBest) {
  create();
  const Json trials = say({{"op", "ask"}, {"n", 20}}).at("trials");
  for (const Json& trial : trials) {
    EXPECT_EQ(trial.at("parameters").contains("y"), trial.at("parameters").at("k") == "b");
    tell(trial.at("trial"), std::abs(trial.at("trial").get<double>() - 7));
  }

  EXPECT_EQ(trials.size(), 20);
  EXPECT_EQ(best(), Json({{"trial", 7}, {"parameters", trials[7].at("parameters")}, {"values", {0.0}}}));
}

TEST_F(AskTell, TrialsStayOpenInAnyNumberAndEndInAnyOrder) {
  create();
  EXPECT_THAT(ask(3), ElementsAre(0, 1, 2));
  EXPECT_THAT(ask(2), ElementsAre(3, 4));

  for (const std::uint64_t trial : {4, 0, 3, 2, 1}) EXPECT_EQ(tell(trial, 1), Json({{"told", trial}}));

  EXPECT_THAT(ask(1), ElementsAre(5));
}

TEST_F(AskTell, TheFirstResultCounts) {
  create();
  ask(1);
  tell(0, 1);

  EXPECT_THAT(error(R"({"op": "tell", "trial": 0, "values": [0]})"), StartsWith("line 4: trial 0 is complete already"));
  EXPECT_EQ(best().at("values"), Json({1.0}));
}

TEST_F(AskTell, ErrorsAreAnswersAndLoseNothing) {
  create();
  ask(2);

  EXPECT_THAT(error(R"({"op": "tell", "trial": 9, "values": [1]})"), HasSubstr("there is no trial 9 (the study has 2"));
  EXPECT_THAT(error(R"({"op": "tell", "trial": 0, "values": [1, 2]})"), HasSubstr("has 2 numbers"));
  EXPECT_THAT(error(R"({"op": "tell", "trial": 0})"), HasSubstr("either \"values\" or \"failed\""));
  EXPECT_THAT(error(R"({"op": "tell", "trial": 0, "values": ["a"]})"), HasSubstr("is not a number"));
  EXPECT_THAT(error(R"({"op": "tell", "trial": 0, "failed": "crsh"})"), HasSubstr("Did you mean 'crash'?"));
  EXPECT_THAT(error(R"({"op": "tell", "trial": 0, "values": [1], "duration_s": -1})"),
              HasSubstr("= -1 is not between"));
  EXPECT_THAT(error(R"({"op": "tell", "trail": 0})"), HasSubstr("Did you mean 'trial'?"));
  EXPECT_THAT(error(R"({"op": "aks"})"), HasSubstr("Did you mean 'ask'?"));
  EXPECT_THAT(error(R"({"op": "ask", "n": 0})"), HasSubstr("not between 1 and"));
  EXPECT_THAT(error(R"({"n": 1})"), HasSubstr("\"op\" is missing"));
  EXPECT_THAT(error(R"({"op": 5})"), HasSubstr("\"op\" is not a text"));
  EXPECT_LT(error(R"({"op": ")" + std::string(5'000'000, 'a') + "\"}").size(), 200U);
  EXPECT_THAT(error(R"({"op": "tell", "trial": 0, "values": [1], "message": "good"})"),
              HasSubstr("\"message\" says why a trial failed"));
  EXPECT_THAT(error("[1]"), HasSubstr("a request is a JSON object"));
  EXPECT_THAT(error("{\"op\": ask}"), StartsWith("line 17: column 8: this is not JSON"));
  EXPECT_THAT(error(""), StartsWith("line 18: column 1: this is not JSON"));
  EXPECT_THAT(error(R"({"op": "tell", "trial": 0, "trial": 1, "values": [1]})"),
              HasSubstr("the key \"trial\" is there twice"));

  EXPECT_EQ(tell(0, 1), Json({{"told", 0}}));
  EXPECT_EQ(tell(1, 1), Json({{"told", 1}}));
}

TEST_F(AskTell, MistakesOfCreateAreSaidAndItCanBeSaidAgain) {
  EXPECT_THAT(error(R"({"op": "ask"})"), HasSubstr("there is no study yet"));
  EXPECT_THAT(error(R"({"op": "create"})"), HasSubstr("\"space\" is missing"));
  EXPECT_THAT(error(R"({"op": "create", "spaec": {}})"), HasSubstr("Did you mean 'space'?"));
  EXPECT_THAT(error(R"({"op": "create", "study": ""})"), HasSubstr("\"study\" is empty"));
  EXPECT_THAT(error(R"({"op": "create", "seed": 1, "seed": 2})"), HasSubstr("there twice"));
  EXPECT_THAT(error(R"({"op": "create", "space": {"parameters": [{"name": "x", "type": "flot"}]}})"),
              AllOf(HasSubstr("parameter 'x'"), HasSubstr("'float'")));
  EXPECT_THAT(create({{"strategy", "randon"}}).value("error", ""), HasSubstr("Did you mean 'random'?"));
  EXPECT_THAT(create({{"options", {{"sede", 1}}}}).value("error", ""), HasSubstr("sede"));
  EXPECT_THAT(create({{"objectives", {{{"name", "a"}, {"direction", "max"}}}}}).value("error", ""),
              HasSubstr("Known are: minimize, maximize."));
  EXPECT_THAT(create({{"objectives", {{{"name", "a"}}, {{"name", "a"}}}}}).value("error", ""), HasSubstr("name 'a'"));
  EXPECT_THAT(create({{"enqueue", {{{"x", 7}}}}}).value("error", ""), HasSubstr("not in the search space"));

  EXPECT_FALSE(create().contains("error"));
  EXPECT_THAT(create().value("error", ""), HasSubstr("there is a study already"));
}

TEST_F(AskTell, AStrategyThatRefusesItsOptionsLeavesNoStudy) {
  const std::string plugin = TUNER_FIXTURES "/misbehaving_strategy.so";

  const Json answer = create_in_file({{"strategy", plugin}, {"options", {{"misbehave", "user_mistake"}}}});

  EXPECT_THAT(answer.value("error", ""), HasSubstr("needs at least 3 parameters"));
  EXPECT_FALSE(std::filesystem::exists(study_file()));
}

TEST_F(AskTell, AStrategyThatDiesIsStartedAgain) {
  create({{"strategy", TUNER_FIXTURES "/misbehaving_strategy.so"}, {"options", {{"misbehave", "segfault"}}}});

  EXPECT_THAT(ask(2), ElementsAre(0, 1));
}

TEST_F(AskTell, AStrategyThatAlwaysDiesIsAnErrorAndResultsAreStillTaken) {
  create({{"strategy", TUNER_FIXTURES "/misbehaving_strategy.so"}, {"options", {{"misbehave", "throw_in_tell"}}}});
  ask(2);
  tell(0, 1);

  EXPECT_THAT(error(R"({"op": "ask"})"), HasSubstr("cannot fit"));
  EXPECT_EQ(tell(1, 0.5), Json({{"told", 1}}));
  EXPECT_THAT(error(R"({"op": "ask"})"), HasSubstr("cannot fit"));
  EXPECT_EQ(best().at("trial"), 1);
}

TEST_F(AskTell, WhatIsNoNumberIsABadValue) {
  create_in_file();
  ask(6);
  std::uint64_t trial = 0;
  for (const std::string value : {"NaN", "Infinity", "-Infinity", "null", "\"NaN\"", "\"-Infinity\""}) {
    const std::string line = R"({"op": "tell", "trial": )" + std::to_string(trial) + R"(, "values": [)" + value + "]}";
    EXPECT_EQ(say_line(line), Json({{"told", trial}})) << line;
    ++trial;
  }

  EXPECT_TRUE(best().is_null());
  close();
  EXPECT_THAT(run("show", {study_file(), "--trial", "1"}),
              AllOf(HasSubstr("bad_value"), HasSubstr("objective 'value' is inf")));
}

TEST_F(AskTell, AFiniteSpaceEndsExhausted) {
  create({{"space", {{"parameters", {{{"name", "k"}, {"type", "int"}, {"low", 1}, {"high", 3}}}}}}});

  const Json answer = say({{"op", "ask"}, {"n", 10}});

  EXPECT_EQ(answer.at("trials").size(), 3);
  EXPECT_EQ(answer.value("exhausted", false), true);
}

TEST_F(AskTell, SeveralObjectivesAndConstraintsHaveAFront) {
  create({{"objectives", {{{"name", "loss"}}, {{"name", "speed"}, {"direction", "maximize"}}}},
          {"constraints", {"cost"}}});
  ask(3);
  const auto told = [&](int trial, Json values, double cost) {
    return say({{"op", "tell"}, {"trial", trial}, {"values", values}, {"constraints", {cost}}});
  };
  told(0, {1, 1}, -1);
  told(1, {2, 2}, 0);
  told(2, {0, 3}, 1);

  const Json answer = say({{"op", "best"}});

  EXPECT_EQ(answer.at("best").at("trial"), 0);
  EXPECT_EQ(answer.at("best").at("constraints"), Json({-1.0}));
  EXPECT_EQ(answer.at("front").size(), 2);
}

TEST_F(AskTell, EnqueuedConfigurationsComeFirstAndOnlyOnce) {
  const Json wanted = {{"x", 0.25}, {"k", "b"}, {"y", 3}};
  EXPECT_THAT(create_in_file({{"enqueue", {wanted}}}).at("open"), IsEmpty());
  EXPECT_EQ(say({{"op", "ask"}, {"n", 2}}).at("trials")[0].at("parameters"), wanted);
  tell(0, 1);
  close();

  create_in_file({{"enqueue", {wanted}}});
  EXPECT_THAT(ask(2), ElementsAre(1, 2));
}

TEST_F(AskTell, AKilledSessionGoesOnWithItsOpenTrialsFirst) {
  EXPECT_THAT(create_in_file().at("open"), IsEmpty());
  const Json first = say({{"op", "ask"}, {"n", 3}}).at("trials");
  tell(1, 0.5);
  vanish();

  const Json again = create_in_file();
  EXPECT_EQ(again.at("open"), Json({0, 2}));
  EXPECT_EQ(again.at("finished"), 1);
  const Json repeated = say({{"op", "ask"}, {"n", 3}}).at("trials");
  EXPECT_EQ(repeated[0].at("trial"), 0);
  EXPECT_EQ(repeated[0].at("attempt"), 2);
  EXPECT_EQ(repeated[0].at("seed"), first[0].at("seed"));
  EXPECT_EQ(repeated[1].at("parameters"), first[2].at("parameters"));
  EXPECT_EQ(repeated[2].at("trial"), 3);
  close();

  EXPECT_THAT(run("replay", {study_file()}), HasSubstr("4 suggestions in 2 epochs: all equal"));
}

TEST_F(AskTell, AResultMayComeBeforeItsTrialIsAskedAgain) {
  create_in_file();
  ask(2);
  vanish();
  create_in_file();

  EXPECT_EQ(tell(1, 0.5), Json({{"told", 1}}));
  EXPECT_THAT(ask(2), ElementsAre(0, 2));
}

TEST_F(AskTell, ALostTrialIsHandedOutAgain) {
  create();
  ask(2);
  say_line(R"({"op": "tell", "trial": 0, "failed": "lost", "message": "node gone"})");

  const Json trial = say({{"op", "ask"}, {"n", 1}}).at("trials")[0];

  EXPECT_EQ(trial.at("trial"), 0);
  EXPECT_EQ(trial.at("attempt"), 2);
}

TEST_F(AskTell, AStudyFileNeedsNothingElseAndRefusesAnotherStudy) {
  create_in_file();
  ask(1);
  tell(0, 0.5);
  close();
  const auto refused = [&](Json more) { return create_in_file(more).value("error", ""); };

  EXPECT_THAT(refused({{"seed", 2}}), HasSubstr("the seed is 2 (the study has 1)"));
  EXPECT_THAT(refused({{"strategy", "sobol"}}), HasSubstr("the strategy is sobol (the study has random)"));
  EXPECT_THAT(refused({{"objectives", {{{"name", "loss"}}}}}),
              HasSubstr("the goal is minimize loss (the study has minimize value)"));
  EXPECT_THAT(refused({{"space", {{"parameters", {{{"name", "z"}, {"type", "bool"}}}}}}}),
              HasSubstr("the search space is another one"));
  EXPECT_EQ(say({{"op", "create"}, {"study", study_file()}}).at("finished"), 1);
  EXPECT_EQ(best().at("trial"), 0);
}

TEST_F(AskTell, AStudyOfAPluginIsRefused) {
  write(test::StudyEvents().epoch().said_goodbye());

  EXPECT_THAT(say({{"op", "create"}, {"study", study_file()}}).value("error", ""),
              AllOf(HasSubstr("evaluated by plugin 'xgb'"), HasSubstr("tuner --resume")));
}

TEST_F(AskTell, ResultsInAFileWaitForTheirSyncUnlessTheClientDoesNotMind) {
  create_in_file();
  ask(1);
  EXPECT_FALSE(waited_for_sync());
  tell(0, 1);
  EXPECT_TRUE(waited_for_sync());
  EXPECT_EQ(dialogue_->sync(), "");
  close();

  create_in_file({{"durable", false}});
  ask(1);
  tell(1, 1);
  EXPECT_FALSE(waited_for_sync());
  EXPECT_EQ(say({{"op", "sync"}}), Json({{"synced", true}}));
}

TEST_F(AskTell, TheCommandsReadItsStudies) {
  create_in_file({{"objectives", {{{"name", "loss"}, {"direction", "maximize"}}}}});
  ask(2);
  say_line(R"({"op": "tell", "trial": 0, "values": [2], "metrics": {"auc": 0.9}, "duration_s": 12.5})");
  say_line(R"({"op": "tell", "trial": 1, "failed": "crash", "message": "boom"})");
  close();

  EXPECT_THAT(run("show", {study_file()}), HasSubstr("ask-tell 1, 3 parameters: maximize loss"));
  EXPECT_THAT(run("show", {study_file(), "--trial", "0"}), AllOf(HasSubstr("auc"), HasSubstr("0.9")));
  EXPECT_THAT(run("show", {study_file(), "--trial", "1"}), AllOf(HasSubstr("crash"), HasSubstr("boom")));
  EXPECT_THAT(run("best", {study_file()}), HasSubstr("trial 0"));
  EXPECT_THAT(run("export", {study_file(), "--format", "csv"}), HasSubstr("12.5"));
  EXPECT_THAT(run("status", {study_file(), "--exit-code"}),
              AllOf(HasSubstr("closed by its client"), Not(HasSubstr("wanted"))));
  EXPECT_EQ(code(), 0);
  EXPECT_THAT(run("verify", {study_file()}), HasSubstr("whole"));
  EXPECT_THAT(run("replay", {study_file()}), HasSubstr("all equal"));
  EXPECT_THAT(refusal("refit", {study_file(), "--out", folder() / "model"}), HasSubstr("no objective plugin"));
}

TEST_F(AskTell, TheEndOfTheInputCloses) {
  create_in_file();
  ask(1);

  EXPECT_EQ(dialogue_->end_of_input(), "");
  EXPECT_THAT(run("status", {study_file()}), HasSubstr("closed by its client"));
}

}  // namespace
}  // namespace tuner
