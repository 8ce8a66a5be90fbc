#include "mpi_runner/conformance/check_list.h"

#include <utility>

#include "core/error.h"

namespace tuner::conformance {
namespace {

CheckResult outcome_of(const std::string& name, const std::function<void()>& check) {
  try {
    check();
    return {name, CheckOutcome::passed, ""};
  } catch (const Skipped& skipped) {
    return {name, CheckOutcome::skipped, skipped.what()};
  } catch (const Warned& warned) {
    return {name, CheckOutcome::warned, warned.what()};
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& failure) {
    return {name, CheckOutcome::failed, failure.what()};
  }
}

}  // namespace

bool CheckList::run(const std::string& name, const std::function<void()>& check) {
  results_.push_back(outcome_of(name, check));
  return results_.back().outcome != CheckOutcome::failed;
}

}  // namespace tuner::conformance
