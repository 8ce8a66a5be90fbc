// All configurations of a space that is so small that the acquisition can be looked at in each of them.
#pragma once

#include <functional>
#include <vector>

#include "plugins/strategies/bayes/encoding.h"

namespace tuner::strategies::bayes {

class SmallSpace {
 public:
  // Lists nothing where the space has more than a thousand cells; `encoding` outlives this.
  explicit SmallSpace(const Encoding& encoding) : encoding_(&encoding) {}

  std::vector<Point> points_where(const std::function<bool(const Point&)>& holds);

 private:
  void list_points();

  const Encoding* encoding_;
  std::vector<Point> points_;  // filled when first needed
};

}  // namespace tuner::strategies::bayes
