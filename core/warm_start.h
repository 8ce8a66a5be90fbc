// What an earlier study can tell a new one: its results as trials of origin `imported`. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "core/study.h"

namespace tuner {

// Of the trials of an earlier study, so that it does not outweigh the new one. Half of them are its best, since those
// matter most; the others are spread evenly over the rest in the order of their values, so that what is bad is known
// too.
inline constexpr std::size_t kMostImported = 128;

struct ImportedTrial {
  NewTrial trial;  // numbered from 0; its note names study and trial
  std::vector<double> values;
  std::vector<double> constraints;
  double duration_s = 0;
};

// Complete trials of `earlier`, at its highest fidelities, that are configurations of `now`: parameters are matched by
// name, those that `earlier` lacks take their defaults, and what lies outside the space is left out. Throws UserError
// where the studies measure different things or share no parameter.
std::vector<ImportedTrial> importable_trials(const Study& earlier, const StudyDefinition& now);

// Whether the study has imported trials of the study with that id.
bool has_imported(const Study& study, const std::string& study_id);

}  // namespace tuner
