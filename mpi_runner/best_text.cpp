#include "mpi_runner/best_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/configuration_text.h"
#include "core/replicates.h"
#include "mpi_runner/holdout.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

// A percentage says something of values on one side of zero only.
std::string gain_text(double before, double best) {
  const double gain = std::abs(before - best);
  if (!std::isfinite(gain)) return "";
  if (before * best > 0) return fmt::format("; the best is {:.1f} % better", 100 * gain / std::abs(before));
  return fmt::format("; the best is better by {}", number_text(gain));
}

std::string compared_with_defaults(const Study& study, TrialId best) {
  const std::optional<TrialId> trial = defaults_trial(study);
  if (!trial) return {};
  const double before = study.values(*trial)[0];
  return fmt::format("  defaults  {} (trial {}){}\n", number_text(before), trial->value,
                     *trial == best ? "; these are the best" : gain_text(before, study.values(best)[0]));
}

std::string configuration_lines(const Study& study, TrialId best) {
  std::string text;
  const auto configuration = study.configuration(best);
  for (std::size_t i = 0; i < configuration.size(); ++i) {
    if (std::isnan(configuration[i])) continue;
    const Parameter& parameter = study.space().parameters()[i];
    text += fmt::format("            {} = {}\n", escaped(parameter.name),
                        escaped(value_to_json(parameter, configuration[i])));
  }
  return text;
}

std::string replicate_lines(const Study& study) {
  std::string text;
  for (const ReplicatedValue& value : replicated_values(study))
    text += fmt::format("  repeated  {} ± {} (trial {}: mean and standard error of {} with other seeds)\n",
                        number_text(value.mean), number_text(value.standard_error), value.leader.value,
                        count_text(value.runs, "run"));
  if (text.empty()) return text;
  const TrialId choice = *final_choice(study);
  return text + fmt::format("  take      trial {}, whose repetitions are best{}\n", choice.value,
                            choice == study.best() ? "" : "; the best single value was a lucky one");
}

std::string holdout_line(const Study& study) {
  if (study.holdout_looks().empty()) return {};
  const HoldoutLook& look = study.holdout_looks().back();
  std::string scores;
  const nlohmann::json metrics = nlohmann::json::parse(look.metrics, nullptr, false);
  if (metrics.is_object())
    for (const auto& [name, value] : metrics.items())
      if (name.starts_with(kHoldoutPrefix) && value.is_number())
        scores += fmt::format("{}{} {}", scores.empty() ? "" : ", ", escaped(name.substr(std::strlen(kHoldoutPrefix))),
                              number_text(value.get<double>()));
  return fmt::format("  hold-out  {} (trial {}; looked at {})\n", scores, look.trial.value,
                     count_text(study.holdout_looks().size(), "time"));
}

}  // namespace

std::optional<TrialId> defaults_trial(const Study& study) {
  if (!study.space().has_defaults()) return std::nullopt;
  const std::vector<double> defaults = study.space().defaults();
  for (TrialId id; id.value < study.trial_count(); ++id.value)
    if (study.trial(id).state == TrialState::complete && study.trial(id).origin != Origin::imported &&
        same_configuration(study.configuration(id), defaults))
      return id;
  return std::nullopt;
}

std::string best_text(const Study& study) {
  if (!study.best()) return "  best      no trial is complete yet\n";
  const TrialId best = *study.best();
  const ObjectiveInfo& objective = study.definition().goal.objectives[0];
  std::string text = fmt::format("  best      {} (trial {}; {} {})\n", number_text(study.values(best)[0]), best.value,
                                 objective.maximize ? "maximized" : "minimized", escaped(objective.name));
  text += configuration_lines(study, best);
  text += compared_with_defaults(study, best);
  text += replicate_lines(study);
  text += holdout_line(study);
  return text;
}

}  // namespace tuner
