// Chooses the next configurations: the initial design, then what the model finds most promising, given what is pending.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/history.h"
#include "plugins/strategies/bayes/initial_design.h"
#include "plugins/strategies/bayes/maximizer.h"
#include "plugins/strategies/bayes/random_stream.h"
#include "plugins/strategies/bayes/surrogate.h"
#include "plugins/strategies/bayes/trust_region.h"
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
  // How one suggestion is looked for; a function of its number, so that criteria and ranges take turns.
  struct Turn {
    Acquisition acquisition;
    bool local = false;
  };
  struct Burst;  // what suggestions of one ask share

  std::optional<plugin::Suggestion> suggest(const plugin::Ask& ask, std::size_t index, Burst& burst);
  std::optional<plugin::Suggestion> suggest_design(std::uint64_t number);
  std::optional<plugin::Suggestion> suggest_by_model(const plugin::Ask& ask, std::size_t index, Burst& burst);
  std::optional<plugin::Suggestion> suggest_any(std::uint64_t number);
  bool is_design_done(const plugin::Ask& ask, std::size_t index) const;
  Turn turn_of(std::uint64_t number, std::size_t pending, RandomStream& random);
  Box box_of(const Turn& turn, const std::vector<std::size_t>& best);
  std::string note_of(const Candidate& candidate, const Turn& turn);
  void take_pending(const plugin::Ask& ask);
  bool is_free(const Point& point) const;
  std::vector<Point> free_points_of_small_space();  // empty where the space is large

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
  std::size_t trials_ = 0;             // told, whatever their end
  std::vector<Point> all_points_;      // of a small space; filled when needed
  std::vector<Point> pending_points_;  // of this ask, and what it has suggested
};

}  // namespace tuner::strategies::bayes
