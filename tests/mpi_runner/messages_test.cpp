#include "mpi_runner/messages.h"

#include <gmock/gmock.h>

namespace tuner {
namespace {

SearchSpace small_space() {
  return SearchSpace::from_json(R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}]})", "test");
}

template <class T>
T sent(const T& message) {
  return std::get<T>(message_from(to_bytes(message)));
}

TEST(Messages, ASetupArrivesAsItWasSent) {
  WorkerSetup setup{{{"/bin/host", "/x.so", 3, {}, {}, 1U << 30, 12.5},
                     {{"data", "a.csv"}, {"label", "y"}},
                     small_space(),
                     {{{"loss", false}, {"speed", true}}, {"size"}, {{"epochs", 1, 27}}},
                     "/tmp/trials",
                     7.5,
                     60,
                     20},
                    {{"a.csv", "1f2e"}},
                    "/tmp/logs",
                    33};

  const WorkerSetup arrived = sent(setup);

  EXPECT_EQ(arrived.objective.launch.plugin, "/x.so");
  EXPECT_EQ(arrived.objective.launch.threads, 3U);
  EXPECT_EQ(arrived.objective.launch.memory_limit_bytes, 1U << 30);
  EXPECT_EQ(arrived.objective.launch.start_timeout_s, 12.5);
  EXPECT_EQ(arrived.objective.options, setup.objective.options);
  EXPECT_EQ(arrived.objective.space.to_json(), setup.objective.space.to_json());
  ASSERT_EQ(arrived.objective.goal.objectives.size(), 2U);
  EXPECT_TRUE(arrived.objective.goal.objectives[1].maximize);
  EXPECT_EQ(arrived.objective.goal.constraints, setup.objective.goal.constraints);
  EXPECT_EQ(arrived.objective.goal.fidelities[0].high, 27);
  EXPECT_EQ(arrived.objective.trials_directory, "/tmp/trials");
  EXPECT_EQ(arrived.objective.trial_timeout_s, 7.5);
  EXPECT_EQ(arrived.objective.hang_after_s, 60);
  EXPECT_EQ(arrived.objective.checkpoint_every_s, 20);
  EXPECT_EQ(arrived.digests, setup.digests);
  EXPECT_EQ(arrived.logs, "/tmp/logs");
  EXPECT_EQ(arrived.rank_timeout_s, 33);
}

TEST(Messages, ABatchArrivesAsItWasSent) {
  const WorkBatch batch{{{TrialId{4}, 2, 99, {0.25}, {}, TrialId{1}}, {TrialId{5}, 1, 100, {0.5}, {}, std::nullopt}}};

  const WorkBatch arrived = sent(batch);

  ASSERT_EQ(arrived.assignments.size(), 2U);
  EXPECT_EQ(arrived.assignments[0].attempt, 2U);
  EXPECT_EQ(arrived.assignments[0].seed, 99U);
  EXPECT_EQ(arrived.assignments[0].parent, TrialId{1});
  EXPECT_EQ(arrived.assignments[1].configuration, std::vector<double>{0.5});
  EXPECT_EQ(arrived.assignments[1].parent, std::nullopt);
}

TEST(Messages, EventsArriveAsTheyWereSent) {
  const WorkerEvents events{{Reported{TrialId{3}, 1, 5, 0.5},
                             AttemptEnded{TrialId{3}, 1, Cause::value, 0, 2, {0.25}, {}, {{"trees", 12}}, ""}}};

  const WorkerEvents arrived = sent(events);

  ASSERT_EQ(arrived.events.size(), 2U);
  EXPECT_EQ(std::get<Reported>(arrived.events[0]).step, 5);
  EXPECT_EQ(std::get<AttemptEnded>(arrived.events[1]).notes[0].second, 12);
}

TEST(Messages, ABreakdownSaysWhoseFaultItIs) {
  EXPECT_EQ(sent(WorkerBroken{"n1", "no such file"}).message, "no such file");
  EXPECT_EQ(sent(WorkerReady{"n1"}).host, "n1");
}

TEST(Messages, MessagesCutAnywhereAreRefused) {
  const Bytes whole = to_bytes(WorkBatch{{{TrialId{4}, 2, 99, {0.25}, {}, TrialId{1}}}});

  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(message_from(std::span(whole).first(size)), MalformedBytes) << size;
}

}  // namespace
}  // namespace tuner
