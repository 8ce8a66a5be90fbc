// A SearchSpace as plugins see it: the C struct tuner_space of tuner/abi.h and everything that it points to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/search_space.h"
#include "tuner/abi.h"

namespace tuner {

class SpaceView {
 public:
  explicit SpaceView(SearchSpace space);
  SpaceView(const SpaceView&) = delete;
  SpaceView& operator=(const SpaceView&) = delete;
  ~SpaceView();

  const SearchSpace& space() const;
  const tuner_space& c_space() const;  // valid as long as this object

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace tuner
