#include "mpi_runner/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mpi_runner/commands/small_study.h"

namespace tuner {
namespace {

using test::StudyEvents;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A function of all the calls made to it since start(): its suggestions change when any of these does.
class FakeStrategy : public ReplayStrategy {
 public:
  void start() override {
    ++starts;
    seen_ = 0;
  }
  void tell(const Study& study, std::span<const TrialId> results) override {
    for (const TrialId id : results) seen_ = seen_ * 31 + id.value + static_cast<std::uint64_t>(study.values(id)[0]);
  }
  void ask(const Study& study, const AskCall& call) override {
    asks.push_back(call.ask.value);
    seen_ = seen_ * 31 + call.ask.value + 7 * call.suggested + fault;
    for (const TrialId id : call.pending) seen_ = seen_ * 31 + id.value;
    answer_ = {call.ask, false, {}};
    for (std::uint32_t i = 0; i < call.want; ++i)
      answer_.suggestions.push_back({study.space().sample(seen_, i), {}, std::nullopt, R"({"why": "fake"})"});
  }
  StrategyAnswer answer() override { return answer_; }

  int starts = 0;
  std::vector<std::uint64_t> asks;
  std::uint64_t fault = 0;  // another value makes it another strategy

 private:
  std::uint64_t seen_ = 0;
  StrategyAnswer answer_;
};

// Runs studies with a FakeStrategy as a manager does, then replays them with another one.
class ReplayTest : public testing::Test {
 protected:
  void epoch(const std::string& facts = test::kFacts) {
    events_.epoch(facts);
    restart();
  }
  void strategy_died() {
    events_.add(StrategyRestarted{"crash"});
    restart();
  }
  void asked(std::uint32_t want) {
    const auto& study = events_.study();
    const Asked event{study.next_ask(), want, study.finished().size()};
    events_.add(event);
    recorder_.tell(study, std::span(study.finished()).subspan(told_));
    told_ = event.told;
    recorder_.ask(study, {event.ask, want, study.suggested(), study.pending()});
  }
  void answered() {
    const StrategyAnswer answer = recorder_.answer();
    Answered event{answer.ask, 0, {}};
    for (const Suggestion& suggestion : answer.suggestions)
      event.trials.push_back({TrialId{events_.study().trial_count() + event.trials.size()}, suggestion.configuration,
                              suggestion.fidelities, suggestion.parent, suggestion.note});
    events_.add(event);
  }
  void oldest_finishes(double value) {
    const TrialId id = events_.started(events_.study().waiting().front());
    events_.completed(id, {value});
  }
  void turns(int count) {
    for (int i = 0; i < count; ++i) {
      asked(2);
      answered();
      oldest_finishes(i * 3 + 1);
    }
  }

  ReplayReport replayed() {
    Replay replay(again_, test::kFacts);
    for (const Event& event : events_.log()) replay.apply(event);
    return replay.report();
  }

  StudyEvents events_;
  FakeStrategy again_;

 private:
  void restart() {
    recorder_.start();
    told_ = 0;
  }

  FakeStrategy recorder_;
  std::uint64_t told_ = 0;
};

TEST_F(ReplayTest, SameStrategyGivesEqualSuggestions) {
  epoch();
  turns(5);

  const ReplayReport report = replayed();

  EXPECT_EQ(report.equal, 10u);
  EXPECT_EQ(report.differing, 0u);
  EXPECT_EQ(report.epochs, 1u);
}

TEST_F(ReplayTest, ResultsMayArriveBetweenAskAndAnswer) {
  epoch();
  turns(2);
  asked(1);
  oldest_finishes(99);
  answered();
  turns(2);

  EXPECT_EQ(replayed().differing, 0u);
}

TEST_F(ReplayTest, OtherStrategyIsFoundOut) {
  epoch();
  turns(5);
  again_.fault = 1;

  const ReplayReport report = replayed();

  EXPECT_EQ(report.differing, 10u);
  EXPECT_THAT(report.differences.front(), HasSubstr("trial 0 (ask 0): recorded {\"eta\""));
}

TEST_F(ReplayTest, TellsTheFirstDifferencesOnly) {
  epoch();
  turns(50);
  again_.fault = 1;

  EXPECT_THAT(replayed().differences, SizeIs(10));
}

TEST_F(ReplayTest, UnansweredAskIsMadeButNotCompared) {
  epoch();
  turns(2);
  asked(3);
  epoch();
  turns(2);

  const ReplayReport report = replayed();

  EXPECT_EQ(report.equal, 8u);
  EXPECT_EQ(report.differing, 0u);
  EXPECT_THAT(again_.asks, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(ReplayTest, EachEpochAndEachRestartBeginsAnew) {
  epoch();
  turns(2);
  epoch();
  turns(2);
  asked(1);
  strategy_died();
  turns(2);

  const ReplayReport report = replayed();

  EXPECT_EQ(report.differing, 0u);
  EXPECT_EQ(report.epochs, 2u);
  EXPECT_EQ(again_.starts, 3);
}

TEST_F(ReplayTest, EpochOfAnotherMachineIsNotComparable) {
  epoch(R"({"cpu_level": "x86-64-v4", "libraries": {"tuner": "0.9"}})");
  turns(2);
  epoch();
  turns(3);

  const ReplayReport report = replayed();

  EXPECT_EQ(report.not_comparable, 4u);
  EXPECT_EQ(report.equal, 6u);
  EXPECT_THAT(report.incomparables,
              ElementsAre("epoch 1: cpu_level x86-64-v4 (here x86-64-v3), tuner 0.9 (here 1.0.0)"));
}

TEST_F(ReplayTest, EpochWithoutFactsIsNotComparable) {
  epoch("");
  turns(1);

  EXPECT_EQ(replayed().not_comparable, 2u);
  EXPECT_THAT(again_.asks, IsEmpty());
}

TEST_F(ReplayTest, ShorterAnswerDiffers) {
  epoch();
  asked(2);
  events_.add(Answered{AskNumber{0}, 1, {}});

  const ReplayReport report = replayed();

  EXPECT_EQ(report.differing, 1u);
  EXPECT_THAT(report.differences.front(), HasSubstr("recorded 0 suggestions and that no more exist, now 2"));
}

TEST_F(ReplayTest, MoreToldThanThereWereIsDamage) {
  epoch();
  events_.add(Asked{AskNumber{0}, 1, 5});

  EXPECT_THROW(replayed(), DamagedStudy);
}

}  // namespace
}  // namespace tuner
