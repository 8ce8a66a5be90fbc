#include "mpi_runner/evaluator.h"

#include <gmock/gmock.h>

#include <deque>

#include "tests/mpi_runner/plugin_host/host_testing.h"

namespace tuner::testing {
namespace {

using ::testing::ElementsAre;

// Advances until something has happened.
std::vector<Event> next_events(Evaluator& evaluator) {
  std::vector<Event> events = evaluator.advance();
  for (const Patience patience; events.empty() && !patience.over(); events = evaluator.advance()) {
    std::vector<pollfd> descriptors;
    evaluator.append_poll_fds(descriptors);
    poll(descriptors.data(), descriptors.size(),
         static_cast<int>(1e3 * std::min(1.0, evaluator.next_deadline_in_s())) + 1);
  }
  return events;
}

// A host that is slow to start would seem to hold its first trial long.
void wait_until_ready(Evaluator& evaluator) {
  for (const Patience patience; !evaluator.ready() && !patience.over();) {
    std::vector<pollfd> descriptors;
    evaluator.append_poll_fds(descriptors);
    poll(descriptors.data(), descriptors.size(), 1000);
    evaluator.advance();
  }
}

// On a busy machine the evaluator may return what waits; the manager then hands it out again, in the same order.
std::vector<TrialId> ended_in_order(Evaluator& evaluator, std::size_t count) {
  std::vector<TrialId> ended;
  for (const Patience patience; ended.size() < count && !patience.over();) {
    std::deque<Assignment> again;
    for (const Event& event : next_events(evaluator)) {
      if (const auto* end = std::get_if<AttemptEnded>(&event)) ended.push_back(end->trial);
      if (const auto* returned = std::get_if<AttemptReturned>(&event)) again.push_front(trial(returned->trial.value));
    }
    evaluator.add({again.begin(), again.end()});
  }
  return ended;
}

TEST(Evaluator, EvaluatesABatchInItsOrder) {
  RankLog log("/proc/nowhere", RankId{0});
  Evaluator evaluator(fixture_setup(misbehave("none")), {}, log);

  evaluator.add({trial(0), trial(1), trial(2)});

  EXPECT_THAT(ended_in_order(evaluator, 3), ElementsAre(TrialId{0}, TrialId{1}, TrialId{2}));
  EXPECT_TRUE(evaluator.idle());
}

TEST(Evaluator, ReturnsWhatWaitsBehindALongTrialTheLastFirst) {
  RankLog log("/proc/nowhere", RankId{0});
  Evaluator evaluator(fixture_setup(misbehave("hang", 1)), {}, log);
  wait_until_ready(evaluator);

  evaluator.add({trial(1), trial(2), trial(3)});
  const std::vector<Event> events = next_events(evaluator);

  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(std::get<AttemptReturned>(events[0]).trial, TrialId{3});
  EXPECT_EQ(std::get<AttemptReturned>(events[1]).trial, TrialId{2});
  EXPECT_FALSE(evaluator.idle());
}

}  // namespace
}  // namespace tuner::testing
