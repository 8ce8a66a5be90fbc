// The program tuner-plugin-host, in two roles: the guard that a rank starts, and the host that the guard starts.
#include <cstdio>
#include <string>
#include <vector>

#include "mpi_runner/plugin_host/guard.h"
#include "mpi_runner/plugin_host/host.h"

// Read where the build has the address sanitizer. The rank is to see a plugin's signal, not the sanitizer's exit code;
// and neither plugins' leaks nor a quarantine of freed memory are what our tests look for.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "handle_segv=0:handle_abort=0:detect_leaks=0:quarantine_size_mb=1";
}

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 4 && arguments[0] == "guard")
    return tuner::run_guard(
        {.plugin = arguments[1], .memory_limit_bytes = std::stoull(arguments[2]), .cores = arguments[3]});
  if (arguments.size() == 2 && arguments[0] == "host") return tuner::run_host(arguments[1]);
  std::fprintf(stderr,
               "tuner-plugin-host runs plugins for tuner, which starts it. Try: tuner evaluate --plugin PLUGIN\n");
  return 1;
}
