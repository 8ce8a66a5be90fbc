#include "mpi_runner/exit_code.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "core/error.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

int complain(const std::exception& error, ExitCode code) {
  fmt::print(stderr, "tuner: {}\n", escaped_lines(error.what()));
  return code;
}

}  // namespace

int guarded(const std::function<int()>& body) {
  try {
    return body();
  } catch (const UserError& error) {
    return complain(error, kUsersMistake);
  } catch (const PluginError& error) {
    return complain(error, kPluginsFault);
  } catch (const DamagedStudy& error) {
    return complain(error, kDamaged);
  } catch (const Interrupted& error) {
    return complain(error, kResumable);
  } catch (const std::exception& error) {
    return complain(error, kUsersMistake);
  }
}

}  // namespace tuner
