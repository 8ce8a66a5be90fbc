#include <fmt/ostream.h>

#include <algorithm>
#include <array>

#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/conformance.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/options.h"
#include "mpi_runner/plugin_path.h"
#include "mpi_runner/run_options.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

namespace po = boost::program_options;

std::string_view outcome_text(CheckOutcome outcome) {
  static constexpr std::array<std::string_view, 4> kTexts = {"ok", "warning", "FAILED", "skipped"};
  return kTexts[static_cast<std::size_t>(outcome)];
}

void print(std::ostream& out, const CheckResult& result) {
  fmt::print(out, "{:<8} {}\n", outcome_text(result.outcome), escaped(result.name));
  if (!result.why.empty()) fmt::print(out, "         {}\n", escaped_lines(result.why));
}

}  // namespace

int check_plugin_command(const CommandCall& call) {
  po::options_description options("Options");
  auto add = options.add_options();
  add("set", po::value<std::vector<std::string>>()->composing()->value_name("NAME=VALUE"),
      "option of the plugin; repeatable");
  add("trial-timeout", po::value<Duration>()->default_value({60})->value_name("TIME"),
      "a trial that takes longer fails its check");
  const auto values = read_options(call, options, {"plugin"});
  if (!values) return 0;

  ConformanceSetup setup;
  setup.launch.executable = find_host_executable();
  setup.launch.plugin = find_plugin((*values)["plugin"].as<std::string>());
  setup.options =
      assignments(given<std::vector<std::string>>(*values, "set").value_or(std::vector<std::string>{}), "set");
  setup.trial_timeout_s = (*values)["trial-timeout"].as<Duration>().seconds;
  const std::vector<CheckResult> results = check_plugin(setup);
  for (const CheckResult& result : results) print(call.out, result);
  const auto failed = std::ranges::count(results, CheckOutcome::failed, &CheckResult::outcome);
  fmt::print(call.out, "\n{}: {}\n", escaped(setup.launch.plugin.string()),
             failed == 0 ? "keeps the contract"
                         : count_text(static_cast<std::uint64_t>(failed), "check") + " failed, see above");
  return conforms(results) ? 0 : kPluginsFault;
}

}  // namespace tuner
