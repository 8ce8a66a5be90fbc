// Goes through all combinations of some values of each parameter, in the order of an odometer: the last parameter of
// the space turns fastest. The next suggestion is the first allowed combination that is not a trial yet.
#include "plugins/strategies/common/grid_walk.h"
#include "plugins/strategies/common/taken_configurations.h"
#include "plugins/strategies/grid/resolution.h"
#include "tuner/strategy.h"

namespace tuner::strategies {
namespace {

class Grid {
 public:
  static plugin::StrategyDescription describe() {
    return {.name = "grid",
            .summary = "goes through all combinations; the last parameter changes fastest",
            .options = {{.name = "resolution",
                         .default_value = "10",
                         .help = "values per parameter: 10, or eta=5,max_depth=3,*=4; spaced evenly on the parameter's "
                                 "scale, both ends included. Choices, and parameters of up to 32 values that are not "
                                 "named, take all their values"}},
            .uses_results = false};
  }

  Grid(const plugin::Space& space, const plugin::Goal&, std::uint64_t, const plugin::Options& options)
      : walk_(space, axes_of(space, options.text("resolution"))), at_end_(!walk_.skip_forbidden()) {}

  void tell(std::span<const plugin::ToldResult> results) { taken_.add_results(results); }

  plugin::Answer ask(const plugin::Ask& ask) {
    taken_.begin_ask(ask.pending);
    while (!at_end_ && taken_.is_trial(walk_.configuration())) at_end_ = !walk_.advance();

    plugin::Answer answer;
    GridWalk ahead = walk_;  // what is suggested may be discarded, so the walk itself stays behind
    for (bool ends = at_end_; answer.suggestions.size() < ask.want; ends = !ahead.advance()) {
      if (ends) return {std::move(answer.suggestions), true};
      if (!taken_.is_trial(ahead.configuration())) answer.suggestions.push_back({ahead.configuration()});
    }
    return answer;
  }

 private:
  GridWalk walk_;  // every combination before it is a trial or forbidden
  bool at_end_;
  TakenConfigurations taken_;
};

}  // namespace
}  // namespace tuner::strategies

TUNER_STRATEGY(tuner::strategies::Grid)
