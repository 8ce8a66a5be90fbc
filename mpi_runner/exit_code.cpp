#include "mpi_runner/exit_code.h"

#include <exception>

#include "core/error.h"
#include "core/escaped_text.h"
#include "mpi_runner/say.h"

namespace tuner {
namespace {

int complain(const std::exception& error, ExitCode code) {
  say(escaped_lines(error.what()));
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
