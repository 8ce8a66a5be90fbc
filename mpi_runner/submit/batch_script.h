// The batch script of a job: slurm/tuner.sbatch, which users also copy by hand, with its settings filled in.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

struct BatchJob {
  std::map<std::string, std::string> sbatch;    // options by name without dashes; empty: the option takes no value
  std::map<std::string, std::string> settings;  // one word for each variable of the template
  std::vector<std::string> arguments;           // of tuner
};

// The text of slurm/tuner.sbatch.
extern const std::string_view kBatchTemplate;

// Options that the template does not hold are added to it. Throws UserError for texts that no line can hold.
std::string batch_script(const BatchJob& job, std::string_view batch_template = kBatchTemplate);

}  // namespace tuner
