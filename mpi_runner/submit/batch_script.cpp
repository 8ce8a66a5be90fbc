#include "mpi_runner/submit/batch_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>

#include "core/error.h"
#include "core/shell_word.h"

namespace tuner {
namespace {

constexpr std::string_view kOptionStart = "#SBATCH --";
constexpr std::string_view kEndOfSettings = "# ---- ";

std::string option_line(const std::string& name, const std::string& value) {
  if ((name + value).find_first_of("\n\r") != std::string::npos)
    throw UserError(fmt::format("the value of sbatch's option --{} has a line break (SLURM reads one line).", name));
  return fmt::format("{}{}{}\n", kOptionStart, name, value.empty() ? "" : "=" + shell_word(value));
}

// "nodes" of "#SBATCH --nodes=4" and of "##SBATCH --nodes=4", which is not in force; empty for another line.
std::string option_of(std::string_view line) {
  if (line.starts_with("##")) line.remove_prefix(1);
  if (!line.starts_with(kOptionStart)) return "";
  line.remove_prefix(kOptionStart.size());
  return std::string(line.substr(0, line.find_first_of("= ")));
}

// Of sbatch's switches: "no-requeue" of "requeue".
std::string opposite_of(const std::string& option) {
  return option.starts_with("no-") ? option.substr(3) : "no-" + option;
}

// "study" of "study=study.h5".
std::string variable_of_line(std::string_view line) {
  const auto end = line.find('=');
  return end == std::string_view::npos ? "" : std::string(line.substr(0, end));
}

std::string arguments_line(const std::vector<std::string>& arguments) {
  std::vector<std::string> words(arguments.size());
  std::ranges::transform(arguments, words.begin(), shell_word);
  return fmt::format("arguments=({})\n", boost::join(words, " "));
}

// Writes the script line by line and takes from `left` the options that it has written.
class Filling {
 public:
  explicit Filling(const BatchJob& job) : job_(job), left_(job.sbatch) {}

  std::string line(const std::string& text) {
    if (const std::string option = option_of(text); !option.empty()) return option_text(option, text);
    return others() + setting_text(text);
  }

 private:
  std::string option_text(const std::string& option, const std::string& text) {
    in_options_ = true;
    const auto given = job_.sbatch.find(option);
    if (given == job_.sbatch.end()) return job_.sbatch.contains(opposite_of(option)) ? "" : text + '\n';
    left_.erase(option);
    return option_line(option, given->second);
  }

  // The options that the template does not hold, after those that it does.
  std::string others() {
    std::string lines;
    if (!in_options_) return lines;
    for (const auto& [name, value] : left_) lines += option_line(name, value);
    left_.clear();
    return lines;
  }

  std::string setting_text(const std::string& text) const {
    const std::string variable = variable_of_line(text);
    if (variable == "arguments") return arguments_line(job_.arguments);
    const auto given = job_.settings.find(variable);
    return given == job_.settings.end() ? text + '\n' : fmt::format("{}={}\n", variable, shell_word(given->second));
  }

  const BatchJob& job_;
  std::map<std::string, std::string> left_;
  bool in_options_ = false;
};

}  // namespace

std::string batch_script(const BatchJob& job, std::string_view batch_template) {
  const auto end = batch_template.find(kEndOfSettings);
  std::vector<std::string> lines;
  const std::string_view settings = batch_template.substr(0, end);
  boost::split(lines, settings, [](char character) { return character == '\n'; });
  lines.pop_back();  // what follows the last line break: nothing
  Filling filling(job);
  std::string script;
  for (const std::string& line : lines) script += filling.line(line);
  return script.append(batch_template.substr(end));
}

}  // namespace tuner
