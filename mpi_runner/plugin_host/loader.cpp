#include "mpi_runner/plugin_host/loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "core/error.h"

namespace tuner {
namespace {

// Newer and older majors that a plugin may have been built for, to say so instead of "no plugin".
constexpr int kHighestMajorLookedFor = 9;

std::string symbol_name(const char* kind, int major) {
  return std::string("tuner_") + kind + "_v" + std::to_string(major);
}

class Library {
 public:
  explicit Library(const std::filesystem::path& path) : path_(path) {
    handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle_ == nullptr) fail_to_load(dlerror());
  }

  const void* find(const std::string& symbol) const { return dlsym(handle_, symbol.c_str()); }

  [[noreturn]] void fail(const std::string& problem) const { throw PluginError(problem); }

 private:
  [[noreturn]] void fail_to_load(const std::string& why) const {
    const auto says = [&](const char* text) { return why.find(text) != std::string::npos; };
    std::string remedy = "Check that it is a shared library for this machine.";
    if (says("undefined symbol"))
      remedy = "Link the library that defines the symbol; tuner_add_plugin() finds this when the plugin is built.";
    else if (says("version `"))
      remedy = "Rebuild it on this machine, or load the compiler's module that it was built with.";
    else if (says("No such file") && !why.starts_with(path_.string()))
      remedy = "Install the library that is missing, or add its folder to LD_LIBRARY_PATH.";
    fail("cannot be loaded (" + why + "). " + remedy);
  }

  std::filesystem::path path_;
  void* handle_ = nullptr;
};

// Copies what both sides know of the table.
template <class Table>
std::optional<Table> read_table(const Library& library, const char* kind) {
  const void* symbol = library.find(symbol_name(kind, TUNER_ABI_MAJOR));
  if (symbol == nullptr) return std::nullopt;
  std::uint32_t size = 0;
  std::memcpy(&size, symbol, sizeof size);
  if (size < sizeof(Table))
    library.fail("has a table " + symbol_name(kind, TUNER_ABI_MAJOR) + " of " + std::to_string(size) +
                 " bytes (ABI 1.0 needs " + std::to_string(sizeof(Table)) + "). Set struct_size = sizeof(tuner_" +
                 kind + "_v1_t) and rebuild it.");
  Table table{};
  std::memcpy(&table, symbol, std::min<std::size_t>(size, sizeof table));
  return table;
}

[[noreturn]] void fail_without_table(const Library& library) {
  for (int major = 0; major <= kHighestMajorLookedFor; ++major)
    for (const char* kind : {"objective", "strategy"})
      if (library.find(symbol_name(kind, major)) != nullptr)
        library.fail("was built for plugin ABI " + std::to_string(major) + "; this tuner speaks " +
                     std::to_string(TUNER_ABI_MAJOR) + ". Rebuild it against tuner " + std::to_string(TUNER_ABI_MAJOR) +
                     ".x.");
  library.fail(
      "exports neither tuner_objective_v1 nor tuner_strategy_v1 (so it is no plugin, or hides the symbol). End it with "
      "TUNER_OBJECTIVE(Class) or TUNER_STRATEGY(Class), and build it with tuner_add_plugin().");
}

void require(const Library& library, bool present, const char* function) {
  if (!present)
    library.fail(std::string("has no function ") + function +
                 "() in its table (NULL). Only refit() and describe_model() " + "may be left out.");
}

void check_functions(const Library& library, const tuner_objective_v1_t& table) {
  require(library, table.describe != nullptr, "describe");
  require(library, table.space != nullptr, "space");
  require(library, table.inputs != nullptr, "inputs");
  require(library, table.create != nullptr, "create");
  require(library, table.evaluate != nullptr, "evaluate");
  require(library, table.destroy != nullptr, "destroy");
}

void check_functions(const Library& library, const tuner_strategy_v1_t& table) {
  require(library, table.describe != nullptr, "describe");
  require(library, table.create != nullptr, "create");
  require(library, table.tell != nullptr, "tell");
  require(library, table.ask != nullptr, "ask");
  require(library, table.destroy != nullptr, "destroy");
}

}  // namespace

PluginTable load_plugin(const std::filesystem::path& plugin) {
  const Library library(plugin);
  const auto objective = read_table<tuner_objective_v1_t>(library, "objective");
  const auto strategy = read_table<tuner_strategy_v1_t>(library, "strategy");
  if (objective && strategy)
    library.fail("exports both tuner_objective_v1 and tuner_strategy_v1. Make two plugins of it.");
  if (!objective && !strategy) fail_without_table(library);
  if (objective) {
    check_functions(library, *objective);
    return *objective;
  }
  check_functions(library, *strategy);
  return *strategy;
}

}  // namespace tuner
