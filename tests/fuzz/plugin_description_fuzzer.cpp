// What a plugin says about itself is a description or the plugin's fault. The first byte chooses the kind of plugin.
#include "core/error.h"
#include "mpi_runner/plugin_description.h"
#include "tests/fuzz/fuzzer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = data[0] == 's' ? tuner::PluginKind::strategy : tuner::PluginKind::objective;
  try {
    const auto description = tuner::description_from_json(kind, tuner::fuzz::text(data + 1, size - 1));
    tuner::check_options(description, {});
  } catch (const tuner::PluginError&) {
    return 0;
  } catch (const tuner::UserError&) {
    return 0;  // an option that must be given
  }
  return 0;
}
