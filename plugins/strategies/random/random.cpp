// Draws at random; in a finite space without replacement. The s-th suggestion is a function of (seed, s), and in a
// finite space of the trials that there are.
#include <cmath>
#include <optional>

#include "plugins/strategies/common/hash.h"
#include "plugins/strategies/common/taken_configurations.h"
#include "plugins/strategies/common/untried.h"
#include "tuner/strategy.h"

namespace tuner::strategies {
namespace {

// When this many draws in a row are taken, what is left is so little that listing it is cheaper.
constexpr std::uint64_t kMostDraws = 64;

enum Stream : std::uint64_t { kDraws = 1, kUntried = 2 };

class Random {
 public:
  static plugin::StrategyDescription describe() {
    return {.name = "random",
            .summary = "draws at random; never repeats a configuration of a finite space",
            .uses_results = false};
  }

  Random(const plugin::Space& space, const plugin::Goal&, std::uint64_t seed, const plugin::Options&)
      : space_(space), seed_(hash(seed, kDraws)), untried_(space, hash(seed, kUntried)) {}

  void tell(std::span<const plugin::ToldResult> results) {
    if (is_finite()) taken_.add_results(results);
  }

  plugin::Answer ask(const plugin::Ask& ask) {
    plugin::Answer answer;
    if (is_finite()) {
      taken_.begin_ask(ask.pending);
      untried_.begin_ask();
    }
    for (std::uint64_t number = ask.suggested; answer.suggestions.size() < ask.want; ++number) {
      auto configuration = is_finite() ? draw_new(number) : space_.sample(seed_, number);
      if (!configuration) return {std::move(answer.suggestions), true};
      answer.suggestions.push_back({std::move(*configuration)});
    }
    return answer;
  }

 private:
  bool is_finite() const { return std::isfinite(space_.cells()); }

  std::optional<std::vector<double>> draw_new(std::uint64_t number) {
    std::optional<std::vector<double>> configuration;
    for (std::uint64_t draw = 0; draw < kMostDraws && !configuration; ++draw) {
      configuration = space_.sample(hash(seed_, number), draw);
      if (taken_.is_taken(*configuration)) configuration.reset();
    }
    if (!configuration) configuration = untried_.next(taken_, number);
    if (configuration) taken_.add_suggestion(*configuration);
    return configuration;
  }

  plugin::Space space_;
  std::uint64_t seed_;
  TakenConfigurations taken_;
  Untried untried_;
};

}  // namespace
}  // namespace tuner::strategies

TUNER_STRATEGY(tuner::strategies::Random)
