// Options of sbatch for the job of a study, from those of `tuner submit`.
#pragma once

#include <boost/program_options/variables_map.hpp>
#include <filesystem>
#include <map>
#include <string>

namespace tuner {

// By their long names without dashes; empty: the option takes no value. Throws UserError for what SLURM would refuse or
// take for something else.
std::map<std::string, std::string> sbatch_options(const boost::program_options::variables_map& values,
                                                  const std::filesystem::path& study);

}  // namespace tuner
