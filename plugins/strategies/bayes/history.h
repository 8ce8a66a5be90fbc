// What the study has taught so far: one observation a distinct configuration, objectives to be minimized.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/common/configuration_key.h"
#include "tuner/strategy.h"

namespace tuner::strategies::bayes {

struct Observation {
  Point point = {};
  std::uint64_t trial = 0;               // the first that had this configuration
  bool failed = false;                   // then there are no values
  double replicates = 1;                 // how many results the values are the mean of
  std::vector<double> values = {};       // objectives, small = good
  std::vector<double> variances = {};    // of these means where standard errors came with them, else 0
  std::vector<double> scatters = {};     // sums of the squared distances of the results from these means
  std::vector<double> constraints = {};  // met where <= 0

  bool is_feasible() const;
};

// Trials whose end says something of their configuration teach: values, and failures that the configuration is to
// blame for. A pruned trial counts as no better than the median and what it last reported, with a large error. Results
// below the highest fidelity are of another function and are left out. Results of earlier studies are kept apart: their
// values are on another scale.
class History {
 public:
  History(const Encoding& encoding, const plugin::Goal& goal);

  void tell(const plugin::ToldResult& result);

  const std::vector<Observation>& observations() const { return observations_; }
  const std::vector<Observation>& imported() const { return imported_; }  // complete ones, the best first
  std::size_t completed() const { return completed_; }
  std::size_t failed() const { return observations_.size() - completed_; }
  // Grows whenever an observation that was there already has changed, by a replicate.
  std::size_t changes() const { return changes_; }

 private:
  bool teaches(const plugin::ToldResult& result) const;
  Observation observation_of(const plugin::ToldResult& result) const;
  void read_values(const plugin::ToldResult& result, Observation& observation) const;
  void read_pruned(const plugin::ToldResult& result, Observation& observation) const;
  void merge(Observation& known, const Observation& again);
  void import(Observation observation);

  const Encoding* encoding_;
  plugin::Goal goal_;
  std::vector<Observation> observations_;
  std::vector<Observation> imported_;
  std::unordered_map<ConfigurationKey, std::size_t, ConfigurationKeyHash> by_configuration_;
  std::size_t completed_ = 0;
  std::size_t changes_ = 0;
};

}  // namespace tuner::strategies::bayes
