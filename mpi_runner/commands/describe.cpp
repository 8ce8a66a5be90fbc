#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/configuration_text.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/json_text.h"
#include "mpi_runner/commands/space_table.h"
#include "mpi_runner/goal_text.h"
#include "mpi_runner/plugin_call.h"
#include "mpi_runner/plugin_path.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

constexpr std::size_t kHelpWidth = 110;

std::string_view type_text(PluginOption::Type type) {
  static constexpr std::array<std::string_view, 4> kNames = {"text", "int", "float", "bool"};
  return kNames[static_cast<std::size_t>(type)];
}

// The objective's space, or why it cannot be said.
struct AskedSpace {
  std::optional<SearchSpace> space;
  std::string why_not;
};

// Many spaces depend on the data, so that they need the required options.
AskedSpace ask_space(const HostLaunch& launch, const PluginDescription& description, const PluginOptions& users) {
  for (const PluginOption& option : description.options)
    if (option.required && !users.contains(option.name))
      return {std::nullopt, fmt::format("depends on the options: add --set {}=…", escaped(option.name))};
  return {plugin_space(launch, check_options(description, users)), ""};
}

Json options_json(const PluginDescription& description) {
  Json options = Json::array();
  for (const PluginOption& option : description.options)
    options.push_back({{"name", option.name},
                       {"type", type_text(option.type)},
                       {"default", option.required ? Json() : Json(option.default_value)},
                       {"help", option.help},
                       {"required", option.required},
                       {"executes_code", option.executes_code},
                       {"identity", option.identity}});
  return options;
}

Json goal_json(const GoalInfo& goal) {
  Json json = {{"objectives", Json::array()}, {"constraints", goal.constraints}, {"fidelities", Json::array()}};
  for (const ObjectiveInfo& objective : goal.objectives)
    json["objectives"].push_back(
        {{"name", objective.name}, {"direction", objective.maximize ? "maximize" : "minimize"}});
  for (const FidelityInfo& fidelity : goal.fidelities)
    json["fidelities"].push_back({{"name", fidelity.name}, {"low", fidelity.low}, {"high", fidelity.high}});
  return json;
}

Json description_json(const PluginDescription& description, const AskedSpace& asked) {
  const bool objective = description.kind == PluginKind::objective;
  Json json = {{"name", description.name},
               {"kind", objective ? "objective" : "strategy"},
               {"version", description.version},
               {"summary", description.summary},
               {"options", options_json(description)}};
  if (objective) {
    json.update(goal_json(description.goal));
    json["space"] = asked.space ? Json::parse(asked.space->to_json()) : Json();
  } else {
    json["uses_results"] = description.uses_results;
  }
  return json;
}

std::string default_text(const PluginOption& option) {
  if (option.required) return ", required";
  return option.default_value.empty() ? "" : ", default " + escaped(option.default_value);
}

void print_options(const CommandCall& call, const PluginDescription& description) {
  const bool objective = description.kind == PluginKind::objective;
  if (description.options.empty()) {
    call.out << "\nno options\n";
    return;
  }
  fmt::print(call.out, "\noptions (--{} NAME=VALUE)\n", objective ? "set" : "strategy-set");
  for (const PluginOption& option : description.options) {
    fmt::print(call.out, "  {} ({}{}{})\n", escaped(option.name), type_text(option.type), default_text(option),
               option.executes_code ? "; executes code" : "");
    if (!option.help.empty())
      fmt::print(call.out, "{}\n", wrapped(escaped(option.help), 6, std::min(call.width, kHelpWidth)));
  }
}

void print_space(const CommandCall& call, const AskedSpace& asked) {
  if (!asked.space) {
    fmt::print(call.out, "\nsearch space: {}\n", asked.why_not);
    return;
  }
  call.out << "\nsearch space\n";
  table_of(*asked.space).print(call.out, call.width);
  for (const Forbidden& forbidden : asked.space->forbidden())
    fmt::print(call.out, "forbidden: {}\n", escaped(conjunction_text(*asked.space, forbidden)));
}

void print_description(const CommandCall& call, const PluginDescription& description, const AskedSpace& asked) {
  const bool objective = description.kind == PluginKind::objective;
  fmt::print(call.out, "{} {}, {}\n", escaped(description.name), escaped(description.version),
             objective ? "objective: " + goal_text(description.goal) : "strategy");
  if (!description.summary.empty()) fmt::print(call.out, "{}\n", escaped_lines(description.summary));
  for (const FidelityInfo& fidelity : description.goal.fidelities)
    fmt::print(call.out, "fidelity {}: {} … {}\n", escaped(fidelity.name), fidelity.low, fidelity.high);
  print_options(call, description);
  if (objective) print_space(call, asked);
}

}  // namespace

int describe_command(const CommandCall& call) {
  po::options_description options("Options");
  auto add = options.add_options();
  add("set", po::value<std::vector<std::string>>()->composing()->value_name("NAME=VALUE"),
      "option of the plugin, where its search space depends on it; repeatable");
  add("json", po::bool_switch(), "as JSON, for programs");
  const auto values = read_options(call, options, {"plugin"});
  if (!values) return 0;

  HostLaunch launch;
  launch.executable = find_host_executable();
  launch.plugin = find_plugin((*values)["plugin"].as<std::string>());
  const PluginDescription description = describe_plugin(launch);
  const auto users =
      assignments(given<std::vector<std::string>>(*values, "set").value_or(std::vector<std::string>{}), "set");
  const bool objective = description.kind == PluginKind::objective;
  const AskedSpace asked = objective ? ask_space(launch, description, users) : AskedSpace{};
  if ((*values)["json"].as<bool>())
    call.out << json_text(description_json(description, asked)) << '\n';
  else
    print_description(call, description, asked);
  return 0;
}

}  // namespace tuner
