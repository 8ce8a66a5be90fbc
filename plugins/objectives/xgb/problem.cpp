#include "plugins/objectives/xgb/problem.h"

#include <fmt/format.h>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/crc.hpp>
#include <limits>

namespace tuner::xgb {
namespace {

using plugin::Option;
using plugin::Options;
using plugin::OptionType;
using plugin::UserMistake;

std::int64_t integer_of_at_least(const Options& options, std::string_view name, std::int64_t least) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  const std::int64_t value = options.integer(name);
  if (value < least || value > kMost)
    throw UserMistake(fmt::format("option {} = {} is outside [{}, {}]", name, value, least, kMost));
  return value;
}

double holdout_share(const Options& options) {
  constexpr double kMost = 0.9;
  const double share = options.real("holdout");
  if (!(share >= 0 && share <= kMost))
    throw UserMistake(
        fmt::format("option holdout = {} is outside [0, {}] (the share of the rows that the search never sees). Try "
                    "0.2, or 0 for none",
                    options.text("holdout"), kMost));
  return share;
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  if (list.empty()) return names;
  boost::split(names, list, boost::is_any_of(","));
  for (std::string& name : names) boost::trim(name);
  return names;
}

template <class Values>
void add_to(boost::crc_32_type& crc, const Values& values) {
  crc.process_bytes(values.data(), values.size() * sizeof(values[0]));
}

std::string fingerprint_of(const Dataset& data, const Splits& splits, const Metric& metric) {
  boost::crc_32_type crc;
  for (const Column& feature : data.features) {
    add_to(crc, feature.name);
    add_to(crc, feature.values);
  }
  add_to(crc, data.labels);
  for (const Rows& fold : splits.folds) add_to(crc, fold);
  return fmt::format("{} rows, {} features, {} folds, {} {}, crc {:08x}", data.rows(), data.features.size(),
                     splits.folds.size(), to_text(data.task), metric.name, crc.checksum());
}

}  // namespace

std::vector<Option> problem_options() {
  return {
      {.name = "data", .help = "CSV file with a header line", .required = true},
      {.name = "label", .help = "column to learn; unset: the one called label, target, class or y"},
      {.name = "task",
       .default_value = "auto",
       .help = "binary, multiclass, regression, or auto: text and at most 20 different whole numbers are classes"},
      {.name = "metric",
       .default_value = "auto",
       .help = "binary: logloss (auto), error, auc; multiclass: mlogloss (auto), merror; regression: rmse (auto), mae. "
               "The search minimizes it, for auc 1 - auc"},
      {.name = "folds", .type = OptionType::integer, .default_value = "5", .help = "of the cross-validation"},
      {.name = "cv_seed",
       .type = OptionType::integer,
       .default_value = "0",
       .help = "decides the hold-out part and the folds, the same for all trials"},
      {.name = "holdout",
       .type = OptionType::real,
       .default_value = "0.2",
       .help = "share of the rows that the search never sees, 0 to 0.9; the best model is scored on it at the end"},
      {.name = "early_stopping",
       .type = OptionType::integer,
       .default_value = "20",
       .help = "end a fold after so many rounds without a better score on its validation part; 0 = never"},
      {.name = "categorical",
       .help = "columns whose numbers are names, separated by commas; columns of text are categorical anyway"},
  };
}

Problem load_problem(const Options& options) {
  const SplitOptions split{static_cast<std::size_t>(integer_of_at_least(options, "folds", 2)), holdout_share(options),
                           static_cast<std::uint64_t>(integer_of_at_least(options, "cv_seed", 0))};
  const auto early_stopping = static_cast<int>(integer_of_at_least(options, "early_stopping", 0));

  Table table = read_table(std::string(options.text("data")), names_in(options.text("categorical")));
  Dataset data = make_dataset(std::move(table), options.text("label"), options.text("task"));
  const Metric& metric = find_metric(data.task, options.text("metric"));
  Splits splits = make_splits(data, split);
  std::string fingerprint = fingerprint_of(data, splits, metric);
  return {std::move(data), std::move(splits), {&metric, early_stopping}, std::move(fingerprint)};
}

}  // namespace tuner::xgb
