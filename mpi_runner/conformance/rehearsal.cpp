#include "mpi_runner/conformance/rehearsal.h"

#include <utility>

namespace tuner::conformance {
namespace {

Study new_study(const Stage& stage) {
  const StudyDefinition definition{std::string(32, '0'), stage.seed, stage.space, stage.goal, {}, {}, {}, {}};
  Study study;
  study.apply(StudyCreated{definition.to_json()});
  study.apply(EpochStarted{EpochNumber{1}, 0, "{}"});
  return study;
}

StrategySetup strategy_setup(const PluginUnderTest& plugin, const Stage& stage) {
  return {.launch = plugin.setup.launch,
          .options = plugin.options,
          .space = stage.space,
          .goal = stage.goal,
          .seed = stage.seed,
          .ask_timeout_s = plugin.setup.trial_timeout_s};
}

// The squared distance from a point off the middle of the cube.
double made_up_value(const SearchSpace& space, std::span<const double> configuration) {
  constexpr double kOptimum = 0.3;
  double sum = 0;
  for (const double coordinate : space.to_unit(configuration)) sum += (coordinate - kOptimum) * (coordinate - kOptimum);
  return sum;
}

}  // namespace

Stage mixed_stage() {
  return {SearchSpace::from_json(R"({"parameters": [
              {"name": "rate", "type": "float", "low": 0.0001, "high": 1, "log": true},
              {"name": "depth", "type": "int", "low": 1, "high": 9},
              {"name": "kind", "type": "categorical", "choices": ["plain", "dropout"]},
              {"name": "batch", "type": "ordinal", "choices": [16, 32, 64]},
              {"name": "warm", "type": "bool"},
              {"name": "drop", "type": "float", "low": 0, "high": 1, "when": {"kind": ["dropout"]}}],
              "forbidden": [{"kind": "dropout", "depth": {"low": 8}}]})",
                                 "the check's space"),
          {.objectives = {{.name = "value"}}, .constraints = {}, .fidelities = {}}};
}

Stage finite_stage() {
  return {SearchSpace::from_json(R"({"parameters": [
              {"name": "a", "type": "categorical", "choices": ["x", "y"]},
              {"name": "b", "type": "int", "low": 1, "high": 3}]})",
                                 "the check's space"),
          {.objectives = {{.name = "value"}}, .constraints = {}, .fidelities = {}}};
}

Rehearsal::Rehearsal(const PluginUnderTest& plugin, const Stage& stage)
    : study_(new_study(stage)), host_(strategy_setup(plugin, stage)) {}

StrategyAnswer Rehearsal::ask(std::uint32_t want) {
  const AskNumber number = study_.next_ask();
  study_.apply(Asked{number, want, study_.finished().size()});
  host_.ask(study_, {number, want, study_.suggested(), study_.pending()});
  StrategyAnswer answer = host_.wait();

  Answered answered{number, static_cast<std::uint8_t>(answer.exhausted), {}};
  for (const Suggestion& suggestion : answer.suggestions) {
    suggested_.push_back(suggestion.configuration);
    answered.trials.push_back({TrialId{study_.trial_count() + answered.trials.size()}, suggestion.configuration,
                               suggestion.fidelities, suggestion.parent, suggestion.note});
  }
  study_.apply(answered);
  return answer;
}

void Rehearsal::enqueue() {
  const TrialId trial{study_.trial_count()};
  study_.apply(TrialAdded{Origin::enqueued, {trial, study_.space().sample(1, trial.value), {}, std::nullopt, ""}});
}

void Rehearsal::finish_oldest(Cause cause) {
  const TrialId trial = study_.pending().front();
  study_.apply(AttemptStarted{trial, 1, RankId{0}, 0});
  study_.apply(Reported{trial, 1, 1, 1.0});
  AttemptEnded ended;
  ended.trial = trial;
  ended.cause = cause;
  if (cause == Cause::value) ended.values = {made_up_value(study_.space(), study_.configuration(trial))};
  study_.apply(ended);
  host_.tell(study_, std::span(study_.finished()).last(1));
}

}  // namespace tuner::conformance
