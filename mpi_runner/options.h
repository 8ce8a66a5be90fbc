// How `tuner` reads its options: from the command line, else from TUNER_* variables, else from the file of --config.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mpi_runner/option_types.h"

namespace tuner {

// The TUNER_* variables of this process.
std::map<std::string, std::string> tuner_environment();

struct OptionSources {
  std::vector<std::string> positional = {};  // names of the arguments without a name, all needed: {"study"}
  std::map<std::string, std::string> environment = tuner_environment();
  std::vector<std::string> ignored_in_file = {};  // "--trials": options of others, who share the file of --config
};

// The name of an option's environment variable: "trial-timeout" → "TUNER_TRIAL_TIMEOUT".
std::string variable_of(std::string_view option);

// --help and --config, which the program and every command have.
boost::program_options::options_description general_options();

// The values of `options`. A source is only asked for what the sources before it left open; composing options collect
// from all. Throws UserError for unknown options, missing and malformed values, and says from which source they came.
// Where "help" is given, required options may be missing.
boost::program_options::variables_map parse(const boost::program_options::options_description& options,
                                            const std::vector<std::string>& arguments,
                                            const OptionSources& sources = {});

// The names of all options, "--trials", for suggestions.
std::vector<std::string> option_names(const boost::program_options::options_description& options);

}  // namespace tuner
