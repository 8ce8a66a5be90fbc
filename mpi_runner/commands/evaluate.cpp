#include <fmt/ostream.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/configuration_text.h"
#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/objective_host.h"
#include "mpi_runner/options.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/study_setup.h"
#include "mpi_runner/text.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

po::options_description evaluate_options() {
  po::options_description options("Options");
  auto add = options.add_options();
  add("plugin", po::value<std::string>()->required()->value_name("NAME|FILE"), "objective plugin");
  add("at", po::value<std::string>()->default_value("", "the defaults")->value_name("NAME=VALUE,..."),
      "configuration; parameters left out have their defaults");
  add("set", po::value<Texts>()->composing()->value_name("NAME=VALUE"), "option of the plugin; repeatable");
  add("fidelity", po::value<Texts>()->composing()->value_name("NAME=VALUE"),
      "fidelity; the highest where not given; repeatable");
  add("seed", po::value<Count>()->default_value({0})->value_name("N"), "seed of the trial");
  add("threads", po::value<Count>()->default_value({1})->value_name("N"), "threads of the trial");
  add("trial-timeout", po::value<Duration>()->default_value({0}, "0 (none)")->value_name("TIME"),
      "the trial fails when it takes longer");
  add("trial-memory", po::value<MemorySize>()->default_value({0}, "0 (none)")->value_name("SIZE"),
      "the trial fails when it takes more, children included");
  add("directory", po::value<std::string>()->default_value("tuner-evaluate")->value_name("DIR"),
      "where the trial gets its folder, if it asks for one");
  add("gdb", po::bool_switch(), "run the plugin host under gdb");
  return options;
}

[[noreturn]] void refuse_fidelity(const GoalInfo& goal, const std::string& name) {
  std::vector<std::string> known;
  for (const FidelityInfo& fidelity : goal.fidelities) known.push_back(fidelity.name);
  throw UserError(fmt::format("--fidelity: the plugin has no fidelity '{}'{}", name,
                              known.empty() ? " (it has none)." : "." + plugin::did_you_mean(name, known)));
}

std::vector<double> fidelities_from(const GoalInfo& goal, const PluginOptions& typed) {
  std::vector<double> fidelities = goal.highest_fidelities();
  for (const auto& [name, text] : typed) {
    const auto found = std::ranges::find(goal.fidelities, name, &FidelityInfo::name);
    if (found == goal.fidelities.end()) refuse_fidelity(goal, name);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(value >= found->low && value <= found->high))
      throw UserError(
          fmt::format("--fidelity {} = '{}' is not in its range ({} to {})", name, text, found->low, found->high));
    fidelities[static_cast<std::size_t>(found - goal.fidelities.begin())] = value;
  }
  return fidelities;
}

std::string_view level_text(tuner_log_level level) {
  static constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warning", "error"};
  return level >= 0 && static_cast<std::size_t>(level) < kNames.size() ? kNames[static_cast<std::size_t>(level)]
                                                                       : "log";
}

// Everything that the objective says goes to the user as it comes.
void listen(ObjectiveSetup& setup, std::ostream& out) {
  setup.on_log = [&out](tuner_log_level level, std::string_view text) {
    fmt::print(out, "{}: {}\n", level_text(level), escaped_lines(text));
    out.flush();
  };
  setup.on_output = [&out](std::string_view text) { out << escaped_lines(text) << std::flush; };
}

ObjectiveSetup setup_from(const po::variables_map& values, LoadedPlugin plugin) {
  plugin.launch.threads = static_cast<std::uint32_t>(values["threads"].as<Count>().value);
  plugin.launch.memory_limit_bytes = values["trial-memory"].as<MemorySize>().bytes;
  PluginOptions options =
      check_options(plugin.description, assignments(given<Texts>(values, "set").value_or(Texts{}), "set"));
  SearchSpace space = plugin_space(plugin.launch, options);
  if (values["gdb"].as<bool>()) plugin.launch.debugger = HostLaunch::Debugger::gdb;
  return {plugin.launch,
          std::move(options),
          std::move(space),
          plugin.description.goal,
          values["directory"].as<std::string>(),
          values["trial-timeout"].as<Duration>().seconds,
          {},
          {}};
}

void wait_for(const ObjectiveHost& host) {
  constexpr double kLongest_s = 1;
  std::vector<pollfd> descriptors;
  host.append_poll_fds(descriptors);
  const double timeout_s = std::clamp(host.next_deadline_in_s().value_or(kLongest_s), 0.0, kLongest_s);
  poll(descriptors.data(), descriptors.size(), static_cast<int>(std::ceil(timeout_s * 1e3)));
}

// Runs the trial and shows its intermediate values as they come.
AttemptEnded run_trial(ObjectiveHost& host, const Assignment& assignment, std::ostream& out) {
  host.start(assignment);
  while (true) {
    for (const Event& event : host.advance()) {
      if (const auto* reported = std::get_if<Reported>(&event))
        out << fmt::format("step {}: {}\n", reported->step, reported->value) << std::flush;
      if (const auto* ended = std::get_if<AttemptEnded>(&event)) return *ended;
    }
    wait_for(host);
  }
}

void print_named(std::ostream& out, const std::string& name, double value) {
  fmt::print(out, "  {:<18} {}\n", escaped(name), value);
}

void print_end(std::ostream& out, const GoalInfo& goal, const AttemptEnded& end) {
  const std::string took = duration_text(end.duration_s);
  if (end.cause != Cause::value && end.cause != Cause::pruned) {
    fmt::print(out, "failed after {}: {}\n{}\n", took, name_of(end.cause), escaped_lines(end.message));
    return;
  }
  fmt::print(out, "{} after {}\n", end.cause == Cause::value ? "complete" : "pruned", took);
  for (std::size_t i = 0; i < end.values.size(); ++i) print_named(out, goal.objectives[i].name, end.values[i]);
  for (std::size_t i = 0; i < end.constraints.size(); ++i)
    print_named(out, goal.constraints[i] + (end.constraints[i] <= 0 ? "" : " (infeasible)"), end.constraints[i]);
  if (!end.notes.empty()) out << "notes\n";
  for (const auto& [key, value] : end.notes) print_named(out, key, value);
}

}  // namespace

int evaluate_command(const CommandCall& call) {
  const auto values = read_options(call, evaluate_options());
  if (!values) return 0;
  ObjectiveSetup setup = setup_from(*values, load_plugin((*values)["plugin"].as<std::string>(), PluginKind::objective));
  listen(setup, call.out);
  const Assignment assignment{
      .trial = TrialId{0},
      .attempt = 1,
      .seed = (*values)["seed"].as<Count>().value,
      .configuration = configuration_from_text(setup.space, (*values)["at"].as<std::string>()),
      .fidelities =
          fidelities_from(setup.goal, assignments(given<Texts>(*values, "fidelity").value_or(Texts{}), "fidelity")),
      .parent = std::nullopt};
  fmt::print(call.out, "{}\n", escaped(configuration_to_json(setup.space, assignment.configuration)));
  const GoalInfo goal = setup.goal;
  ObjectiveHost host(std::move(setup));
  const AttemptEnded end = run_trial(host, assignment, call.out);
  print_end(call.out, goal, end);
  return end.cause == Cause::value || end.cause == Cause::pruned ? 0 : kPluginsFault;
}

}  // namespace tuner
