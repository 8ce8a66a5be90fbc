#include "mpi_runner/earlier_studies.h"

#include <fmt/format.h>

#include <set>

#include "core/error.h"
#include "storage/study_store.h"

namespace tuner {

EarlierResults earlier_results(const std::vector<std::string>& files, const StudyDefinition& definition,
                               const Study* recorded) {
  EarlierResults results;
  std::set<std::string> known;
  for (const std::string& file : files) {
    const LoadedStudy earlier = load_study(file, MissingJournal::accept_loss);
    for (const std::string& remark : earlier.remarks)
      results.remarks.push_back(fmt::format("earlier study {}: {}", file, remark));
    const std::string& id = earlier.study.definition().study_id;
    if (!known.insert(id).second || (recorded != nullptr && has_imported(*recorded, id))) continue;
    try {
      const std::vector<ImportedTrial> more = importable_trials(earlier.study, definition);
      if (more.empty()) throw UserError("none of its results is a configuration of this study's search space");
      results.trials.insert(results.trials.end(), more.begin(), more.end());
    } catch (const UserError& error) {
      throw UserError(fmt::format("earlier study {}: {}", file, error.what()));
    }
  }
  return results;
}

}  // namespace tuner
