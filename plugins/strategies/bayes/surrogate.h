// The model of the study: one Gaussian process an objective and a constraint, and one that tells configurations that
// work from those that fail. Knows which rows they hold, when to fit again, when to append and when to build anew.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "plugins/strategies/bayes/acquisition.h"
#include "plugins/strategies/bayes/earlier_study.h"
#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/failure_model.h"
#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/history.h"
#include "plugins/strategies/bayes/output_data.h"
#include "plugins/strategies/bayes/output_model.h"

namespace tuner::strategies::bayes {

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
  const OutputTransform& transform(std::size_t m = 0) const { return outputs_[m].transform(); }
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
  OutputData data_of(std::size_t output, std::span<const std::size_t> rows) const;
  void learn_trends();
  Trend trend_of(std::size_t output) const { return output < trends_.size() ? trends_[output] : nullptr; }
  bool is_fit_due() const;
  bool can_append() const;
  void fit_outputs();
  bool append_new();
  void select_rows();
  void build_processes();
  void forget_pending();

  const Encoding* encoding_;
  Prior prior_;
  std::size_t objectives_;
  std::size_t constraints_;

  const History* history_ = nullptr;
  std::size_t seen_ = 0;       // observations of the history
  std::size_t changes_ = 0;    // of the history
  std::size_t fitted_at_ = 0;  // completed trials at the last fit
  FailureModel failure_model_ = FailureModel::none;
  bool ready_ = false;

  std::vector<std::size_t> rows_;     // observations that the processes hold, in their order
  std::vector<OutputModel> outputs_;  // objectives, then constraints
  std::vector<GaussianProcess> processes_;
  std::vector<Trend> trends_;  // of earlier studies, one an output, or none
  std::size_t imported_ = 0;
  std::vector<ConfigurationKey> pending_;  // of the fantasies
  std::vector<double> pending_means_;      // of the first objective
};

}  // namespace tuner::strategies::bayes
