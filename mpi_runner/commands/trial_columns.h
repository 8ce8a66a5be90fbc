// Everything that a table of trials can show of a trial, by name.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/study.h"
#include "mpi_runner/table.h"

namespace tuner {

struct TrialColumn {
  Column column;
  std::function<std::string(const Study&, TrialId)> text;
};

// A parameter's value for a table: short, choices without quotes, "-" where inactive.
std::string parameter_text(const Parameter& parameter, double value);

// All columns of the study: facts of the trial, objectives, constraints, fidelities, notes of the objective,
// parameters.
std::vector<TrialColumn> all_columns(const Study& study);

// Those of these names, in this order. Throws UserError for unknown names.
std::vector<TrialColumn> columns_named(const Study& study, std::span<const std::string> names);

// What `tuner show` shows unless told otherwise.
std::vector<TrialColumn> usual_columns(const Study& study);

Table table_of(const Study& study, std::span<const TrialId> trials, std::span<const TrialColumn> columns);

}  // namespace tuner
