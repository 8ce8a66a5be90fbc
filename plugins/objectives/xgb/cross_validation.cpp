#include "plugins/objectives/xgb/cross_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>

namespace tuner::xgb {
namespace {

// A round of a small table takes 0.5 ms, a question to the host some microseconds.
constexpr int kRoundsBetweenQuestions = 5;

// Whether a fold rests after this round, at 100, 200, 400, 800: there its booster is made anew from its model, whether
// or not anybody saves it, since what XGBoost draws its columns from is not in a model. So an interrupted trial and one
// that was not do the same. A new booster predicts with all its trees first: at doubled distances that costs at most as
// many predictions as rounds.
bool rests_after(int round) {
  constexpr unsigned kFirstRest = 100;
  const unsigned rests = static_cast<unsigned>(round) / kFirstRest;
  return static_cast<unsigned>(round) % kFirstRest == 0 && std::has_single_bit(rests);
}

// XGBoost 1.7 starts every regression from 0.5, which leaves small eta and few rounds far from the labels. Starting
// from their mean is what XGBoost does since 2.0.
Parameters with_start(const Training& training, const Matrix& matrix) {
  Parameters parameters = training.parameters;
  if (training.task != Task::regression) return parameters;
  const auto labels = matrix.labels();
  const double mean = std::accumulate(labels.begin(), labels.end(), 0.0) / static_cast<double>(labels.size());
  parameters.emplace_back("base_score", fmt::format("{}", mean));
  return parameters;
}

// A new booster draws from the beginning of its seed's sequence again, so it gets another seed.
Booster made_from(const CrossValidationState& state, Parameters parameters, std::span<const Matrix* const> matrices) {
  const auto seed = std::ranges::find(parameters, "seed", &Parameters::value_type::first);
  if (seed != parameters.end())
    seed->second = fmt::format("{}", std::stoull(seed->second) + std::uint64_t(state.round));
  return {parameters, matrices, state.model};
}

}  // namespace

int Score::whole_rounds() const {
  return std::max(1, static_cast<int>(std::lround(rounds)));
}

CrossValidation::CrossValidation(const Dataset& data, const Splits& splits) {
  folds_.reserve(splits.folds.size());
  for (std::size_t i = 0; i < splits.folds.size(); ++i)
    folds_.push_back({Matrix(data, splits.training_rows(i)), Matrix(data, splits.folds[i])});
}

FoldScore CrossValidation::run_fold(const Fold& fold, const Training& training, const Judgement& judgement,
                                    const Progress& progress, CrossValidationState& state) {
  const Metric& metric = *judgement.metric;
  const std::array<const Matrix*, 2> matrices = {&fold.training, &fold.validation};
  const Parameters parameters = with_start(training, fold.training);
  Booster booster = state.round == 0 ? Booster(parameters, matrices) : made_from(state, parameters, matrices);

  FoldScore& best = state.best;
  for (int round = state.round + 1; round <= training.rounds; ++round) {
    if (round % kRoundsBetweenQuestions == 1 && progress.should_stop()) throw plugin::Pruned();
    booster.update(round - 1, fold.training);
    if (judgement.early_stopping > 0 || round == training.rounds) {
      const double value = metric.score(fold.validation.labels(), booster.predict(fold.validation));
      if (best.rounds == 0 || metric.loss(value) < metric.loss(best.value))
        best = {value, round, 0};
      else if (round - best.rounds >= judgement.early_stopping)
        break;
    }
    if (round == training.rounds || !rests_after(round)) continue;
    state.round = round;
    state.model = booster.model();
    progress.resting(state);
    booster = made_from(state, parameters, matrices);
  }
  best.model_bytes = booster.bytes(best.rounds);
  return best;
}

Score CrossValidation::run(const Training& training, const Judgement& judgement, const Progress& progress,
                           CrossValidationState state) const {
  Score sum;
  double squares = 0;
  for (std::size_t i = 0; i < folds_.size(); ++i) {
    if (i == state.done.size()) {
      const FoldScore score = run_fold(folds_[i], training, judgement, progress, state);
      state.done.push_back(score);
      state = {.done = std::move(state.done)};
      progress.resting(state);
    }
    const FoldScore& fold = state.done[i];
    sum.value += fold.value;
    squares += fold.value * fold.value;
    sum.rounds += fold.rounds;
    sum.model_bytes += fold.model_bytes;
    progress.fold_done(static_cast<int>(i + 1), judgement.metric->loss(sum.value / static_cast<double>(i + 1)));
  }
  const auto n = static_cast<double>(folds_.size());
  const double mean = sum.value / n;
  const double variance = std::max(0.0, squares / n - mean * mean) * n / (n - 1);
  return {mean, std::sqrt(variance), sum.rounds / n, sum.model_bytes / n};
}

Booster train(const Training& training, const Matrix& matrix) {
  const std::array<const Matrix*, 1> matrices = {&matrix};
  Booster booster(with_start(training, matrix), matrices);
  for (int round = 0; round < training.rounds; ++round) booster.update(round, matrix);
  return booster;
}

}  // namespace tuner::xgb
