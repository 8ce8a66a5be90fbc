#include "plugins/objectives/xgb/booster.h"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace tuner::xgb {
namespace {

// The library's message without the place in its source before it and the stack trace behind it.
std::string last_error() {
  std::string text = XGBGetLastError();
  text = text.substr(0, text.find("\nStack trace"));
  if (const std::size_t place_end = text.find(".cc:"); text.starts_with('[') && place_end != std::string::npos)
    if (const std::size_t start = text.find(": ", place_end); start != std::string::npos) text = text.substr(start + 2);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void check(int status) {
  if (status != 0) throw std::runtime_error("xgboost: " + last_error());
}

std::vector<float> row_major(const Dataset& data, const Rows& rows) {
  std::vector<float> values;
  values.reserve(rows.size() * data.features.size());
  for (const std::size_t row : rows)
    for (const Column& feature : data.features) values.push_back(static_cast<float>(feature.values[row]));
  return values;
}

void describe_features(void* matrix, const Dataset& data) {
  std::vector<const char*> names;
  std::vector<const char*> types;
  for (const Column& feature : data.features) {
    names.push_back(feature.name.c_str());
    types.push_back(feature.kind == ColumnKind::categorical ? "c" : "float");
  }
  check(XGDMatrixSetStrFeatureInfo(matrix, "feature_name", names.data(), names.size()));
  check(XGDMatrixSetStrFeatureInfo(matrix, "feature_type", types.data(), types.size()));
}

}  // namespace

void Matrix::Free::operator()(void* handle) const {
  XGDMatrixFree(handle);
}

Matrix::Matrix(const Dataset& data, const Rows& rows) {
  const std::vector<float> values = row_major(data, rows);
  labels_.reserve(rows.size());
  for (const std::size_t row : rows) labels_.push_back(data.labels[row]);

  DMatrixHandle matrix = nullptr;
  check(XGDMatrixCreateFromMat_omp(values.data(), rows.size(), data.features.size(),
                                   std::numeric_limits<float>::quiet_NaN(), &matrix, /*nthread=*/1));
  handle_.reset(matrix);
  check(XGDMatrixSetFloatInfo(matrix, "label", labels_.data(), labels_.size()));
  describe_features(matrix, data);
}

void Booster::Free::operator()(void* handle) const {
  XGBoosterFree(handle);
}

Booster::Booster(std::span<const Matrix* const> matrices) {
  std::vector<DMatrixHandle> handles;
  for (const Matrix* matrix : matrices) handles.push_back(matrix->handle());
  BoosterHandle booster = nullptr;
  check(XGBoosterCreate(handles.data(), handles.size(), &booster));
  handle_.reset(booster);
}

Booster::Booster(const Parameters& parameters, std::span<const Matrix* const> matrices) : Booster(matrices) {
  set(parameters);
}

Booster::Booster(const Parameters& parameters, std::span<const Matrix* const> matrices, const std::string& model)
    : Booster(matrices) {
  check(XGBoosterLoadModelFromBuffer(handle_.get(), model.data(), model.size()));
  set(parameters);  // a model holds what predicts, not how it is trained
}

Booster Booster::load(const std::string& path) {
  Booster booster((std::span<const Matrix* const>()));
  check(XGBoosterLoadModel(booster.handle(), path.c_str()));
  return booster;
}

void Booster::set(const Parameters& parameters) {
  for (const auto& [name, value] : parameters) check(XGBoosterSetParam(handle_.get(), name.c_str(), value.c_str()));
}

void Booster::update(int round, const Matrix& training) {
  check(XGBoosterUpdateOneIter(handle_.get(), round, training.handle()));
}

std::vector<float> Booster::predict(const Matrix& matrix) const {
  constexpr const char* kAllRounds =
      R"({"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* result = nullptr;
  check(XGBoosterPredictFromDMatrix(handle_.get(), matrix.handle(), kAllRounds, &shape, &dimensions, &result));
  std::size_t size = 1;
  for (bst_ulong i = 0; i < dimensions; ++i) size *= shape[i];
  return {result, result + size};
}

double Booster::bytes(int rounds) const {
  BoosterHandle sliced = nullptr;
  check(XGBoosterSlice(handle_.get(), 0, rounds, 1, &sliced));
  return static_cast<double>(Booster(sliced).model().size());
}

std::string Booster::model() const {
  bst_ulong size = 0;
  const char* data = nullptr;
  check(XGBoosterSaveModelToBuffer(handle_.get(), R"({"format": "ubj"})", &size, &data));
  return {data, size};
}

void Booster::save(const std::string& path) const {
  check(XGBoosterSaveModel(handle_.get(), path.c_str()));
}

std::string xgboost_version() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return fmt::format("XGBoost {}.{}.{}", major, minor, patch);
}

void silence_xgboost() {
  check(XGBSetGlobalConfig(R"({"verbosity": 0})"));
}

}  // namespace tuner::xgb
