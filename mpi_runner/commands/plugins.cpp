#include <fmt/ostream.h>

#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/plugin_call.h"
#include "mpi_runner/plugin_path.h"
#include "mpi_runner/table.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

constexpr double kDescribeTimeout_s = 10;  // describe() reads no data

// A row of the table: what the plugin says of itself, or why it cannot.
std::vector<std::string> row_of(const FoundPlugin& plugin, const std::filesystem::path& executable) {
  HostLaunch launch;
  launch.executable = executable;
  launch.plugin = plugin.path;
  launch.start_timeout_s = kDescribeTimeout_s;
  try {
    const PluginDescription description = describe_plugin(launch);
    const bool objective = description.kind == PluginKind::objective;
    return {plugin.name, objective ? "objective" : "strategy", description.version, description.summary,
            plugin.path.string()};
  } catch (const PluginError& error) {
    return {plugin.name, "broken", "", error.what(), plugin.path.string()};
  } catch (const UserError& error) {
    return {plugin.name, "broken", "", error.what(), plugin.path.string()};
  }
}

}  // namespace

int plugins_command(const CommandCall& call) {
  if (!read_options(call, {})) return 0;
  const std::filesystem::path executable = find_host_executable();
  Table table({{"name"}, {"kind"}, {"version"}, {"summary"}, {"path"}});
  for (const FoundPlugin& plugin : list_plugins()) table.add_row(row_of(plugin, executable));
  table.print(call.out, call.width);
  call.out << "\nlooked for in (TUNER_PLUGIN_PATH comes first):\n";
  for (const std::filesystem::path& directory : plugin_directories())
    fmt::print(call.out, "  {}\n", escaped(directory.string()));
  return 0;
}

}  // namespace tuner
