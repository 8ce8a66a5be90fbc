// What one rank finds out about its node, for rank 0 to judge. Plain data, and its text for the way there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tuner {

// Of the folder that the study stands in.
struct FolderReport {
  std::string error = {};  // what could not be done there, with the system's reason; empty: all of it could
  std::string type = {};   // "ext4", "nfs", "lustre"; "0x1234" where its number is all that is known
  double sync_ms = 0;
  bool locks = false;  // fcntl
  std::uint64_t free_bytes = 0;
  std::uint64_t free_files = 0;  // 0 = not limited, or not told
  bool sees_rank_0 = false;      // a file that rank 0 wrote there
};

struct PluginReport {
  std::string error = {};
  std::string version = {};
  std::string sha256 = {};
};

struct RankReport {
  std::uint64_t rank = 0;
  std::string host;
  std::string build;               // SHA-256 of the tuner program
  std::string resources;           // as of own_resources()
  double cpu_limit = 0;            // cores' worth that the control group grants; 0 = no limit
  std::uint64_t memory_bytes = 0;  // available
  FolderReport folder;
  PluginReport plugin;
  std::vector<std::string> unreadable;  // input files, with the reason
  // By rank 0's measure.
  double clock_ahead_s = 0;
  double clock_uncertain_s = 0;
};

std::string to_text(const RankReport& report);
RankReport report_from_text(const std::string& text);

}  // namespace tuner
