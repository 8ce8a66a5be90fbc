#include "core/duration_forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/random.h"
#include "tests/core/study_builder.h"

namespace tuner {
namespace {

constexpr double kInactiveRate = std::numeric_limits<double>::quiet_NaN();

// A study of a booster, whose trials take what a test says.
class TimedStudy {
 public:
  TimedStudy() : events_(definition()) {}

  const Study& study() const { return events_.study(); }

  TrialId wait(std::uint64_t rounds, double eta, bool dart = false) {
    const TrialId id{study().trial_count()};
    const double rate = dart ? 0.5 : kInactiveRate;
    events_.apply(TrialAdded{Origin::enqueued,
                             {id, {static_cast<double>(rounds), eta, dart ? 1.0 : 0.0, rate}, {}, std::nullopt, {}}});
    return id;
  }
  TrialId wait_anywhere() {
    return wait(10 + static_cast<std::uint64_t>(990 * random_.uniform()), std::pow(10, -3 * random_.uniform()),
                random_.uniform() < 0.5);
  }
  void ran(TrialId id, double duration_s, Cause cause = Cause::value) {
    const bool failed = cause != Cause::value;
    events_.start(id.value);
    const std::uint32_t attempt = study().trial(id).attempt;
    events_.apply(AttemptEnded{id,
                               attempt,
                               cause,
                               200 + duration_s,
                               failed ? 0 : duration_s,
                               failed ? std::vector<double>{} : std::vector{1.0},
                               {},
                               {},
                               ""});
  }
  double rounds(TrialId id) const { return study().configuration(id)[0]; }
  double eta(TrialId id) const { return study().configuration(id)[1]; }
  double uniform() { return random_.uniform(); }
  ExpectedDuration forecast(TrialId id) const { return *DurationForecast(study()).of(study(), id); }

 private:
  static StudyDefinition definition() {
    StudyDefinition made = testing::small_definition();
    made.space = SearchSpace::from_json(
        R"({"parameters": [{"name": "rounds", "type": "int", "low": 10, "high": 1000},
                           {"name": "eta", "type": "float", "low": 0.001, "high": 1, "log": true},
                           {"name": "booster", "type": "categorical", "choices": ["gbtree", "dart"]},
                           {"name": "rate_drop", "type": "float", "low": 0, "high": 1,
                            "when": {"booster": ["dart"]}}]})",
        "test");
    return made;
  }

  testing::StudyBuilder events_;
  RandomStream random_{11};
};

TEST(DurationForecast, IsUnknownWhileFewTrialsHaveEnded) {
  TimedStudy timed;
  for (int i = 0; i < 4; ++i) timed.ran(timed.wait_anywhere(), 10);
  const TrialId next = timed.wait_anywhere();

  EXPECT_FALSE(DurationForecast(timed.study()).of(timed.study(), next));

  timed.ran(timed.wait_anywhere(), 10);
  EXPECT_TRUE(DurationForecast(timed.study()).of(timed.study(), next));
}

TEST(DurationForecast, OfConstantDurationsIsThatConstant) {
  TimedStudy timed;
  for (int i = 0; i < 8; ++i) timed.ran(timed.wait_anywhere(), 10);

  const ExpectedDuration expected = timed.forecast(timed.wait_anywhere());

  EXPECT_NEAR(expected.expected_s, 10, 1e-6);
  EXPECT_NEAR(expected.latest_s, 10, 1e-6);
}

TEST(DurationForecast, FollowsAPowerOfOneParameter) {
  TimedStudy timed;
  for (int i = 0; i < 30; ++i) {
    const TrialId id = timed.wait_anywhere();
    timed.ran(id, 0.1 * timed.rounds(id));
  }

  EXPECT_NEAR(timed.forecast(timed.wait(1000, 0.1)).expected_s, 100, 5);
  EXPECT_NEAR(timed.forecast(timed.wait(20, 0.1)).expected_s, 2, 0.1);
}

TEST(DurationForecast, FollowsAChoice) {
  TimedStudy timed;
  for (int i = 0; i < 30; ++i) {
    const TrialId id = timed.wait_anywhere();
    timed.ran(id, timed.study().configuration(id)[2] == 1 ? 50 : 5);
  }

  EXPECT_NEAR(timed.forecast(timed.wait(100, 0.1, true)).expected_s, 50, 2);
  EXPECT_NEAR(timed.forecast(timed.wait(100, 0.1, false)).expected_s, 5, 0.2);
}

TEST(DurationForecast, CoversNoiseThatNothingExplains) {
  TimedStudy timed;
  for (int i = 0; i < 100; ++i) timed.ran(timed.wait_anywhere(), 10 * (0.8 + 0.4 * timed.uniform()));

  const ExpectedDuration expected = timed.forecast(timed.wait_anywhere());

  EXPECT_NEAR(expected.expected_s, 10, 1);
  EXPECT_GT(expected.latest_s, 11);
  EXPECT_LT(expected.latest_s, 13);
}

TEST(DurationForecast, IsNotFarBeyondTheLongestOfMany) {
  TimedStudy timed;
  for (int i = 0; i < 60; ++i) timed.ran(timed.wait_anywhere(), i % 4 == 0 ? 15 : 1);

  EXPECT_LE(timed.forecast(timed.wait_anywhere()).latest_s, 15.01);

  timed.ran(timed.wait_anywhere(), 40, Cause::preempted);
  EXPECT_GT(timed.forecast(timed.wait_anywhere()).latest_s, 15.01) << "one that was cut short may have been longer";
}

