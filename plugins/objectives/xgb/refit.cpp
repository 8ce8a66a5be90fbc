#include "plugins/objectives/xgb/refit.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

namespace tuner::xgb {
namespace {

using OrderedJson = nlohmann::ordered_json;

// Sets the rounds that the folds came to, and tells how they scored.
OrderedJson settle_rounds(const Problem& problem, const CrossValidation& folds, Training& training) {
  const Score score = folds.run(training, problem.judgement, Progress{});
  training.rounds = score.whole_rounds();
  const std::string name = fmt::format("cv_{}", problem.judgement.metric->name);
  return {{"task", to_text(problem.data.task)},
          {"metric", problem.judgement.metric->name},
          {name, score.value},
          {name + "_sd", score.standard_deviation},
          {"rounds", training.rounds}};
}

// What the next program must do with a row before model.json can predict it.
OrderedJson preprocessing(const Dataset& data) {
  OrderedJson features = OrderedJson::array();
  for (const Column& feature : data.features) {
    const bool categorical = feature.kind == ColumnKind::categorical;
    features.push_back({{"name", feature.name}, {"type", categorical ? "category" : "float"}});
    if (categorical) features.back()["categories"] = feature.categories;
  }
  return {{"format", 1},
          {"about",
           "Give model.json the features in this order. A category is its position in `categories`, from 0. "
           "Texts in `missing`, and categories that are not listed, are missing values (NaN). Binary models "
           "predict the probability of the second class, multiclass models one probability a class."},
          {"task", to_text(data.task)},
          {"label", data.label_name},
          {"classes", data.classes},
          {"missing", missing_markers()},
          {"features", features}};
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text << '\n';
  file.close();
  if (!file) throw std::runtime_error(fmt::format("'{}' cannot be written", path.string()));
}

}  // namespace

std::string score_on_holdout(const Problem& problem, const CrossValidation& folds, Training training) {
  const Rows& holdout = problem.splits.holdout;
  const Rows search = problem.splits.search_rows();
  OrderedJson metrics = {{"rows_train", search.size()}, {"rows_holdout", holdout.size()}};
  if (holdout.empty()) return metrics.dump();

  metrics.update(settle_rounds(problem, folds, training));
  const Matrix seen(problem.data, search);
  const Booster booster = train(training, seen);
  const Matrix unseen(problem.data, holdout);
  const std::vector<float> predictions = booster.predict(unseen);
  for (const Metric& metric : metrics_of(problem.data.task)) {
    const double value = metric.score(unseen.labels(), predictions);
    if (!std::isnan(value)) metrics[fmt::format("holdout_{}", metric.name)] = value;
  }
  return metrics.dump();
}

std::string write_final_model(const Problem& problem, const CrossValidation& folds, Training training,
                              const std::string& directory) {
  OrderedJson metrics = settle_rounds(problem, folds, training);
  Rows all(problem.data.rows());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Matrix matrix(problem.data, all);
  const Booster booster = train(training, matrix);

  const std::filesystem::path folder = directory;
  booster.save((folder / "model.json").string());
  write_text(folder / "preprocessing.json", preprocessing(problem.data).dump(2));
  metrics.update({{"rows_train", all.size()},
                  {"model_bytes", std::filesystem::file_size(folder / "model.json")},
                  {"model", "model.json"},
                  {"preprocessing", "preprocessing.json"}});
  return metrics.dump();
}

}  // namespace tuner::xgb
