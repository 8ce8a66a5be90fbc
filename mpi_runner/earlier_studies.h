// What the studies of other files can tell a new one: their results, read and chosen (core/warm_start.h).
#pragma once

#include <string>
#include <vector>

#include "core/study.h"
#include "core/warm_start.h"

namespace tuner {

struct EarlierResults {
  std::vector<ImportedTrial> trials;
  std::vector<std::string> remarks;
};

// Each study once, however many files hold it; none of `recorded`, the study as it is so far (null: it is new), is
// read again. Throws UserError that names the file.
EarlierResults earlier_results(const std::vector<std::string>& files, const StudyDefinition& definition,
                               const Study* recorded);

}  // namespace tuner
