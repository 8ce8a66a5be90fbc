#include "mpi_runner/commands/open_study.h"

#include <fmt/format.h>

#include "mpi_runner/exit_code.h"
#include "mpi_runner/say.h"
#include "mpi_runner/text.h"
#include "storage/study_store.h"

namespace tuner {

LoadedStudy open_study(const std::string& path) {
  LoadedStudy loaded = load_study(path, MissingJournal::accept_loss);
  for (const std::string& remark : loaded.remarks) say(escaped_lines(remark));
  for (const std::string& loss : loaded.losses) say(escaped_lines(loss));
  if (!loaded.losses.empty())
    say(
        fmt::format("the study is damaged: what follows lacks {}. Put the file back from a copy, or run `tuner verify "
                    "{} --repair`; --resume refuses the study until then, or until you say --accept-loss.",
                    lost_text(loaded), escaped(path)));
  return loaded;
}

bool is_running(const std::optional<OwnerSight>& owner) {
  return owner && !owner->gone && owner->silent_s < StoreSettings{}.owner_expiry_s;
}

OpenRun look_at_open_run(const std::string& path, const std::optional<OwnerSight>& owner) {
  return {is_running(owner) ? OpenRun::State::goes_on : OpenRun::State::killed,
          last_sign_of_life(system_files(), StudyFiles(path))};
}

int code_of(const LoadedStudy& loaded) {
  return loaded.losses.empty() ? kDone : kDamaged;
}

}  // namespace tuner
