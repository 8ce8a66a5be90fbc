#include "storage/verify.h"

#include <fmt/ostream.h>

#include <array>
#include <boost/program_options.hpp>

#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/text.h"
#include "storage/repair.h"

namespace tuner {
namespace {

std::string_view verdict_text(Verdict verdict) {
  static constexpr std::array<std::string_view, 3> kTexts = {
      "whole", "whole but for the unfinished end of an interrupted run, which is ignored", "DAMAGED"};
  return kTexts[static_cast<std::size_t>(verdict)];
}

Verdict print_verification(const std::string& file, std::ostream& out) {
  const Verification verification = verify_study(file);
  for (const std::string& finding : verification.findings) fmt::print(out, "{}\n", escaped(finding));
  fmt::print(out, "{}: {}\n", escaped(file), verdict_text(verification.verdict));
  return verification.verdict;
}

void print_repair(const Repair& repair, std::ostream& out) {
  fmt::print(out, "\nRepairing:\n");
  for (const std::string& finding : repair.findings) fmt::print(out, "{}\n", escaped(finding));
  fmt::print(out, "The files as they were: {}, with its journals beside it.\n\n", escaped(repair.originals.string()));
}

}  // namespace

int verify_command(const CommandCall& call) {
  namespace po = boost::program_options;
  po::options_description options("Options");
  options.add_options()("repair", po::bool_switch(),
                        "write what can be read of a damaged study anew; the files as they were are kept beside it");
  const auto values = read_options(call, options, {"study"});
  if (!values) return kDone;
  const std::string file = (*values)["study"].as<std::string>();
  Verdict verdict = print_verification(file, call.out);
  if (verdict == Verdict::damaged && (*values)["repair"].as<bool>()) {
    print_repair(repair_study(file), call.out);
    verdict = print_verification(file, call.out);
  }
  return verdict == Verdict::damaged ? kDamaged : kDone;
}

}  // namespace tuner
