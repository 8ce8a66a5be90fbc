#include "mpi_runner/commands/json_text.h"

#include <nlohmann/json.hpp>

namespace tuner {

std::string json_text(const nlohmann::ordered_json& json) {
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace tuner
