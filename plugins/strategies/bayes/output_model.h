// The model of one output: its transform and hyperparameters, how they are found, and the process they make.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugins/strategies/bayes/earlier_study.h"
#include "plugins/strategies/bayes/encoding.h"
#include "plugins/strategies/bayes/gaussian_process.h"
#include "plugins/strategies/bayes/hyperparameters.h"
#include "plugins/strategies/bayes/output_data.h"
#include "plugins/strategies/bayes/output_transform.h"

namespace tuner::strategies::bayes {

class OutputModel {
 public:
  // `encoding` and `prior` outlive this.
  OutputModel(const Encoding& encoding, const Prior& prior, std::uint64_t seed)
      : encoding_(&encoding), prior_(&prior), seed_(seed) {}

  // Finds hyperparameters from `some` of the rows, values being transformed as all of them suggest. At times decides
  // anew how the values are squashed, and each time whether to follow the trend.
  void fit(const OutputData& all, const OutputData& some, const Trend& trend);
  GaussianProcess process(const OutputData& all, const Trend& trend);

  const OutputTransform& transform() const { return transform_; }

 private:
  double fit_squashed(Squashing squashing, const OutputData& all, const OutputData& some, const Trend& trend);
  double fit_targets(const TrainingSet& data, std::size_t completed, std::vector<double>& theta) const;

  const Encoding* encoding_;
  const Prior* prior_;
  std::uint64_t seed_;
  OutputTransform transform_;
  Squashing squashing_ = Squashing::none;
  // Of each squashing, without and with the trend of earlier studies; empty where never fitted.
  std::array<std::array<std::vector<double>, 2>, 2> theta_;
  std::array<bool, 2> follows_trend_ = {};  // of each squashing
  std::size_t fits_ = 0;
  std::size_t decided_at_ = 0;  // rows when the squashing was last decided; 0 = never
};

}  // namespace tuner::strategies::bayes
