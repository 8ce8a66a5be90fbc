#include "mpi_runner/study_setup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <utility>

#include "core/error.h"
#include "core/space_changes.h"
#include "mpi_runner/goal_text.h"
#include "mpi_runner/input_files.h"
#include "mpi_runner/plugin_path.h"
#include "mpi_runner/text.h"
#include "mpi_runner/text_file.h"
#include "storage/digest.h"

namespace tuner {
namespace {

SearchSpace space_of(const RunOptions& options, const LoadedPlugin& objective, const PluginOptions& plugin_options) {
  SearchSpace space = options.space_file.empty()
                          ? plugin_space(objective.launch, plugin_options)
                          : SearchSpace::from_json(read_text_file(options.space_file, "space"), options.space_file);
  for (const std::string& assignment : options.fix) space = fixed(space, assignment);
  for (const std::string& assignment : options.narrow) space = narrowed(space, assignment);
  return space;
}

std::string major_of(const std::string& version) {
  return version.substr(0, version.find('.'));
}

const PluginOption* find_option(const PluginDescription& description, const std::string& name) {
  const auto found = std::find_if(description.options.begin(), description.options.end(),
                                  [&](const auto& o) { return o.name == name; });
  return found == description.options.end() ? nullptr : &*found;
}

// In what the options of the objective differ; where both name an input file, only its contents count.
std::vector<std::string> option_differences(const StudyDefinition& recorded, const StudyDefinition& now,
                                            const PluginDescription& description) {
  std::vector<std::string> found;
  for (const auto& [name, value] : now.objective.options) {
    const PluginOption* option = find_option(description, name);
    const auto before = recorded.objective.options.find(name);
    const bool was_set = before != recorded.objective.options.end();
    if (option == nullptr || !option->identity || (was_set && before->second == value)) continue;
    const std::string* digest = input_digest(now, value);
    const std::string* digest_before = was_set ? input_digest(recorded, before->second) : nullptr;
    if (digest != nullptr && digest_before != nullptr) {
      if (*digest != *digest_before)
        found.push_back(
            fmt::format("the contents of {} '{}' are not those of the study's '{}'", name, value, before->second));
      continue;
    }
    found.push_back(fmt::format("option {} is '{}' (the study has {})", name, value,
                                was_set ? "'" + before->second + "'" : "none"));
  }
  return found;
}

std::vector<std::string> sorted_digests(const StudyDefinition& definition) {
  std::vector<std::string> all;
  for (const auto& [file, digest] : definition.inputs) all.push_back(digest);
  std::sort(all.begin(), all.end());
  return all;
}

const char* option_of(PluginKind kind) {
  return kind == PluginKind::objective ? "plugin" : "strategy";
}

LoadedPlugin described(const std::filesystem::path& file) {
  LoadedPlugin plugin;
  plugin.launch.executable = find_host_executable();
  plugin.launch.plugin = file;
  plugin.description = describe_plugin(plugin.launch);
  return plugin;
}

}  // namespace

std::string new_study_id() {
  std::random_device device;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", device());
  return id;
}

PluginInfo plugin_info(const LoadedPlugin& plugin, PluginOptions options) {
  return {plugin.description.name, plugin.description.version, plugin.launch.plugin.string(),
          sha256_of_file(plugin.launch.plugin), std::move(options)};
}

LoadedPlugin load_plugin(const std::string& name_or_path, PluginKind kind) {
  LoadedPlugin plugin = described(find_plugin(name_or_path));
  if (plugin.description.kind != kind) {
    const bool objective_wanted = kind == PluginKind::objective;
    throw UserError(fmt::format("plugin '{}' is {} (--{} needs {}). See `tuner plugins`", name_or_path,
                                objective_wanted ? "a strategy" : "an objective", option_of(kind),
                                objective_wanted ? "an objective" : "a strategy"));
  }
  return plugin;
}

LoadedPlugin load_recorded(const PluginInfo& recorded, const std::string& chosen, PluginKind kind) {
  if (!chosen.empty()) return load_plugin(chosen, kind);
  if (is_client_objective(recorded))
    throw UserError(
        "this study has no objective plugin (its trials are evaluated by a client of `tuner ask-tell`). Continue it "
        "there: {\"op\": \"create\", \"study\": FILE}");
  if (recorded.name.find('/') != std::string::npos)
    throw UserError(fmt::format(
        "the study names its plugin '{}' (a path in a study file is not followed). Name the plugin yourself with --{}",
        escaped(recorded.name), option_of(kind)));
  // A file need not be called as the plugin in it calls itself; only the last part of its path is looked at.
  const std::string file = std::filesystem::path(recorded.path).stem();
  for (const std::string& name : {file, recorded.name}) {
    const auto path = find_named_plugin(name);
    if (!path) continue;
    LoadedPlugin found = described(*path);
    if (found.description.kind == kind && found.description.name == recorded.name) return found;
  }
  std::vector<std::string> searched;
  for (const auto& directory : plugin_directories()) searched.push_back(directory);
  throw UserError(fmt::format(
      "there is no plugin '{}' in a file '{}.so' or '{}.so' (searched: {}). Name the file that "
      "the study was made with: --{} FILE",
      escaped(recorded.name), escaped(file), escaped(recorded.name), fmt::join(searched, ":"), option_of(kind)));
}

std::map<std::string, std::string> input_digests(const LoadedPlugin& objective, const PluginOptions& options) {
  std::map<std::string, std::string> digests;
  for (const std::string& file : plugin_inputs(objective.launch, options)) digests[file] = sha256_of_file(file);
  return digests;
}

StudyDefinition define_study(const RunOptions& options, const LoadedPlugin& objective, const LoadedPlugin& strategy) {
  const PluginOptions objective_options = check_options(objective.description, assignments(options.set, "set"));
  const PluginOptions strategy_options =
      check_options(strategy.description, assignments(options.strategy_set, "strategy-set"));
  // Before the plugin opens them: what is no file, and may never be read to its end, is refused.
  std::map<std::string, std::string> inputs = input_digests(objective, objective_options);
  return {new_study_id(),
          options.seed.value_or(0),
          space_of(options, objective, objective_options),
          objective.description.goal,
          plugin_info(objective, objective_options),
          plugin_info(strategy, strategy_options),
          std::move(inputs),
          options.settings,
          std::filesystem::current_path()};
}

PluginOptions resumed_options(const StudyDefinition& study, const PluginDescription& description,
                              const PluginOptions& typed, bool trust) {
  const PluginInfo& recorded = description.kind == PluginKind::objective ? study.objective : study.strategy;
  for (const auto& [name, value] : recorded.options) {
    const PluginOption* option = find_option(description, name);
    const bool executes_code = option != nullptr && option->executes_code && value != option->default_value;
    if (executes_code && !typed.contains(name) && !trust)
      throw UserError(
          fmt::format("the study's option {} = '{}' executes code (a study file may be a stranger's). "
                      "Repeat --{} {}=… or say --trust",
                      name, value, description.kind == PluginKind::objective ? "set" : "strategy-set", name));
  }
  PluginOptions merged = typed;
  for (const auto& [name, value] : recorded.options)
    if (find_option(description, name) != nullptr) merged.emplace(name, value);
  PluginOptions checked = check_options(description, merged);
  for (const auto& [name, value] : typed) {
    const auto before = recorded.options.find(name);
    const bool differs = before != recorded.options.end() && before->second != checked.at(name);
    const bool names_a_file = differs && input_digest(study, before->second) != nullptr;
    if (differs && !names_a_file && find_option(description, name)->identity)
      throw UserError(
          fmt::format("option {} = '{}' makes it another study (this one has '{}'). Leave it out, or start "
                      "another study",
                      name, value, before->second));
  }
  return checked;
}

std::vector<std::string> differences(const StudyDefinition& recorded, const StudyDefinition& now,
                                     const PluginDescription& objective) {
  std::vector<std::string> found;
  const auto compare = [&](const std::string& what, const std::string& before, const std::string& after) {
    if (before != after) found.push_back(fmt::format("{} is {} (the study has {})", what, after, before));
  };
  compare("the objective", recorded.objective.name, now.objective.name);
  compare("the objective's major version", major_of(recorded.objective.version), major_of(now.objective.version));
  compare("the goal", goal_text(recorded.goal), goal_text(now.goal));
  compare("the strategy", recorded.strategy.name, now.strategy.name);
  compare("the seed", std::to_string(recorded.seed), std::to_string(now.seed));
  if (recorded.space.to_json() != now.space.to_json()) found.emplace_back("the search space is another one");
  const std::vector<std::string> options = option_differences(recorded, now, objective);
  found.insert(found.end(), options.begin(), options.end());
  if (recorded.strategy.options != now.strategy.options) found.emplace_back("the strategy's options are others");
  if (options.empty() && sorted_digests(recorded) != sorted_digests(now))
    found.emplace_back("the contents of the input files have changed");
  return found;
}

void require_same_study(const std::filesystem::path& file, const StudyDefinition& recorded, const StudyDefinition& now,
                        const PluginDescription& objective) {
  const std::vector<std::string> found = differences(recorded, now, objective);
  if (!found.empty())
    throw UserError(fmt::format("{} holds another study: {}. Name another study file, or leave out what differs",
                                file.string(), fmt::join(found, "; ")));
}

std::vector<std::string> warnings(const StudyDefinition& recorded, const StudyDefinition& now) {
  std::vector<std::string> found;
  if (recorded.objective.sha256 != now.objective.sha256)
    found.push_back(fmt::format("plugin '{}' was rebuilt since the study began (its results may have changed)",
                                now.objective.name));
  if (recorded.strategy.sha256 != now.strategy.sha256)
    found.push_back(
        fmt::format("strategy '{}' was rebuilt since the study began (replay will not compare)", now.strategy.name));
  return found;
}

std::vector<std::string> unheeded(const StudyDefinition& now, const PluginDescription& strategy, bool warm_start) {
  if (strategy.uses_results) return {};
  std::vector<std::string> found;
  constexpr const char* kText = "strategy '{}' does not look at {}. Strategies that learn do, as bayes";
  for (const Parameter& parameter : now.space.parameters())
    if (parameter.prior)
      found.push_back(fmt::format(kText, strategy.name, fmt::format("the \"prior\" of '{}'", parameter.name)));
  if (warm_start) found.push_back(fmt::format(kText, strategy.name, "results of earlier studies"));
  return found;
}

}  // namespace tuner
