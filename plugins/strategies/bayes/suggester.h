// Chooses the next configurations: the initial design, then what the model finds most promising, given what is pending.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plugins/strategies/bayes/burst.h"
#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/history.h"
#include "plugins/strategies/bayes/initial_design.h"
#include "plugins/strategies/bayes/small_space.h"
#include "plugins/strategies/bayes/surrogate.h"
#include "plugins/strategies/bayes/trust_region.h"
#include "plugins/strategies/bayes/turn.h"
#include "plugins/strategies/common/taken_configurations.h"
#include "plugins/strategies/common/untried.h"
#include "tuner/strategy.h"

namespace tuner::strategies::bayes {

class Suggester {
 public:
  Suggester(const plugin::Space& space, plugin::Goal goal, std::uint64_t seed);

  void tell(std::span<const plugin::ToldResult> results);
  plugin::Answer ask(const plugin::Ask& ask);
  std::string describe_model();

 private:
  std::optional<plugin::Suggestion> suggest(const plugin::Ask& ask, std::size_t index, Burst& burst);
  std::optional<plugin::Suggestion> suggest_design(std::uint64_t number);
  std::optional<plugin::Suggestion> suggest_by_model(const plugin::Ask& ask, std::size_t index, Burst& burst);
  std::optional<plugin::Suggestion> suggest_any(std::uint64_t number);
  bool is_design_done(const plugin::Ask& ask, std::size_t index) const;
  std::vector<const Point*> centres_of(const Turn& turn) const;
  Box box_of(const Turn& turn, const Point& centre) const;
  void take_pending(const plugin::Ask& ask);
  void model_pending();
  bool is_free(const Point& point) const;

  plugin::Goal goal_;
  std::uint64_t seed_;
  Encoding encoding_;
  History history_;
  TrustRegion region_;
  Belief belief_;
  InitialDesign design_;
  Surrogate surrogate_;
  TakenConfigurations taken_;
  Untried untried_;
  SmallSpace small_space_;
  std::size_t trials_ = 0;             // told, whatever their end
  std::vector<Point> pending_points_;  // of this ask, and what it has suggested
};

}  // namespace tuner::strategies::bayes
