// The smallest strategy: throws darts at the search space. The s-th suggestion is a function of the seed and s.
#include <tuner/strategy.h>
using namespace tuner::plugin;

struct Darts {
  static StrategyDescription describe() { return {.name = "darts", .uses_results = false}; }
  Darts(const Space& search_space, const Goal&, std::uint64_t study_seed, const Options&)
      : space(search_space), seed(study_seed) {}

  Answer ask(const Ask& ask) {
    Answer answer;
    for (std::size_t i = 0; i < ask.want; ++i) answer.suggestions.push_back({space.sample(seed, ask.suggested + i)});
    return answer;
  }

  Space space;
  std::uint64_t seed;
};

TUNER_STRATEGY(Darts)
