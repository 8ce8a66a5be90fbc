// What a study is and how far it is, in a few lines for people.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "core/study.h"

namespace tuner {

// "812 finished (800 complete, 2 pruned, 10 failed), 15 running, 3 waiting".
std::string progress_text(const Study& study);

// "logloss = 0.123, speed = 7".
std::string values_text(const Study& study, TrialId id);

// What the study optimizes by which means, trials, epochs, best trial.
// A line for each rank that was taken out, none where none was.
void print_quarantine(std::ostream& out, const Study& study);

void print_facts(std::ostream& out, const Study& study, std::string_view file);

}  // namespace tuner
