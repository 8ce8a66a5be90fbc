// Suggests the configurations of a file in their order. One that stands there twice is suggested twice: whoever wrote
// the list meant it.
#include "plugins/strategies/manual/configuration_file.h"
#include "tuner/strategy.h"

namespace tuner::strategies {
namespace {

class Manual {
 public:
  static plugin::StrategyDescription describe() {
    return {
        .name = "manual",
        .summary = "suggests the configurations of a file in their order",
        .options = {{.name = "file",
                     .help = "JSON array of configurations, or one a line, as a JSON object or name=value,...; missing "
                             "parameters take their defaults",
                     .required = true}},
        .uses_results = false};
  }

  Manual(const plugin::Space& space, const plugin::Goal&, std::uint64_t, const plugin::Options& options)
      : configurations_(read_configurations(std::string(options.text("file")), space)) {}

  plugin::Answer ask(const plugin::Ask& ask) {
    plugin::Answer answer;
    for (std::uint64_t i = ask.suggested; i < configurations_.size() && answer.suggestions.size() < ask.want; ++i)
      answer.suggestions.push_back({configurations_[i]});
    answer.exhausted = answer.suggestions.size() < ask.want;
    return answer;
  }

 private:
  std::vector<std::vector<double>> configurations_;
};

}  // namespace
}  // namespace tuner::strategies

TUNER_STRATEGY(tuner::strategies::Manual)
