// A full disk, as the manager waits for it: when to try again, and for how long. Knows no clock; times are seconds of
// one that never goes back.
#pragma once

#include <optional>

namespace tuner {

class SpaceShortage {
 public:
  explicit SpaceShortage(double patience_s) : patience_s_(patience_s) {}

  bool lasts() const { return since_s_.has_value(); }
  bool time_to_try(double now_s) const { return !lasts() || now_s >= next_try_s_; }
  // The disk was full now. True where it has been for longer than there is patience.
  bool too_long(double now_s);
  // The disk was not full. True where it was before.
  bool end();

 private:
  double patience_s_;
  std::optional<double> since_s_;
  double next_try_s_ = 0;
};

}  // namespace tuner
