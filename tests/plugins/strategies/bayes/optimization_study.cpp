#include "tests/plugins/strategies/bayes/optimization_study.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tuner::test {

using strategies::bayes::Suggester;

OptimizationStudy::OptimizationStudy(const std::string& space, plugin::Goal goal, std::uint64_t seed)
    : view_(SearchSpace::from_json(space, "space")), goal_(std::move(goal)), seed_(seed) {
  restart();
}

void OptimizationStudy::restart() {
  strategy_ = std::make_unique<Suggester>(plugin::Space(view_.c_space()), goal_, seed_);
  for (const std::size_t trial : told_) tell_strategy(trial);
}

plugin::Answer OptimizationStudy::look_ahead(std::size_t want) {
  plugin::Ask ask{asks_++, suggested_, want, {}};
  for (std::size_t i = 0; i < trials_.size(); ++i)
    if (!trials_[i].told) ask.pending.push_back({i, TUNER_ORIGIN_STRATEGY, trials_[i].configuration, {}});
  return strategy_->ask(ask);
}

std::vector<std::size_t> OptimizationStudy::take(std::size_t want) {
  plugin::Answer answer = look_ahead(want);
  exhausted_ = answer.exhausted;
  std::vector<std::size_t> indices;
  for (plugin::Suggestion& suggestion : answer.suggestions) {
    EXPECT_EQ(space().violation(suggestion.configuration), std::nullopt);
    indices.push_back(trials_.size());
    trials_.push_back(
        {std::move(suggestion.configuration), std::move(suggestion.note), false, 0, {}, {}, TUNER_ORIGIN_STRATEGY});
    ++suggested_;
  }
  return indices;
}

void OptimizationStudy::enqueue(std::vector<double> configuration) {
  trials_.push_back({std::move(configuration), "", false, 0, {}, {}, TUNER_ORIGIN_STRATEGY});
}

void OptimizationStudy::import(std::vector<double> configuration, const Outcome& outcome) {
  enqueue(std::move(configuration));
  trials_.back().origin = TUNER_ORIGIN_IMPORTED;
  tell(trials_.size() - 1, outcome);
}

void OptimizationStudy::tell(std::size_t trial, const Outcome& outcome) {
  StudyTrial& told = trials_[trial];
  told.told = true;
  told.values = outcome.values;
  told.constraints = outcome.constraints;
  told.constraints.resize(goal_.constraint_count, std::numeric_limits<double>::quiet_NaN());
  told.cause = std::isnan(outcome.values[0]) ? TUNER_CAUSE_CRASH : TUNER_CAUSE_VALUE;
  told_.push_back(trial);
  tell_strategy(trial);
}

void OptimizationStudy::tell_strategy(std::size_t trial) {
  const StudyTrial& told = trials_[trial];
  const std::vector<double> noise(told.values.size(), std::numeric_limits<double>::quiet_NaN());
  const plugin::ToldResult result{
      trial, -1, told.cause, told.origin, told.configuration, {}, told.values, told.constraints, noise, {}, {}};
  strategy_->tell({&result, 1});
}

void OptimizationStudy::run(const Objective& objective, std::size_t trials, std::size_t workers) {
  std::vector<std::size_t> running;
  while (trials > 0 && !exhausted_) {
    const std::size_t want = std::min(workers - running.size(), trials - running.size());
    for (const std::size_t index : take(std::max<std::size_t>(want, 1))) running.push_back(index);
    if (running.empty()) return;
    tell(running.front(), objective(trials_[running.front()].configuration));
    running.erase(running.begin());
    --trials;
  }
}

double OptimizationStudy::best_value() const {
  double best = std::numeric_limits<double>::infinity();
  for (const StudyTrial& trial : trials_)
    if (trial.told && trial.cause == TUNER_CAUSE_VALUE && trial.origin != TUNER_ORIGIN_IMPORTED)
      best = std::min(best, trial.values[0]);
  return best;
}

std::size_t OptimizationStudy::failures() const {
  return static_cast<std::size_t>(std::count_if(trials_.begin(), trials_.end(), [](const StudyTrial& trial) {
    return trial.told && trial.cause != TUNER_CAUSE_VALUE;
  }));
}

std::string box_space(std::size_t dimensions, double low, double high) {
  std::string text;
  for (std::size_t i = 0; i < dimensions; ++i)
    text += (i == 0 ? "" : ", ") + ("{\"name\": \"x" + std::to_string(i) + "\", \"type\": \"float\", \"low\": ") +
            std::to_string(low) + ", \"high\": " + std::to_string(high) + "}";
  return "{\"parameters\": [" + text + "]}";
}

}  // namespace tuner::test
