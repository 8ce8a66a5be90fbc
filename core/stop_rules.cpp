#include "core/stop_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace tuner {

bool cannot_work(const StopRules& rules, const Study& study) {
  if (study.searched() == 0 || study.failed_count() < study.searched() || study.epochs().empty()) return false;
  if (study.searched() >= rules.trials) return true;
  return rules.max_failures > 0 && study.searched() - study.epochs().back().searched_before >= rules.max_failures;
}

std::optional<std::string> reason_to_stop(const StopRules& rules, const Study& study) {
  if (cannot_work(rules, study)) {
    const std::string why = study.failures().empty() ? "" : ": " + study.failures().back().message;
    return fmt::format("all {} trials failed{}", study.searched(), why);
  }
  if (study.searched() >= rules.trials) return fmt::format("all {} trials are done", rules.trials);
  if (!study.best()) return std::nullopt;

  const double best = study.values(*study.best())[0];
  const bool maximize = study.definition().goal.objectives[0].maximize;
  if (rules.target && (maximize ? best >= *rules.target : best <= *rules.target))
    return fmt::format("the target {} is reached", *rules.target);
  if (rules.patience && study.finished_since_best() >= *rules.patience)
    return fmt::format("the best value did not improve in {} trials", *rules.patience);
  return std::nullopt;
}

std::uint64_t trials_left_to_start(const StopRules& rules, const Study& study) {
  const auto is_replicate = [&](TrialId id) { return study.trial(id).origin == Origin::replicate; };
  if (reason_to_stop(rules, study))
    return static_cast<std::uint64_t>(std::ranges::count_if(study.waiting(), is_replicate));
  const std::uint64_t taken = study.searched() + study.running().size();
  return rules.trials > taken ? rules.trials - taken : 0;
}

}  // namespace tuner
