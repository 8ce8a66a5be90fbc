// What makes a study this study: fixed when it is made, and compared whenever somebody wants to continue it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/search_space.h"

namespace tuner {

struct ObjectiveInfo {
  std::string name;
  bool maximize = false;
};

struct FidelityInfo {
  std::string name;
  double low = 0;
  double high = 1;
};

// What the plugin measures.
struct GoalInfo {
  std::vector<ObjectiveInfo> objectives;
  std::vector<std::string> constraints;  // each is met when its value is <= 0
  std::vector<FidelityInfo> fidelities;

  std::vector<double> highest_fidelities() const;
};

struct PluginInfo {
  std::string name;
  std::string version;
  std::string path;    // where it was found; never loaded from here unless the user's plugin path holds it
  std::string sha256;  // hexadecimal
  std::map<std::string, std::string> options;  // as set, defaults filled in
};

// What stands in the place of the objective's plugin where the trials of a study are evaluated by a client of
// `tuner ask-tell`. No plugin file has an empty path, so none can be mistaken for it.
PluginInfo client_objective();
bool is_client_objective(const PluginInfo& objective);

struct StudyDefinition {
  std::string study_id;  // random, 32 hexadecimal digits
  std::uint64_t seed = 0;
  SearchSpace space;
  GoalInfo goal;
  PluginInfo objective;
  PluginInfo strategy;
  std::map<std::string, std::string> inputs;  // file → SHA-256 of its contents
  std::map<std::string, std::string>
      settings;             // tuner's own changeable options, as they were at first: "trials" → "200"
  std::string folder = {};  // where tuner ran when the study was made; names of inputs may start there

  std::string to_json() const;
  static StudyDefinition from_json(std::string_view json);  // throws DamagedStudy
};

}  // namespace tuner
