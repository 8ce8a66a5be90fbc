#include "mpi_runner/commands/trial_story.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "core/configuration_text.h"
#include "mpi_runner/commands/json_outline.h"
#include "mpi_runner/output_tail.h"
#include "mpi_runner/place_text.h"
#include "mpi_runner/rank_log.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

void print_named(std::ostream& out, std::string_view name, double value) {
  fmt::print(out, "  {:<18} {}\n", escaped(name), value);
}

std::string origin_text(const Trial& trial) {
  std::string text(name_of(trial.origin));
  if (trial.origin == Origin::strategy) text += fmt::format(" (ask {})", trial.ask.value);
  if (trial.parent) text += fmt::format(", continues trial {}", trial.parent->value);
  return fmt::format("{}, chosen with {} known and {} pending", text, count_text(trial.known, "result"),
                     count_text(trial.pending, "trial"));
}

void print_failure(std::ostream& out, const Study& study, const Failure& failure) {
  const std::string message = boost::trim_right_copy(escaped_lines(failure.message));
  if (failure.is_verdict()) {
    fmt::print(out, "given up at {}: {}\n", time_text(failure.ended), message);
    return;
  }
  fmt::print(out, "attempt {}: {}, {}, from {} to {}\n", failure.attempt, name_of(failure.cause),
             place_text(study, failure.rank, failure.host), time_text(failure.started), time_text(failure.ended));
  if (!message.empty()) fmt::print(out, "    {}\n", boost::replace_all_copy(message, "\n", "\n    "));
}

void print_attempts(std::ostream& out, const Study& study, TrialId id) {
  const Trial& trial = study.trial(id);
  std::uint32_t told = 0;
  for (const Failure& failure : study.failures()) {
    if (failure.trial != id) continue;
    print_failure(out, study, failure);
    told = failure.attempt;
  }
  if (trial.attempt == told) return;
  fmt::print(out, "attempt {}: {}, {}, started {}", trial.attempt,
             trial.is_pending() ? name_of(trial.state) : name_of(trial.cause),
             place_text(study, trial.rank, trial.host), time_text(trial.started));
  if (!std::isnan(trial.duration_s) && !trial.is_pending())
    fmt::print(out, ", took {}", duration_text(trial.duration_s));
  out << '\n';
}

void print_configuration(std::ostream& out, const Study& study, TrialId id) {
  out << "configuration\n";
  const auto& parameters = study.space().parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double value = study.configuration(id)[i];
    const std::string text = std::isnan(value) ? "inactive" : value_to_json(parameters[i], value);
    fmt::print(out, "  {:<18} {}\n", escaped(parameters[i].name), escaped(text));
  }
  const auto& fidelities = study.definition().goal.fidelities;
  for (std::size_t i = 0; i < fidelities.size(); ++i)
    print_named(out, fidelities[i].name + " (fidelity)", study.fidelities(id)[i]);
}

void print_outcome(std::ostream& out, const Study& study, TrialId id) {
  const GoalInfo& goal = study.definition().goal;
  if (study.trial(id).state != TrialState::complete && study.trial(id).state != TrialState::pruned) return;
  out << "values\n";
  for (std::size_t i = 0; i < goal.objectives.size(); ++i)
    print_named(out, goal.objectives[i].name, study.values(id)[i]);
  for (std::size_t i = 0; i < goal.constraints.size(); ++i)
    fmt::print(out, "  {:<18} {}{}\n", escaped(goal.constraints[i]), study.constraints(id)[i],
               study.constraints(id)[i] <= 0 ? "" : " (infeasible: needs ≤ 0)");
}

void print_notes(std::ostream& out, const Study& study, TrialId id) {
  if (const auto values = study.intermediate(id); !values.empty()) {
    out << "intermediate values\n";
    for (const IntermediateValue& value : values)
      fmt::print(out, "  attempt {}, step {:<6} {}\n", value.attempt, value.step, value.value);
  }
  if (const auto& metrics = study.metrics(id); !metrics.empty()) {
    out << "notes of the objective\n";
    for (const auto& [key, value] : metrics) print_named(out, key, value);
  }
  if (const auto note = study.note(id); !note.empty()) {
    out << (study.trial(id).origin == Origin::imported ? "imported from\n" : "why the strategy chose it\n");
    print_json_outline(out, note, 2);
  }
  for (const HoldoutLook& look : study.holdout_looks())
    if (look.trial == id)
      fmt::print(out, "scored on the hold-out part at {}\n  {}\n", time_text(look.time), escaped(look.metrics));
}

// Of each attempt that printed something; where it failed, its message has the last lines already.
void print_output(std::ostream& out, const Study& study, TrialId id, const std::filesystem::path& logs) {
  for (std::uint32_t attempt = 1; attempt <= study.trial(id).attempt; ++attempt) {
    const std::filesystem::path path = output_file(logs, id, attempt);
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(path, unreadable)) continue;
    std::ifstream file(path, std::ios::binary);
    if (!file) continue;
    std::ostringstream text;
    text << file.rdbuf();
    OutputTail output;
    output.append(text.str());
    fmt::print(out, "last output of attempt {} (all that was kept: {})\n    {}\n", attempt, escaped(path.string()),
               boost::replace_all_copy(escaped_lines(output.last_lines()), "\n", "\n    "));
  }
}

}  // namespace

void print_story(std::ostream& out, const Study& study, TrialId id, const std::filesystem::path& logs) {
  const Trial& trial = study.trial(id);
  fmt::print(out, "trial {}: {}{}\n", id.value, name_of(trial.state), study.best() == id ? ", the best" : "");
  fmt::print(out, "origin: {}\n", origin_text(trial));
  print_attempts(out, study, id);
  print_configuration(out, study, id);
  print_outcome(out, study, id);
  print_notes(out, study, id);
  print_output(out, study, id, logs);
}

}  // namespace tuner
