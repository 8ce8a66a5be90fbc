#include "mpi_runner/commands/json_outline.h"

#include <fmt/ostream.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mpi_runner/text.h"

namespace tuner {
namespace {

using Json = nlohmann::ordered_json;

std::string value_text(const Json& value) {
  if (value.is_number_float()) return number_text(value.get<double>());
  return escaped(value.is_string() ? value.get<std::string>() : value.dump());
}

void print(std::ostream& out, const Json& object, int indent) {
  constexpr int kValuesAt = 28;
  for (const auto& [name, value] : object.items()) {
    if (value.is_array() && std::ranges::all_of(value, [](const Json& item) { return item.is_object(); })) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        fmt::print(out, "{:{}}{} {}\n", "", indent, escaped(name), i + 1);
        print(out, value[i], indent + 2);
      }
    } else if (value.is_object()) {
      fmt::print(out, "{:{}}{}\n", "", indent, escaped(name));
      print(out, value, indent + 2);
    } else {
      fmt::print(out, "{:{}}{:<{}} {}\n", "", indent, escaped(name), std::max(1, kValuesAt - indent),
                 value_text(value));
    }
  }
}

}  // namespace

void print_json_outline(std::ostream& out, std::string_view json, int indent) {
  constexpr bool kThrow = false;
  const Json object = Json::parse(json, nullptr, kThrow);
  if (object.is_object())
    print(out, object, indent);
  else
    fmt::print(out, "{:{}}{}\n", "", indent, escaped(json));
}

}  // namespace tuner
