#include "plugins/strategies/bayes/output_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plugins/strategies/bayes/fit.h"
#include "plugins/strategies/bayes/random_stream.h"

namespace tuner::strategies::bayes {
namespace {

constexpr double kDecisionGrowth = 1.25;
constexpr double kDecisionMargin = 1;  // nats; a model that flips back and forth makes the acquisition jump
constexpr std::size_t kFitsToRestart = 5;
// A mode that explains everything as noise keeps a warm start in it for ever; while fits are cheap, each also starts
// from next to no noise.
constexpr std::size_t kFewRows = 150;
constexpr double kNextToNoNoise = 1e-5;
constexpr std::size_t kFewestToJudgeTrend = 5;
constexpr double kTrendEvidence = 3;  // nats; the trend's weight is fitted to the values that it is judged by

std::size_t index_of(Squashing squashing) {
  return static_cast<std::size_t>(squashing);
}

Squashing other_than(Squashing squashing) {
  return squashing == Squashing::none ? Squashing::soft_log : Squashing::none;
}

}  // namespace

// Starts from the last theta, if there is one; returns the negative log posterior.
double OutputModel::fit_targets(const TrainingSet& data, std::size_t completed, std::vector<double>& theta) const {
  std::vector<std::vector<double>> starts;
  if (!theta.empty()) starts.push_back(theta);
  if (data.size() <= kFewRows) {
    starts.push_back(prior_->mode());
    starts.back().back() = std::log(kNextToNoNoise);
  }
  if (theta.empty() || fits_ % kFitsToRestart == 0) {
    RandomStream random(hash(seed_, completed));
    starts.push_back(prior_->mode());
    starts.push_back(prior_->mode());
    for (double& logarithm : starts.back()) logarithm += 0.7 * random.normal();
  }
  Fit found = bayes::fit(data, encoding_->owners(), *prior_, starts);
  theta = std::move(found.theta);
  return found.negative_log_posterior;
}

// With the trend of earlier studies where the values are clearly likelier so; the first few results cannot say.
double OutputModel::fit_squashed(Squashing squashing, const OutputData& all, const OutputData& some,
                                 const Trend& trend) {
  const std::size_t completed = all.history.completed();
  auto& [plain, trended] = theta_[index_of(squashing)];
  const OutputTransform transform = all.transform(squashing);
  TrainingSet data = some.training_set(transform);
  double badness = std::numeric_limits<double>::infinity();
  if (!trend || some.rows.size() >= kFewestToJudgeTrend) badness = fit_targets(data, completed, plain);
  follows_trend_[index_of(squashing)] = false;
  if (trend) {
    subtract_trend(*trend, data);
    const double with_trend = fit_targets(data, completed, trended);
    if (with_trend + kTrendEvidence < badness) {
      follows_trend_[index_of(squashing)] = true;
      badness = with_trend;
    }
  }
  return badness - transform.log_jacobian(some.values());
}

// The squashing under which the values as they are have the larger density.
void OutputModel::fit(const OutputData& all, const OutputData& some, const Trend& trend) {
  const double grown =
      static_cast<double>(all.rows.size()) / static_cast<double>(std::max<std::size_t>(decided_at_, 1));
  if (!all.is_objective() || (decided_at_ > 0 && grown < kDecisionGrowth)) {
    fit_squashed(squashing_, all, some, trend);
  } else {
    const double plain = fit_squashed(Squashing::none, all, some, trend);
    const double squashed = fit_squashed(Squashing::soft_log, all, some, trend);
    const double gain = squashing_ == Squashing::none ? plain - squashed : squashed - plain;
    if (gain > (decided_at_ == 0 ? 0 : kDecisionMargin)) squashing_ = other_than(squashing_);
    decided_at_ = all.rows.size();
  }
  ++fits_;
}

GaussianProcess OutputModel::process(const OutputData& all, const Trend& trend) {
  transform_ = all.transform(squashing_);
  const TrainingSet data = all.training_set(transform_);
  const bool follows = follows_trend_[index_of(squashing_)];
  Hyperparameters hyperparameters = from_logarithms(theta_[index_of(squashing_)][follows ? 1 : 0]);
  while (true) {
    GaussianProcess process(encoding_->owners(), hyperparameters);
    if (follows) process.set_trend(trend);
    if (process.condition(data) || hyperparameters.noise >= 1) return process;
    hyperparameters.noise *= 10;
  }
}

}  // namespace tuner::strategies::bayes
