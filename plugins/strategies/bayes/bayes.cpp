// Bayesian optimization: models the objective by a Gaussian process and tries next what promises most.
#include "plugins/strategies/bayes/suggester.h"
#include "tuner/strategy.h"

namespace tuner::strategies::bayes {
namespace {

class Bayes {
 public:
  static plugin::StrategyDescription describe() {
    return {.name = "bayes", .summary = "models the results by a Gaussian process and tries what promises most"};
  }

  Bayes(const plugin::Space& space, const plugin::Goal& goal, std::uint64_t seed, const plugin::Options&)
      : suggester_(space, goal, seed) {}

  void tell(std::span<const plugin::ToldResult> results) { suggester_.tell(results); }
  plugin::Answer ask(const plugin::Ask& ask) { return suggester_.ask(ask); }
  std::string describe_model() { return suggester_.describe_model(); }

 private:
  Suggester suggester_;
};

}  // namespace
}  // namespace tuner::strategies::bayes

TUNER_STRATEGY(tuner::strategies::bayes::Bayes)
