#include "mpi_runner/conformance.h"

#include <algorithm>

#include "mpi_runner/conformance/plugin_under_test.h"
#include "mpi_runner/plugin_call.h"

namespace tuner {
namespace {

using conformance::CheckList;
using conformance::Failed;
using conformance::PluginUnderTest;

void describe_again(const PluginUnderTest& plugin) {
  const PluginDescription again = describe_plugin(plugin.setup.launch);
  const bool same = again.name == plugin.description.name && again.version == plugin.description.version &&
                    again.options.size() == plugin.description.options.size() &&
                    again.goal.objectives.size() == plugin.description.goal.objectives.size();
  if (!same) throw Failed("describes itself differently the second time");
}

}  // namespace

std::vector<CheckResult> check_plugin(const ConformanceSetup& setup) {
  CheckList checks;
  PluginUnderTest plugin{setup, {}, {}};
  const bool described =
      checks.run("loads and describes itself", [&] { plugin.description = describe_plugin(setup.launch); });
  if (!described) return checks.results();
  checks.run("describes itself the same way again", [&] { describe_again(plugin); });
  plugin.options = check_options(plugin.description, setup.options);

  if (plugin.description.kind == PluginKind::objective)
    conformance::check_objective(plugin, checks);
  else
    conformance::check_strategy(plugin, checks);
  return checks.results();
}

bool conforms(const std::vector<CheckResult>& results) {
  return std::none_of(results.begin(), results.end(),
                      [](const CheckResult& result) { return result.outcome == CheckOutcome::failed; });
}

}  // namespace tuner
