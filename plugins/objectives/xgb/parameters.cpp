#include "plugins/objectives/xgb/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tuner::xgb {
namespace {

// Defaults are XGBoost's, so that the space's default configuration is the baseline; where its own lies outside
// (gamma and alpha = 0 on a log scale, max_leaves = 0 for "no limit") the default here has the same effect, or comes
// nearest. Dart predicts with all earlier trees in each round, so its time grows with the square of the rounds: 520
// rounds on 569 rows took 27 s, gbtree's 0.3 s. Hence the forbidden combination.
constexpr std::string_view kSpace = R"({"parameters": [
  {"name": "booster", "type": "categorical", "choices": ["gbtree", "dart"], "default": "gbtree"},
  {"name": "eta", "type": "float", "low": 0.005, "high": 0.5, "log": true, "default": 0.3},
  {"name": "rounds", "type": "int", "low": 10, "high": 1000, "log": true, "default": 100},
  {"name": "grow_policy", "type": "categorical", "choices": ["depthwise", "lossguide"], "default": "depthwise"},
  {"name": "max_depth", "type": "int", "low": 1, "high": 12, "default": 6, "when": {"grow_policy": ["depthwise"]}},
  {"name": "max_leaves", "type": "int", "low": 4, "high": 512, "log": true, "default": 64,
   "when": {"grow_policy": ["lossguide"]}},
  {"name": "min_child_weight", "type": "float", "low": 0.1, "high": 50, "log": true, "default": 1},
  {"name": "gamma", "type": "float", "low": 1e-4, "high": 10, "log": true, "default": 1e-4},
  {"name": "subsample", "type": "float", "low": 0.4, "high": 1, "default": 1},
  {"name": "colsample_bytree", "type": "float", "low": 0.3, "high": 1, "default": 1},
  {"name": "colsample_bylevel", "type": "float", "low": 0.3, "high": 1, "default": 1},
  {"name": "colsample_bynode", "type": "float", "low": 0.3, "high": 1, "default": 1},
  {"name": "lambda", "type": "float", "low": 0.001, "high": 100, "log": true, "default": 1},
  {"name": "alpha", "type": "float", "low": 1e-4, "high": 10, "log": true, "default": 1e-4},
  {"name": "max_bin", "type": "ordinal", "choices": [32, 64, 128, 256, 512], "default": 256},
  {"name": "sample_type", "type": "categorical", "choices": ["uniform", "weighted"], "default": "uniform",
   "when": {"booster": ["dart"]}},
  {"name": "normalize_type", "type": "categorical", "choices": ["tree", "forest"], "default": "tree",
   "when": {"booster": ["dart"]}},
  {"name": "rate_drop", "type": "float", "low": 0, "high": 0.5, "default": 0, "when": {"booster": ["dart"]}},
  {"name": "skip_drop", "type": "float", "low": 0, "high": 0.9, "default": 0, "when": {"booster": ["dart"]}}],
 "forbidden": [{"booster": "dart", "rounds": {"low": 201}}]})";

constexpr int kDefaultRounds = 100;

// https://xgboost.readthedocs.io/en/release_1.7.0/parameter.html, without those that the plugin sets itself.
constexpr std::string_view kTunable[] = {"alpha",
                                         "booster",
                                         "colsample_bylevel",
                                         "colsample_bynode",
                                         "colsample_bytree",
                                         "eta",
                                         "gamma",
                                         "grow_policy",
                                         "lambda",
                                         "max_bin",
                                         "max_cat_threshold",
                                         "max_cat_to_onehot",
                                         "max_delta_step",
                                         "max_depth",
                                         "max_leaves",
                                         "min_child_weight",
                                         "normalize_type",
                                         "one_drop",
                                         "rate_drop",
                                         "rounds",
                                         "sample_type",
                                         "scale_pos_weight",
                                         "skip_drop",
                                         "subsample"};

std::string value_text(const plugin::Configuration& configuration, std::size_t index) {
  const tuner_parameter& parameter = configuration.space()[index];
  if (parameter.choice_count > 0 && parameter.type != TUNER_BOOL)
    return std::string(configuration.choice(parameter.name));
  if (parameter.type == TUNER_FLOAT) return fmt::format("{}", configuration.real(parameter.name));
  return fmt::format("{}", configuration.integer(parameter.name));
}

std::string_view objective_of(Task task) {
  if (task == Task::binary) return "binary:logistic";
  return task == Task::multiclass ? "multi:softprob" : "reg:squarederror";
}

}  // namespace

std::string_view search_space() {
  return kSpace;
}

void check_space(const plugin::Space& space) {
  for (std::size_t i = 0; i < space.size(); ++i)
    if (std::find(std::begin(kTunable), std::end(kTunable), std::string_view(space[i].name)) == std::end(kTunable))
      throw plugin::UserMistake(
          fmt::format("parameter '{}' of the search space is none that XGBoost can be tuned by. "
                      "Known are: {}",
                      space[i].name, fmt::join(kTunable, ", ")));
}

Training training_of(const plugin::Configuration& configuration, const Dataset& data, Resources resources) {
  constexpr std::uint64_t kLargestSeed = 0x7FFFFFFF;  // XGBoost seeds a 32-bit generator
  Training training{data.task,
                    {{"tree_method", "hist"},
                     {"verbosity", "0"},
                     {"objective", std::string(objective_of(data.task))},
                     {"nthread", fmt::format("{}", std::max(resources.threads, 1U))},
                     {"seed", fmt::format("{}", resources.seed & kLargestSeed)}},
                    kDefaultRounds};
  if (data.task == Task::multiclass)
    training.parameters.emplace_back("num_class", fmt::format("{}", data.classes.size()));

  const plugin::Space& space = configuration.space();
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!configuration.active(space[i].name)) continue;
    if (std::string_view(space[i].name) == "rounds")
      training.rounds = static_cast<int>(configuration.integer("rounds"));
    else
      training.parameters.emplace_back(space[i].name, value_text(configuration, i));
  }
  // Leaves bound such trees; XGBoost's default depth of 6 would bound them too.
  if (configuration.active("max_leaves") && !configuration.active("max_depth"))
    training.parameters.emplace_back("max_depth", "0");
  return training;
}

}  // namespace tuner::xgb
