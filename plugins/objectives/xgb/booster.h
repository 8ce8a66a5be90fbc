// XGBoost's C API with owners: a Matrix of rows and a Booster that learns from it. Failures of the library are thrown
// as std::runtime_error with its own words.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plugins/objectives/xgb/dataset.h"
#include "plugins/objectives/xgb/splits.h"

namespace tuner::xgb {

// XGBoost's parameters by its own names.
using Parameters = std::vector<std::pair<std::string, std::string>>;

// Some rows of a data set with their labels, as XGBoost keeps them (it also caches the histogram's bins in here, those
// of the last max_bin).
class Matrix {
 public:
  Matrix(const Dataset& data, const Rows& rows);

  void* handle() const { return handle_.get(); }
  std::span<const float> labels() const { return labels_; }

 private:
  struct Free {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, Free> handle_;
  std::vector<float> labels_;
};

// Remembers its predictions for the matrices that it was made with.
class Booster {
 public:
  Booster(const Parameters& parameters, std::span<const Matrix* const> matrices);
  static Booster load(const std::string& path);
  // Goes on from a model that another one saved as bytes.
  Booster(const Parameters& parameters, std::span<const Matrix* const> matrices, const std::string& model);

  void update(int round, const Matrix& training);          // one round: a tree, or one for each class
  std::vector<float> predict(const Matrix& matrix) const;  // shaped as Metric wants it
  double bytes(int rounds) const;                          // size of a model of the first rounds in XGBoost's UBJSON
  std::string model() const;                               // XGBoost's UBJSON
  void save(const std::string& path) const;                // format by the ending: .json, .ubj
  void* handle() const { return handle_.get(); }

 private:
  struct Free {
    void operator()(void* handle) const;
  };
  explicit Booster(void* handle) : handle_(handle) {}
  explicit Booster(std::span<const Matrix* const> matrices);
  void set(const Parameters& parameters);

  std::unique_ptr<void, Free> handle_;
};

std::string xgboost_version();

// No text from XGBoost on standard error. Holds for the calling thread, as XGBoost keeps this setting.
void silence_xgboost();

}  // namespace tuner::xgb
