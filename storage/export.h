// The trials of a study for other programs, with everything that is known of each.
#pragma once

#include <iosfwd>

#include "core/study.h"

namespace tuner {

// One line a trial (RFC 4180). Columns as in the study file, with "parameter.", "value.", "constraint.", "fidelity."
// and "note." before names that the study chose. Empty: inactive or not known. Control characters in texts are escaped.
void export_csv(const Study& study, std::ostream& out);

// One object: the study's id, its objectives, "failures" (all failed attempts) and "trials", an array of objects with
// the active parameters and the intermediate values. In ASCII; null for numbers that JSON does not have.
void export_json(const Study& study, std::ostream& out);

}  // namespace tuner
