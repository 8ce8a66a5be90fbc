// How a rank waits without stealing cores from the objectives: MPI has no call that sleeps until a message comes, so a
// rank looks, sleeps, and looks again, and sleeps the longer the longer it has waited.
#pragma once

#include <poll.h>

#include <vector>

namespace tuner {

class Pause {
 public:
  // Something was done: the next wait is short again.
  void reset() { waited_s_ = 0; }

  // Sleeps for a tenth of the time waited so far, at least 20 µs and at most `longest_s`, or until one of the
  // descriptors is ready or a signal comes.
  void wait(std::vector<pollfd>& descriptors, double longest_s);

 private:
  double waited_s_ = 0;
};

}  // namespace tuner
