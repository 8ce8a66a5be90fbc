#include <gmock/gmock.h>

#include "tests/plugins/strategies/strategy_study.h"

namespace tuner::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr const char* kSpace = R"({"parameters": [
  {"name": "eta", "type": "float", "low": 0.01, "high": 0.5, "log": true, "default": 0.3},
  {"name": "booster", "type": "categorical", "choices": ["tree", "dart"]},
  {"name": "batch", "type": "ordinal", "choices": [16, 32]},
  {"name": "drop", "type": "float", "low": 0, "high": 1, "default": 0.1, "when": {"booster": "dart"}}],
  "forbidden": [{"booster": "dart", "batch": 16}]})";

StrategyStudy manual(const std::string& text) {
  return StrategyStudy({"manual", kSpace, {{"file", temporary_file(text)}}});
}

TEST(Manual, GivesTheConfigurationsOfAnArrayInOrderAndThenIsExhausted) {
  StrategyStudy study = manual(R"([{"eta": 0.1, "batch": 32}, {"booster": "dart", "batch": 32, "drop": 0.5}, {}])");

  study.take(10);

  EXPECT_THAT(study.trial_texts(), ElementsAre(R"({"eta": 0.1, "booster": "tree", "batch": 32})",
                                               R"({"eta": 0.3, "booster": "dart", "batch": 32, "drop": 0.5})",
                                               R"({"eta": 0.3, "booster": "tree", "batch": 32})"));
  EXPECT_TRUE(study.exhausted());
}

TEST(Manual, GivesTheConfigurationsOfLines) {
  StrategyStudy study = manual("{\"eta\": 0.1}\n\n{\"eta\": 0.2}\r\n");

  study.take(2);

  EXPECT_EQ(study.trials().size(), 2U);
  EXPECT_FALSE(study.exhausted());
  study.take(1);
  EXPECT_TRUE(study.exhausted());
}

TEST(Manual, TakesLinesAsEnqueueDoes) {
  StrategyStudy study =
      manual("eta=0.1,booster=\"dart\",batch=32\n  booster=dart,batch=32,drop=0.5 \r\n{\"eta\": 0.2}\n");

  study.take(10);

  EXPECT_THAT(study.trial_texts(), ElementsAre(R"({"eta": 0.1, "booster": "dart", "batch": 32, "drop": 0.1})",
                                               R"({"eta": 0.3, "booster": "dart", "batch": 32, "drop": 0.5})",
                                               R"({"eta": 0.2, "booster": "tree", "batch": 32})"));
}

TEST(Manual, RepeatsWhatTheListRepeats) {
  StrategyStudy study = manual(R"([{}, {}])");

  study.take(10);

  EXPECT_EQ(study.trials().size(), 2U);
}

TEST(Manual, IsExhaustedAtOnceByAnEmptyFile) {
  StrategyStudy study = manual("");

  study.take(1);

  EXPECT_TRUE(study.trials().empty());
  EXPECT_TRUE(study.exhausted());
}

TEST(Manual, NamesAFileThatItCannotRead) {
  EXPECT_THAT(
      [] {
        StrategyStudy({"manual", kSpace, {{"file", "/nowhere/list.json"}}});
      },
      ThrowsMessage<std::runtime_error>(HasSubstr("/nowhere/list.json: cannot be read (No such file or directory)")));
  EXPECT_THAT(
      [] {
        StrategyStudy({"manual", kSpace, {{"file", "/tmp"}}});
      },
      ThrowsMessage<std::runtime_error>(HasSubstr("/tmp: cannot be read (it is a folder)")));
}

struct BadFile {
  std::string text;
  std::string message;
};

class ManualMistake : public testing::TestWithParam<BadFile> {};

TEST_P(ManualMistake, IsOneClearMessageWithItsPlace) {
  EXPECT_THAT([&] { manual(GetParam().text); },
              ThrowsMessage<std::runtime_error>(HasSubstr(".json" + GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    File, ManualMistake,
    testing::Values(BadFile{R"([{}, {"etta": 0.1}])", ": entry 2: there is no parameter 'etta'"},
                    BadFile{"{}\n{\"etta\": 0.1}", ":2: there is no parameter 'etta'"},
                    BadFile{R"([{"eta": 0.7}])", ": entry 1: eta = 0.7 is outside [0.01, 0.5]"},
                    BadFile{R"([{"eta": "0.1"}])", ": entry 1: eta = \"0.1\" is not a number"},
                    BadFile{R"([{"batch": 64}])", ": entry 1: batch = 64 is not one of 16, 32"},
                    BadFile{R"([{"booster": "tree", "drop": 0.1}])", ": entry 1: 'drop' does not apply"},
                    BadFile{R"([{"booster": "dart", "batch": 16}])",
                            ": entry 1: {\"booster\":\"dart\",\"batch\":16} is not in the search space (a forbidden"},
                    BadFile{R"([3])", ": entry 1: 3 is not an object"},
                    BadFile{"[{]", ":1: this is not JSON (syntax error"},
                    BadFile{"[{},\n{\"eta\": }]", ":2: this is not JSON (syntax error"},
                    BadFile{"eta 0.1", ":1: 'eta 0.1' is neither a JSON object"},
                    BadFile{"eta=0.1\neta=0.1,etta=1", ":2: there is no parameter 'etta'. Did you mean 'eta'?"},
                    BadFile{"eta=0.1,eta=0.2", ":1: 'eta' is given twice"},
                    BadFile{"eta=big", ":1: eta = \"big\" is not a number"},
                    BadFile{"booster=drat", ":1: booster = \"drat\" is not one of \"tree\", \"dart\""},
                    BadFile{"[{\"eta\": 1e999}]", ":1: a number stands here that is too large"},
                    BadFile{std::string(100'000, '['), ": lists and objects are nested too deeply"},
                    BadFile{"{}\n{", ":2: this is not JSON ("}));

}  // namespace
}  // namespace tuner::test
