#include "storage/export.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>

#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/open_study.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

namespace po = boost::program_options;

using Export = void (*)(const Study&, std::ostream&);

Export export_as(const std::string& format) {
  if (format == "csv") return export_csv;
  if (format == "json") return export_json;
  const std::vector<std::string> known = {"csv", "json"};
  throw UserError(fmt::format("--format = '{}' is not a format.{}", format, plugin::did_you_mean(format, known)));
}

void export_to_file(Export write, const Study& study, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  if (file) write(study, file);
  if (!file.flush())
    throw UserError(fmt::format("cannot write the file '{}' of --out ({}).", path, std::strerror(errno)));
}

}  // namespace

int export_command(const CommandCall& call) {
  po::options_description options("Options");
  auto add = options.add_options();
  add("format", po::value<std::string>()->default_value("csv")->value_name("csv|json"), "format");
  add("out", po::value<std::string>()->default_value("", "standard output")->value_name("FILE"),
      "file to write; what it held is lost");
  const auto values = read_options(call, options, {"study"});
  if (!values) return 0;
  const Export write = export_as((*values)["format"].as<std::string>());
  const LoadedStudy loaded = open_study((*values)["study"].as<std::string>());
  if (const std::string path = (*values)["out"].as<std::string>(); path.empty())
    write(loaded.study, call.out);
  else
    export_to_file(write, loaded.study, path);
  return code_of(loaded);
}

}  // namespace tuner
