#include "storage/verify.h"

#include <fmt/ostream.h>

#include <array>

#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

std::string_view verdict_text(Verdict verdict) {
  static constexpr std::array<std::string_view, 3> kTexts = {
      "whole", "whole but for the unfinished end of an interrupted run, which is ignored", "DAMAGED"};
  return kTexts[static_cast<std::size_t>(verdict)];
}

}  // namespace

int verify_command(const CommandCall& call) {
  const auto values = read_options(call, {}, {"study"});
  if (!values) return kDone;
  const std::string file = (*values)["study"].as<std::string>();
  const Verification verification = verify_study(file);
  for (const std::string& finding : verification.findings) fmt::print(call.out, "{}\n", escaped(finding));
  fmt::print(call.out, "{}: {}\n", escaped(file), verdict_text(verification.verdict));
  return verification.verdict == Verdict::damaged ? kDamaged : kDone;
}

}  // namespace tuner
