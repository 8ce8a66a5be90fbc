#include "mpi_runner/commands/trial_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/configuration_text.h"
#include "core/error.h"
#include "mpi_runner/text.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

constexpr auto kLeft = Column::Align::left;
constexpr auto kRight = Column::Align::right;
constexpr int kParameterDigits = 4;

using Columns = std::vector<TrialColumn>;

// A column that needs nothing but the trial itself.
template <class Text>
TrialColumn fact(const char* name, Column::Align align, Text text) {
  return {{name, align}, [text](const Study& study, TrialId id) -> std::string { return text(study.trial(id)); }};
}

Columns fact_columns() {
  return {{{"trial", kRight}, [](const Study&, TrialId id) { return std::to_string(id.value); }},
          {{"state", kLeft},
           [](const Study& study, TrialId id) {
             const TrialState state = study.trial(id).state;
             const bool infeasible = state == TrialState::complete && !study.feasible(id);
             return infeasible ? "infeasible" : std::string(name_of(state));
           }},
          fact("duration", kRight, [](const Trial& trial) { return duration_text(trial.duration_s); }),
          fact("attempt", kRight, [](const Trial& trial) { return std::to_string(trial.attempt); }),
          fact("cause", kLeft,
               [](const Trial& trial) {
                 const bool failed = trial.attempt > 0 && trial.cause != Cause::value && trial.cause != Cause::pruned;
                 return failed ? std::string(name_of(trial.cause)) : "";
               }),
          fact("origin", kLeft, [](const Trial& trial) { return std::string(name_of(trial.origin)); }),
          fact("rank", kRight, [](const Trial& trial) { return std::to_string(trial.rank.value); }),
          fact("started", kLeft, [](const Trial& trial) { return time_text(trial.started); }),
          fact("ended", kLeft, [](const Trial& trial) { return time_text(trial.ended); }),
          fact("known", kRight, [](const Trial& trial) { return std::to_string(trial.known); }),
          fact("pending", kRight, [](const Trial& trial) { return std::to_string(trial.pending); }),
          fact("parent", kRight,
               [](const Trial& trial) { return trial.parent ? std::to_string(trial.parent->value) : "-"; })};
}

// A column of one of the study's tables of numbers.
TrialColumn number_column(const std::string& name, std::size_t index,
                          std::span<const double> (Study::*row)(TrialId) const) {
  return {{name, kRight}, [=](const Study& study, TrialId id) { return number_text((study.*row)(id)[index]); }};
}

TrialColumn parameter_column(const Parameter& parameter, std::size_t index) {
  const bool number = parameter.choices.empty();
  return {{parameter.name, number ? kRight : kLeft}, [index](const Study& study, TrialId id) {
            return parameter_text(study.space().parameters()[index], study.configuration(id)[index]);
          }};
}

TrialColumn metric_column(const std::string& key) {
  return {{key, kRight}, [key](const Study& study, TrialId id) {
            const auto& metrics = study.metrics(id);
            const auto found = std::ranges::find(metrics, key, [](const auto& metric) { return metric.first; });
            return found == metrics.end() ? "-" : number_text(found->second);
          }};
}

void append(Columns& columns, Columns more) {
  std::ranges::move(more, std::back_inserter(columns));
}

Columns objective_columns(const Study& study) {
  Columns columns;
  const auto& objectives = study.definition().goal.objectives;
  for (std::size_t i = 0; i < objectives.size(); ++i)
    columns.push_back(number_column(objectives[i].name, i, &Study::values));
  return columns;
}

Columns constraint_columns(const Study& study) {
  Columns columns;
  const auto& constraints = study.definition().goal.constraints;
  for (std::size_t i = 0; i < constraints.size(); ++i)
    columns.push_back(number_column(constraints[i], i, &Study::constraints));
  return columns;
}

Columns fidelity_columns(const Study& study) {
  Columns columns;
  const auto& fidelities = study.definition().goal.fidelities;
  for (std::size_t i = 0; i < fidelities.size(); ++i)
    columns.push_back(number_column(fidelities[i].name, i, &Study::fidelities));
  return columns;
}

Columns parameter_columns(const Study& study) {
  Columns columns;
  const auto& parameters = study.space().parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) columns.push_back(parameter_column(parameters[i], i));
  return columns;
}

Columns metric_columns(const Study& study) {
  std::set<std::string> keys;
  for (TrialId id; id.value < study.trial_count(); ++id.value)
    for (const auto& [key, value] : study.metrics(id)) keys.insert(key);
  Columns columns;
  std::ranges::transform(keys, std::back_inserter(columns), metric_column);
  return columns;
}

}  // namespace

std::string parameter_text(const Parameter& parameter, double value) {
  if (std::isnan(value)) return "-";
  if (parameter.type == ParameterType::real) return number_text(value, kParameterDigits);
  const std::string json = value_to_json(parameter, value);
  return json.size() >= 2 && json.front() == '"' ? json.substr(1, json.size() - 2) : json;
}

std::vector<TrialColumn> all_columns(const Study& study) {
  Columns columns = fact_columns();
  append(columns, objective_columns(study));
  append(columns, constraint_columns(study));
  append(columns, fidelity_columns(study));
  append(columns, parameter_columns(study));
  append(columns, metric_columns(study));
  return columns;
}

std::vector<TrialColumn> columns_named(const Study& study, std::span<const std::string> names) {
  const Columns all = all_columns(study);
  Columns chosen;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(all, name, [](const TrialColumn& column) { return column.column.title; });
    if (found == all.end()) {
      std::vector<std::string> known;
      for (const TrialColumn& column : all) known.push_back(column.column.title);
      throw UserError(
          fmt::format("--columns: the study has no column '{}'.{}", name, plugin::did_you_mean(name, known)));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

std::vector<TrialColumn> usual_columns(const Study& study) {
  std::vector<std::string> facts = {"duration"};
  const auto repeated = [&](TrialId id) { return study.trial(id).attempt > 1; };
  if (std::ranges::any_of(study.finished(), repeated)) facts.emplace_back("attempt");
  if (!study.failures().empty()) facts.emplace_back("cause");
  if (study.finished().size() != study.searched()) facts.emplace_back("origin");

  Columns columns = columns_named(study, std::vector<std::string>{"trial", "state"});
  append(columns, objective_columns(study));
  append(columns, constraint_columns(study));
  append(columns, fidelity_columns(study));
  append(columns, columns_named(study, facts));
  append(columns, parameter_columns(study));
  return columns;
}

Table table_of(const Study& study, std::span<const TrialId> trials, std::span<const TrialColumn> columns) {
  std::vector<Column> heads;
  for (const TrialColumn& column : columns) heads.push_back(column.column);
  Table table(std::move(heads));
  for (const TrialId id : trials) {
    std::vector<std::string> cells;
    for (const TrialColumn& column : columns) cells.push_back(column.text(study, id));
    table.add_row(std::move(cells));
  }
  return table;
}

}  // namespace tuner
