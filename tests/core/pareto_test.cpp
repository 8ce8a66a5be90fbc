#include "core/pareto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tuner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Minimizes loss, maximizes speed, under one constraint; its one parameter says nothing here.
class ParetoFront : public testing::Test {
 protected:
  ParetoFront() {
    const StudyDefinition definition{
        .study_id = std::string(32, '0'),
        .space = SearchSpace::from_json(R"({"parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}]})", ""),
        .goal = {.objectives = {{"loss", false}, {"speed", true}}, .constraints = {"memory"}, .fidelities = {}},
        .objective = {},
        .strategy = {},
        .inputs = {},
        .settings = {}};
    study_.apply(StudyCreated{definition.to_json()});
  }

  void finished(double loss, double speed, double memory = 0) {
    AttemptEnded end = attempt();
    end.values = {loss, speed};
    end.constraints = {memory};
    study_.apply(end);
  }
  void failed() {
    AttemptEnded end = attempt();
    end.cause = Cause::crash;
    study_.apply(end);
  }

  Study study_;
  Origin origin_ = Origin::enqueued;  // of the next trials

 private:
  AttemptEnded attempt() {
    const TrialId id{study_.trial_count()};
    study_.apply(TrialAdded{origin_, {id, {0.5}, {}, std::nullopt, ""}});
    study_.apply(AttemptStarted{id, 1, RankId{0}, 0});
    AttemptEnded end;
    end.trial = id;
    return end;
  }
};

TEST_F(ParetoFront, LeavesOutReplicatesAndTrialsOfEarlierStudies) {
  finished(0.5, 10);
  for (const Origin origin : {Origin::replicate, Origin::imported}) {
    origin_ = origin;
    finished(0.1, 20);
  }

  EXPECT_THAT(pareto_front(study_), ElementsAre(TrialId{0}));
}

TEST_F(ParetoFront, IsEmptyWithoutTrials) {
  EXPECT_THAT(pareto_front(study_), IsEmpty());
}

TEST_F(ParetoFront, LeavesOutDominatedTrials) {
  finished(0.5, 10);
  finished(0.2, 5);
  finished(0.5, 9);
  finished(0.6, 20);
  finished(0.3, 5);

  EXPECT_THAT(pareto_front(study_), ElementsAre(TrialId{1}, TrialId{0}, TrialId{3}));
}

TEST_F(ParetoFront, KeepsTrialsOfEqualValues) {
  finished(0.5, 10);
  finished(0.5, 10);

  EXPECT_THAT(pareto_front(study_), ElementsAre(TrialId{0}, TrialId{1}));
}

TEST_F(ParetoFront, LeavesOutInfeasibleFailedAndUndefinedTrials) {
  finished(0.1, 50, 1);
  failed();
  finished(0.1, std::numeric_limits<double>::quiet_NaN());
  finished(0.5, 10);

  EXPECT_THAT(pareto_front(study_), ElementsAre(TrialId{3}));
}

TEST_F(ParetoFront, AgreesWithTheDefinition) {
  for (int i = 0; i < 200; ++i) finished((i * 37 % 101) / 10.0, (i * 53 % 97) / 10.0);
  std::vector<TrialId> plain;
  for (const TrialId one : study_.finished()) {
    bool dominated = false;
    for (const TrialId other : study_.finished()) {
      const auto a = study_.values(one);
      const auto b = study_.values(other);
      dominated = dominated || (b[0] <= a[0] && b[1] >= a[1] && (b[0] < a[0] || b[1] > a[1]));
    }
    if (!dominated) plain.push_back(one);
  }

  EXPECT_THAT(pareto_front(study_), testing::UnorderedElementsAreArray(plain));
}

}  // namespace
}  // namespace tuner
