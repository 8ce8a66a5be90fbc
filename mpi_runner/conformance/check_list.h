// The checks of a plugin as they run: each has a name and one outcome.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mpi_runner/conformance.h"

namespace tuner::conformance {

// A check throws one of these to say how it went. One that returns has passed, any other exception fails it, but a
// UserError ends all checks: the plugin cannot be checked with these options.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct Warned : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct Skipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class CheckList {
 public:
  // True where the check did not fail, so that those that build on it may run.
  bool run(const std::string& name, const std::function<void()>& check);

  const std::vector<CheckResult>& results() const { return results_; }

 private:
  std::vector<CheckResult> results_;
};

}  // namespace tuner::conformance
