// The strategy that a study records, for commands that ask it again.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>

#include "core/definition.h"
#include "mpi_runner/strategy_host.h"

namespace tuner {

// --strategy, --strategy-set and --trust.
boost::program_options::options_description recorded_strategy_options();

struct RecordedStrategy {
  StrategySetup setup;
  std::string sha256;  // of its plugin as it is here
};

// With the options of the study. Throws UserError as load_recorded() and resumed_options() do.
RecordedStrategy load_recorded_strategy(const StudyDefinition& study,
                                        const boost::program_options::variables_map& options);

}  // namespace tuner
