// What a plugin says about itself, checked, and the user's options checked against it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/definition.h"
#include "mpi_runner/host_launch.h"

namespace tuner {

enum class PluginKind { objective, strategy };

struct PluginOption {
  enum class Type { text, integer, real, boolean };
  std::string name;
  Type type = Type::text;
  std::string default_value;
  std::string help;
  bool required = false;       // has no default
  bool executes_code = false;  // never taken over from a study file without --trust
  bool identity = true;        // another value makes it another study
};

struct PluginDescription {
  PluginKind kind = PluginKind::objective;
  std::string name;
  std::string version;
  std::string summary;
  std::vector<PluginOption> options;
  GoalInfo goal;             // objectives
  bool can_refit = false;    // objectives: trains final models, too
  bool uses_results = true;  // strategies
};

// From the JSON that describe() of tuner/abi.h writes. Throws PluginError that says what is wrong with it. All texts
// are made printable.
PluginDescription description_from_json(PluginKind kind, std::string_view json);

// The user's options with types checked and defaults filled in. An option without default that is not required stays
// away, and a text has at least an empty one. Throws UserError for unknown names, values of another type and required
// options that are missing.
PluginOptions check_options(const PluginDescription& description, const PluginOptions& users);

}  // namespace tuner
