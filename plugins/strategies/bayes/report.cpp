#include "plugins/strategies/bayes/report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "plugins/strategies/bayes/linear_algebra.h"

namespace tuner::strategies::bayes {
namespace {

using plugin::detail::json_number;
using plugin::detail::json_string;

const char* name_of(Criterion criterion) {
  switch (criterion) {
    case Criterion::log_expected_improvement:
      return "log expected improvement";
    case Criterion::confidence_bound:
      return "confidence bound";
    case Criterion::posterior_sample:
      return "posterior sample";
    case Criterion::feasibility:
      return "chance of being feasible";
  }
  return "";
}

const char* name_of(FailureModel model) {
  switch (model) {
    case FailureModel::none:
      return "none";
    case FailureModel::imputed:
      return "imputed";
    case FailureModel::modelled:
      return "modelled";
  }
  return "";
}

std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {  // equal values share the mean of their ranks
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i) ranks[order[i]] = static_cast<double>(first + end - 1) / 2;
    first = end;
  }
  return ranks;
}

// Spearman's; NaN where one side is constant.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = ranks_of(a);
  const std::vector<double> y = ranks_of(b);
  const double mean = static_cast<double>(x.size() - 1) / 2;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xy / std::sqrt(xx * yy);
}

std::string leave_one_out(const GaussianProcess& process) {
  const std::vector<Moments> moments = process.leave_one_out();
  std::vector<double> predicted;
  double inside_one = 0;
  double inside_two = 0;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    predicted.push_back(moments[i].mean);
    const double distance = std::abs(process.targets()[i] - moments[i].mean) / std::sqrt(moments[i].variance);
    if (distance <= 1) ++inside_one;
    if (distance <= 2) ++inside_two;
  }
  const double count = static_cast<double>(moments.size());
  return "{\"rank_correlation\": " + json_number(rank_correlation(predicted, process.targets())) +
         ", \"inside_1_sd\": " + json_number(inside_one / count) +
         ", \"inside_2_sd\": " + json_number(inside_two / count) + "}";
}

// In units of the objective, where it is best: a transform stretches the noise elsewhere.
double noise_sd(const GaussianProcess& process, const OutputTransform& transform) {
  const std::vector<double> means = process.means_of_rows();
  const double best = transform.value(*std::min_element(means.begin(), means.end()));
  return std::sqrt(process.hyperparameters().noise) / transform.derivative(best);
}

std::string describe_objective(const GaussianProcess& process, const OutputTransform& transform,
                               const Encoding& encoding) {
  std::string lengths;
  for (std::size_t j = 0; j < encoding.size(); ++j) {
    if (encoding[j].is_fixed()) continue;
    lengths += (lengths.empty() ? "" : ", ") + json_string(encoding.space()[j].name) + ": " +
               json_number(process.hyperparameters().length_scale[j]);
  }
  return "{\"length_scales\": {" + lengths +
         "}, \"signal_variance\": " + json_number(process.hyperparameters().signal) +
         ", \"noise_variance\": " + json_number(process.hyperparameters().noise) +
         ", \"noise_sd_at_best\": " + json_number(noise_sd(process, transform)) +
         ", \"mean\": " + json_number(process.mean()) + ", \"transform\": " +
         json_string(transform.squashing() == Squashing::none ? "standardized" : "soft logarithm, standardized") +
         ", \"leave_one_out\": " + leave_one_out(process) + "}";
}

// Of all observed configurations the one that the model expects the best value of: under noise the best value that was
// seen is a lucky one.
std::string recommendation(const Surrogate& surrogate, const plugin::Goal& goal) {
  const std::size_t best = surrogate.best_rows({}, 1).front();
  const double mean = surrogate.transform().value(surrogate.objective().means_of_rows()[best]);
  return "{\"trial\": " + std::to_string(surrogate.row(best).trial) +
         ", \"mean\": " + json_number(goal.maximize[0] ? -mean : mean) + "}";
}

}  // namespace

std::string design_note() {
  return R"({"kind": "initial design"})";
}

std::string note(const Candidate& candidate, const Acquisition& acquisition, bool local, Surrogate& surrogate,
                 const plugin::Goal& goal) {
  GaussianProcess& process = surrogate.processes()[0];
  const Moments moments = process.at(candidate.point.features);
  const double sd = std::sqrt(moments.variance);
  const OutputTransform& transform = surrogate.transform();
  const double median = transform.value(moments.mean);
  const double spread = transform.value(moments.mean + sd) / 2 - transform.value(moments.mean - sd) / 2;
  const bool exploits = moments.mean < acquisition.incumbent;
  return "{\"kind\": " + json_string(local ? "local" : (exploits ? "exploit" : "explore")) +
         ", \"acquisition\": " + json_string(name_of(acquisition.criterion)) +
         ", \"score\": " + json_number(candidate.score) +
         ", \"mean\": " + json_number(goal.maximize[0] ? -median : median) + ", \"sd\": " + json_number(spread) +
         ", \"nearest_trial\": " + std::to_string(surrogate.row(process.nearest_row(candidate.point.features)).trial) +
         "}";
}

std::string describe_model(const Surrogate& surrogate, const Encoding& encoding, const History& history,
                           const plugin::Goal& goal, double region_side) {
  std::string objectives;
  for (std::size_t m = 0; m < goal.maximize.size() && surrogate.is_ready(); ++m)
    objectives += (m == 0 ? "" : ", ") + describe_objective(surrogate.objective(m), surrogate.transform(m), encoding);
  std::string more;
  if (surrogate.is_ready() && goal.maximize.size() == 1)
    more += ", \"recommended\": " + recommendation(surrogate, goal);
  if (surrogate.is_ready() && surrogate.imported() > 0)
    more += ", \"imported\": " + std::to_string(surrogate.imported()) +
            ", \"weight_of_earlier_studies\": " + json_number(surrogate.objective().trend_weight());
  return "{\"results\": " + std::to_string(history.completed()) + ", \"failed\": " + std::to_string(history.failed()) +
         ", \"rows\": " + std::to_string(surrogate.rows()) +
         ", \"failure_model\": " + json_string(name_of(surrogate.failure_model())) +
         ", \"trust_region_side\": " + json_number(region_side) +
         ", \"cpu_level\": " + json_string(linear_algebra().level) + ", \"objectives\": [" + objectives + "]" + more +
         "}";
}

}  // namespace tuner::strategies::bayes
