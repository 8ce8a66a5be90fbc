#include "mpi_runner/doctor/rank_report.h"

#include <nlohmann/json.hpp>

namespace tuner {

// For nlohmann's JSON, which finds them by their names.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FolderReport, error, type, sync_ms, locks, free_bytes, free_files, sees_rank_0)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PluginReport, error, version, sha256)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RankReport, rank, host, build, resources, cpu_limit, memory_bytes, folder, plugin,
                                   unreadable, clock_ahead_s, clock_uncertain_s)

std::string to_text(const RankReport& report) {
  return nlohmann::json(report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

RankReport report_from_text(const std::string& text) {
  return nlohmann::json::parse(text);
}

}  // namespace tuner
