#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/random.h"
#include "core/replicates.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/json_text.h"
#include "mpi_runner/commands/study_facts.h"
#include "mpi_runner/input_files.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/options.h"
#include "mpi_runner/plugin_call.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/say.h"
#include "mpi_runner/study_setup.h"
#include "mpi_runner/text.h"
#include "storage/load.h"

namespace tuner {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

po::options_description refit_options() {
  po::options_description options("Options");
  auto add = options.add_options();
  add("out", po::value<std::string>()->required()->value_name("DIR"),
      "folder for the model, configuration.json and metrics.json; made if it is not there, else it must be empty");
  add("trial", po::value<Count>()->value_name("N"),
      "configuration of this trial; default: the best one, by the means of its repetitions where there are any");
  add("plugin", po::value<std::string>()->default_value("", "the study's, by its name")->value_name("NAME|FILE"),
      "objective plugin");
  add("set", po::value<Texts>()->composing()->value_name("NAME=VALUE"),
      "option of the plugin, as in the study where it belongs to the study's identity; repeatable");
  add("accept-changes", po::bool_switch(), "train although the data or options are not those of the study");
  add("trust", po::bool_switch(), "take options that execute code over from the study file");
  add("threads", po::value<Count>()->value_name("N"), "threads for the training; default: all usable cores");
  return options;
}

TrialId chosen_trial(const Study& study, const std::optional<Count>& number) {
  const std::optional<TrialId> choice = final_choice(study);
  if (!number && !choice) throw UserError("the study has no complete feasible trial to refit. Choose one with --trial");
  if (!number) return *choice;
  if (number->value >= study.trial_count())
    throw UserError(fmt::format("--trial = {}: the study has {}, counted from 0", number->value,
                                count_text(study.trial_count(), "trial")));
  return TrialId{number->value};
}

// A model that is mixed with the files of an older one would be neither.
void make_empty_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder))
    throw UserError(fmt::format("cannot make the folder '{}' of --out ({}).", folder.string(), error.message()));
  if (!fs::is_empty(folder))
    throw UserError(
        fmt::format("the folder '{}' of --out is not empty (old files would mix with the new model's). "
                    "Name another one",
                    folder.string()));
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text << '\n' << std::flush;
  if (!file) throw UserError(fmt::format("cannot write '{}'. Is the disk full?", path.string()));
}

// Other data or another plugin make another model than the one that was tuned.
void check_changes(const StudyDefinition& recorded, const LoadedPlugin& plugin, const PluginOptions& options,
                   bool accepted) {
  StudyDefinition now = recorded;
  now.objective = plugin_info(plugin, options);
  now.inputs = input_digests(plugin, options);
  std::vector<std::string> found = differences(recorded, now, plugin.description);
  if (!found.empty() && !accepted)
    throw UserError(
        fmt::format("this is not what the study has tuned: {}. Name the right file with --set, or train all "
                    "the same with --accept-changes",
                    fmt::join(found, "; ")));
  for (const std::string& warning : warnings(recorded, now)) found.push_back(warning);
  for (const std::string& text : found) say("warning: " + escaped_lines(text));
}

// What is known of the model: of which trial it is, how good that was in the search and on the hold-out part, and what
// the plugin says of the training on all data, which is no estimate.
std::string metrics_text(const Study& study, TrialId trial, const std::string& training) {
  nlohmann::ordered_json metrics = {{"trial", trial.value}, {"values", values_json(study, trial)}};
  for (const HoldoutLook& look : study.holdout_looks())
    if (look.trial == trial) metrics["holdout"] = nlohmann::ordered_json::parse(look.metrics, nullptr, false);
  metrics["training"] = nlohmann::ordered_json::parse(training, nullptr, false);
  return json_text(metrics);
}

}  // namespace

int refit_command(const CommandCall& call) {
  const auto values = read_options(call, refit_options(), {"study"});
  if (!values) return 0;
  const std::string file = (*values)["study"].as<std::string>();
  // Without all results the best trial may be another one.
  const LoadedStudy loaded = load_study(file, MissingJournal::refuse);
  const StudyDefinition& definition = loaded.study.definition();
  const TrialId trial = chosen_trial(loaded.study, given<Count>(*values, "trial"));
  LoadedPlugin plugin =
      load_recorded(definition.objective, (*values)["plugin"].as<std::string>(), PluginKind::objective);
  if (!plugin.description.can_refit)
    throw PluginError(
        fmt::format("plugin '{}' cannot train a final model (it has no refit()).", plugin.description.name));
  plugin.launch.threads =
      static_cast<std::uint32_t>(given<Count>(*values, "threads").value_or(Count{usable_cores().size()}).value);
  const PluginOptions typed = assignments(given<Texts>(*values, "set").value_or(Texts{}), "set");
  const PluginOptions options = with_found_inputs(
      resumed_options(definition, plugin.description, typed, (*values)["trust"].as<bool>()), definition, typed, file);
  check_changes(definition, plugin, options, (*values)["accept-changes"].as<bool>());

  const fs::path folder = (*values)["out"].as<std::string>();
  make_empty_folder(folder);
  const auto configuration = loaded.study.configuration(trial);
  const std::string training = refit(plugin.launch, {options,
                                                     definition.space,
                                                     definition.goal,
                                                     {configuration.begin(), configuration.end()},
                                                     trial_seed(definition.seed, trial.value),
                                                     TUNER_REFIT_ALL,
                                                     fs::absolute(folder)});
  write_text(folder / "configuration.json", configuration_to_json(definition.space, configuration));
  write_text(folder / "metrics.json", metrics_text(loaded.study, trial, training));
  fmt::print(call.out, "trial {}: {}\nvalues: {}\ntraining: {}\nmodel: {}\n", trial.value,
             escaped(configuration_to_json(definition.space, configuration)), values_text(loaded.study, trial),
             escaped(training), folder.string());
  return 0;
}

}  // namespace tuner
