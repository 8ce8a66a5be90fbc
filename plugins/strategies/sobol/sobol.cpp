// Goes through the points of a scrambled Sobol sequence in their order, without those that are forbidden and, in a
// finite space, those that are taken. Where next to nothing is allowed, no sequence is spread over it: then it draws.
#include <algorithm>
#include <cmath>
#include <optional>

#include "plugins/strategies/common/hash.h"
#include "plugins/strategies/common/scrambled_sobol.h"
#include "plugins/strategies/common/taken_configurations.h"
#include "plugins/strategies/common/untried.h"
#include "tuner/strategy.h"

namespace tuner::strategies {
namespace {

enum Stream : std::uint64_t { kPoints = 1, kUntried = 2, kDraws = 3 };

// The sequence ends where so many points in a row are forbidden. At one allowed in fifty that happens once in a billion
// points; where it is one in a thousand, soon.
constexpr std::uint64_t kMostForbidden = 1024;

// How far the sequence is searched for cells that it has not met. After 8 points a cell about one cell in e^8 = 3000 is
// missing if points fell at random, and fewer as they do not; these are then taken from a list.
double search_limit(double cells) {
  return 8 * std::min(cells, 1e6) + 1024;
}

std::size_t checked_dimensions(const plugin::Space& space) {
  if (space.size() > ScrambledSobol::kMostDimensions)
    throw plugin::UserMistake("strategy 'sobol' goes up to " + std::to_string(ScrambledSobol::kMostDimensions) +
                              " parameters (this space has " + std::to_string(space.size()) +
                              "). Use the strategy 'random'");
  return space.size();
}

class Sobol {
 public:
  static plugin::StrategyDescription describe() {
    return {
        .name = "sobol", .summary = "spreads the trials evenly by a scrambled Sobol sequence", .uses_results = false};
  }

  Sobol(const plugin::Space& space, const plugin::Goal&, std::uint64_t seed, const plugin::Options&)
      : space_(space),
        points_(checked_dimensions(space), hash(seed, kPoints)),
        draws_seed_(hash(seed, kDraws)),
        untried_(space, hash(seed, kUntried)) {}

  void tell(std::span<const plugin::ToldResult> results) {
    if (is_finite()) taken_.add_results(results);
  }

  plugin::Answer ask(const plugin::Ask& ask) { return is_finite() ? ask_finite(ask) : ask_continuous(ask); }

 private:
  bool is_finite() const { return std::isfinite(space_.cells()); }

  // A place in the sequence; a function of the space and the seed, not of what is taken.
  struct Place {
    std::uint64_t index = 0;      // of the next point
    std::uint64_t forbidden = 0;  // points right before it that are

    bool at_end() const { return forbidden == kMostForbidden; }
  };

  // Nothing where the point at this place is forbidden.
  std::optional<std::vector<double>> configuration_at(Place& place) {
    std::vector<double> configuration = space_.from_unit(points_.point(place.index));
    ++place.index;
    const bool forbidden = has_forbidden_ && !space_.contains(configuration);
    place.forbidden = forbidden ? place.forbidden + 1 : 0;
    if (forbidden) return {};
    return configuration;
  }

  // The s-th suggestion is the s-th allowed point, or behind the end of the sequence the s-th draw.
  plugin::Answer ask_continuous(const plugin::Ask& ask) {
    if (ask.suggested < passed_) place_ = {}, passed_ = 0;  // suggestions were discarded: count again
    if (!has_forbidden_) place_.index = passed_ = ask.suggested;
    while (passed_ < ask.suggested && !place_.at_end()) next_allowed();
    passed_ = std::max(passed_, ask.suggested);
    plugin::Answer answer;
    while (answer.suggestions.size() < ask.want) answer.suggestions.push_back({next_allowed()});
    return answer;
  }

  std::vector<double> next_allowed() {
    std::optional<std::vector<double>> configuration;
    while (!configuration && !place_.at_end()) configuration = configuration_at(place_);
    if (!configuration) configuration = space_.sample(draws_seed_, passed_);
    ++passed_;
    return *std::move(configuration);
  }

  // The next suggestion is the first allowed point that is not taken.
  plugin::Answer ask_finite(const plugin::Ask& ask) {
    taken_.begin_ask(ask.pending);
    untried_.begin_ask();
    plugin::Answer answer;
    const auto limit = static_cast<std::uint64_t>(search_limit(space_.cells()));
    Place place = place_;
    while (answer.suggestions.size() < ask.want) {
      auto configuration = next_not_taken(place, limit);
      if (!configuration) configuration = untried_.next(taken_, ask.suggested + answer.suggestions.size());
      if (!configuration) return {std::move(answer.suggestions), true};
      taken_.add_suggestion(*configuration);
      answer.suggestions.push_back({std::move(*configuration)});
    }
    return answer;
  }

  std::optional<std::vector<double>> next_not_taken(Place& place, std::uint64_t limit) {
    while (place.index < limit && !place.at_end()) {
      const bool all_before_done = place.index == place_.index;
      auto configuration = configuration_at(place);
      const bool done = !configuration || taken_.is_trial(*configuration);
      if (done && all_before_done) place_ = place;
      if (!done && !taken_.is_suggestion(*configuration)) return configuration;
    }
    return {};
  }

  plugin::Space space_;
  // A text without the word has no forbidden combinations; then no point needs to be looked at to count it.
  bool has_forbidden_ = space_.json().find("\"forbidden\"") != std::string_view::npos;
  ScrambledSobol points_;
  std::uint64_t draws_seed_;
  Place place_;               // of the first point that is still to be looked at
  std::uint64_t passed_ = 0;  // allowed points before it (continuous spaces)
  TakenConfigurations taken_;
  Untried untried_;
};

}  // namespace
}  // namespace tuner::strategies

TUNER_STRATEGY(tuner::strategies::Sobol)
