// From what the user typed and what the plugins say to the definition of a study: for a new one, or to compare with the
// one that is in a file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/definition.h"
#include "mpi_runner/plugin_call.h"
#include "mpi_runner/run_options.h"

namespace tuner {

// A plugin that was found and asked what it is.
struct LoadedPlugin {
  HostLaunch launch;
  PluginDescription description;
};

inline constexpr const char* kDefaultStrategy = "bayes";

std::string new_study_id();

// Finds a plugin in the user's plugin path and describes it. Throws UserError when it is of the other kind.
LoadedPlugin load_plugin(const std::string& name_or_path, PluginKind kind);

// The plugin that the user chose, or, where `chosen` is empty, the one that calls itself as recorded, in a file of the
// recorded file's name or of the plugin's own. A study file may come from a stranger, so names are only looked up in
// the plugin path, never taken as a path. Throws UserError.
LoadedPlugin load_recorded(const PluginInfo& recorded, const std::string& chosen, PluginKind kind);

// What a study records of a plugin.
PluginInfo plugin_info(const LoadedPlugin& plugin, PluginOptions options);

// SHA-256 of each file whose contents belong to the study.
std::map<std::string, std::string> input_digests(const LoadedPlugin& objective, const PluginOptions& options);

// The study that these options describe. Asks the objective for its space and reads its inputs.
StudyDefinition define_study(const RunOptions& options, const LoadedPlugin& objective, const LoadedPlugin& strategy);

// The plugin options to run a recorded study with: those of the study, with those that the user typed now. Throws
// UserError for options of the study's identity that differ, and for recorded options that execute code unless the user
// repeats them or trusts the file. Names of input files may differ: differences() compares what the files hold.
PluginOptions resumed_options(const StudyDefinition& study, const PluginDescription& description,
                              const PluginOptions& typed, bool trust);

// In what the studies differ, input files by their contents, one text each ("option data = 'b.csv' (the study has
// 'a.csv')"); empty where they are the same study.
std::vector<std::string> differences(const StudyDefinition& recorded, const StudyDefinition& now,
                                     const PluginDescription& objective);

// Throws UserError that names all of these differences.
void require_same_study(const std::filesystem::path& file, const StudyDefinition& recorded, const StudyDefinition& now,
                        const PluginDescription& objective);

// What the user says for the strategy's sake and this one does not look at.
std::vector<std::string> unheeded(const StudyDefinition& now, const PluginDescription& strategy, bool warm_start);

// What is no other study but should be known: a rebuilt plugin.
std::vector<std::string> warnings(const StudyDefinition& recorded, const StudyDefinition& now);

}  // namespace tuner
