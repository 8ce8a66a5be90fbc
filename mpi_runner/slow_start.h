// So that nobody wonders why nothing happens: says once, on standard error, for which plugin a start waits.
#pragma once

#include <string>

namespace tuner {

inline constexpr double kSlowAfter_s = 5;

class SlowStart {
 public:
  // `plugin` as messages name it; `at_most_s`: after which the start fails.
  SlowStart(std::string plugin, double at_most_s);

  void look();  // to be called again and again

 private:
  std::string plugin_;
  double at_most_s_;
  double began_s_;
  bool said_ = false;
};

}  // namespace tuner
