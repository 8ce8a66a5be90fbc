// The model of the study: one Gaussian process an objective and a constraint, and one that tells configurations that
// work from those that fail. Knows when to fit again, when to append and when to build anew.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/acquisition.h"
#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/fit.h"
#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/history.h"
#include "plugins/strategies/bayes/output_transform.h"

namespace tuner::strategies::bayes {

// What failed trials become.
enum class FailureModel {
  none,
  imputed,  // few: rows a little worse than the worst (which says where not to look, but bends the objective)
  modelled  // a process of their own
};

// Hyperparameters of one output and how they came about.
struct FittedOutput {
  // Of each squashing, without and with the trend of earlier studies; empty where never fitted.
  std::array<std::array<std::vector<double>, 2>, 2> theta;
  std::array<bool, 2> follows_trend = {};  // of each squashing
  Squashing squashing = Squashing::none;

  bool has_trend() const { return follows_trend[static_cast<std::size_t>(squashing)]; }
  const std::vector<double>& chosen_theta() const { return theta[static_cast<std::size_t>(squashing)][has_trend()]; }
  OutputTransform transform;
  std::size_t fits = 0;
  std::size_t decided_at = 0;  // rows when the squashing was last decided; 0 = never
};

class Surrogate {
 public:
  Surrogate(const Encoding& encoding, std::size_t objectives, std::size_t constraints, std::uint64_t seed);

  // Takes in what the history has got since the last time.
  void update(const History& history);
  bool is_ready() const { return ready_; }  // false before two completed trials

  // Makes these the fantasies; only what differs from the last time, from the front on, costs anything. Too many are
  // thinned out: the newest stay, and of the others those nearest to the best point.
  void set_pending(std::vector<const Point*> pending);
  // One more; false where there are so many now that they must be set anew.
  bool add_pending(const Point& point);

  std::vector<GaussianProcess>& processes() { return processes_; }
  const GaussianProcess& objective(std::size_t m = 0) const { return processes_[m]; }
  const OutputTransform& transform(std::size_t m = 0) const { return outputs_[m].transform; }
  FailureModel failure_model() const { return failure_model_; }
  std::size_t rows() const { return rows_.size(); }
  const Observation& row(std::size_t i) const { return history_->observations()[rows_[i]]; }
  std::size_t pending() const { return pending_.size(); }
  std::size_t imported() const { return imported_; }  // results of earlier studies that it knows
  bool is_noisy() const;                              // so much that one observation says little

  // Least posterior mean of the feasible rows and of the fantasies; nothing where no row is feasible.
  std::optional<double> incumbent() const;
  // Indices of rows, the best first, by posterior mean: scaled and weighted where there are several objectives.
  std::vector<std::size_t> best_rows(std::span<const ObjectiveScale> scales, std::size_t count) const;
  double target_range() const;  // of the first objective
  std::vector<ObjectiveScale> front_scales(std::span<const double> weights) const;

 private:
  FailureModel wanted_failure_model() const;
  void learn_trends();
  bool is_fit_due() const;
  bool can_append() const;
  void rebuild(bool with_fit);
  bool append_new();
  void select_rows();
  TrainingSet training_set(std::size_t output, const OutputTransform& transform,
                           std::span<const std::size_t> rows) const;
  double raw_value(std::size_t output, const Observation& observation) const;
  OutputTransform transform_of(std::size_t output, Squashing squashing) const;
  void fit_output(std::size_t output, std::span<const std::size_t> rows);
  double fit_squashed(std::size_t output, Squashing squashing, std::span<const std::size_t> rows);
  double fit_data(std::size_t output, const TrainingSet& data, std::vector<double>& theta);
  void build_processes();
  void build_failure_process();
  void forget_pending();

  const Encoding* encoding_;
  Prior prior_;
  std::size_t objectives_;
  std::size_t constraints_;
  std::uint64_t seed_;

  const History* history_ = nullptr;
  std::size_t seen_ = 0;       // observations of the history
  std::size_t changes_ = 0;    // of the history
  std::size_t fitted_at_ = 0;  // completed trials at the last fit
  FailureModel failure_model_ = FailureModel::none;
  bool ready_ = false;

  std::vector<std::size_t> rows_;      // observations that the processes hold, in their order
  std::vector<FittedOutput> outputs_;  // objectives, then constraints
  std::vector<GaussianProcess> processes_;
  std::vector<std::shared_ptr<GaussianProcess>> trends_;  // of earlier studies, one an objective, or none
  std::size_t imported_ = 0;
  std::vector<ConfigurationKey> pending_;  // of the fantasies
  std::vector<double> pending_means_;      // of the first objective
};

}  // namespace tuner::strategies::bayes