TEST(DurationForecast, OfATrialThatWasCutShortIsLongerThanWhatItHad) {
  TimedStudy timed;
  for (int i = 0; i < 8; ++i) timed.ran(timed.wait_anywhere(), 10);
  const TrialId cut = timed.wait_anywhere();
  timed.ran(cut, 70, Cause::preempted);

  EXPECT_GE(timed.forecast(cut).expected_s, 70);
}

TEST(DurationForecast, LearnsFromTrialsThatWereCutShortWhereNoneEnds) {
  TimedStudy timed;
  for (int i = 0; i < 5; ++i) timed.ran(timed.wait_anywhere(), 70, Cause::preempted);

  EXPECT_GE(timed.forecast(timed.wait_anywhere()).expected_s, 70);
}

TEST(DurationForecast, ATrialThatWentOnTookLongerThanItsLastAttempt) {
  TimedStudy study;
  for (int trial = 0; trial < 10; ++trial) {
    const TrialId id = study.wait_anywhere();
    study.ran(id, 100, Cause::preempted);
    study.ran(id, 1);
  }

  EXPECT_NEAR(study.forecast(study.wait_anywhere()).expected_s, 100, 1);
}

TEST(DurationForecast, IsNotMisledByTrialsThatWereCutShortAtTheirBeginning) {
  TimedStudy timed;
  for (int i = 0; i < 8; ++i) timed.ran(timed.wait_anywhere(), 10);
  for (int i = 0; i < 8; ++i) timed.ran(timed.wait_anywhere(), 0.1, Cause::preempted);

  EXPECT_NEAR(timed.forecast(timed.wait_anywhere()).expected_s, 10, 1e-6);
}

TEST(DurationForecast, IgnoresTrialsThatFailedEarly) {
  TimedStudy timed;
  for (int i = 0; i < 8; ++i) timed.ran(timed.wait_anywhere(), 10);
  for (int i = 0; i < 8; ++i) timed.ran(timed.wait_anywhere(), 0.1, Cause::crash);

  EXPECT_NEAR(timed.forecast(timed.wait_anywhere()).expected_s, 10, 1e-6);
}

// Trials for which there was a forecast.
struct Tally {
  int started = 0;
  int killed = 0;           // of these, by the limit
  int rightly_refused = 0;  // the limit would have killed them
  int wrongly_refused = 0;

  double killed_share() const { return static_cast<double>(killed) / (killed + rightly_refused); }
};

using DurationOf = std::function<double(TimedStudy&, TrialId)>;

// Four workers run trials one after the other until each has refused one. The clock is that of the simulation.
Tally one_allocation(std::uint64_t seed, const DurationOf& duration_of, double longest_s) {
  TimedStudy timed;
  for (std::uint64_t skip = 0; skip < seed; ++skip) timed.uniform();
  const double end_s = longest_s * (4 + 4 * timed.uniform());
  struct Worker {
    double free_at_s = 0;
    std::optional<TrialId> trial;
    double duration_s = 0;
  };
  std::vector<Worker> workers(4);
  Tally tally;
  while (true) {
    Worker& worker = *std::ranges::min_element(workers, {}, &Worker::free_at_s);
    if (worker.free_at_s >= end_s) return tally;
    if (worker.trial) timed.ran(*worker.trial, worker.duration_s);
    worker.trial = timed.wait_anywhere();
    worker.duration_s = duration_of(timed, *worker.trial);
    const auto expected = DurationForecast(timed.study()).of(timed.study(), *worker.trial);
    const bool too_late = worker.free_at_s + worker.duration_s > end_s;
    const bool refused = expected && worker.free_at_s + expected->latest_s > end_s;
    if (refused) ++(too_late ? tally.rightly_refused : tally.wrongly_refused);
    if (expected && !refused) tally.started += 1;
    if (expected && !refused && too_late) tally.killed += 1;
    worker.free_at_s = refused ? end_s : worker.free_at_s + worker.duration_s;
  }
}

Tally many_allocations(const DurationOf& duration_of, double longest_s) {
  Tally sum;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Tally one = one_allocation(seed, duration_of, longest_s);
    sum.started += one.started;
    sum.killed += one.killed;
    sum.rightly_refused += one.rightly_refused;
    sum.wrongly_refused += one.wrongly_refused;
  }
  return sum;
}

double noise(TimedStudy& timed) {
  return 0.8 + 0.4 * timed.uniform();
}

// Of the trials that the limit would kill, one in twenty may be started.
void expect_few_killed(const char* name, const Tally& tally) {
  std::printf(
      "%s: %d started, %d of them killed by the limit; %d refused rightly, %d wrongly; %.1f %% of those that "
      "could not end were not started\n",
      name, tally.started, tally.killed, tally.rightly_refused, tally.wrongly_refused,
      100 * (1 - tally.killed_share()));
  ::testing::Test::RecordProperty(name, std::to_string(tally.killed_share()));
  EXPECT_GT(tally.rightly_refused, 100) << name;
  EXPECT_LT(tally.killed_share(), 0.05) << name;
}

// Durations within 20 % of what is predictable. Deterministic: the random numbers are a function of the seeds.
TEST(DurationForecast, TrialsThatItLetsStartAreSeldomKilledByTheLimit) {
  expect_few_killed("same_for_all", many_allocations([](TimedStudy& timed, TrialId) { return 30 * noise(timed); }, 36));
  expect_few_killed(
      "by_rounds",
      many_allocations([](TimedStudy& timed, TrialId id) { return 0.05 * timed.rounds(id) * noise(timed); }, 60));
  expect_few_killed("by_rounds_and_eta", many_allocations(
                                             [](TimedStudy& timed, TrialId id) {
                                               return (1 + 0.05 * timed.rounds(id)) * std::pow(timed.eta(id), -0.1) *
                                                      noise(timed);
                                             },
                                             122));
}

}  // namespace
}  // namespace tuner
