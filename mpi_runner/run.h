// `tuner --plugin …`: one run of a study, from the command line to the summary.
#pragma once

#include <string>
#include <vector>

namespace tuner {

// For every rank of the run. Returns the exit code: 0 done, 2 the study cannot work, 4 resumable. Throws what main()
// turns into the other codes.
int run_command(const std::vector<std::string>& arguments);

}  // namespace tuner
