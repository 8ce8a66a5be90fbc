#include "mpi_runner/commands/space_table.h"

#include <fmt/format.h>

#include <array>

#include "core/configuration_text.h"
#include "mpi_runner/commands/trial_columns.h"

namespace tuner {
namespace {

std::string_view type_text(ParameterType type) {
  static constexpr std::array<std::string_view, 5> kNames = {"float", "int", "categorical", "ordinal", "bool"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string range_text(const Parameter& parameter, double low, double high) {
  return fmt::format("{} … {}", parameter_text(parameter, low), parameter_text(parameter, high));
}

std::string list_text(const Parameter& parameter, std::span<const double> values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ", ") + parameter_text(parameter, value);
  return text;
}

std::string values_text(const Parameter& parameter) {
  if (!parameter.choices.empty()) {
    std::vector<double> all;
    for (std::size_t i = 0; i < parameter.choices.size(); ++i) all.push_back(static_cast<double>(i));
    return list_text(parameter, all);
  }
  std::string text = range_text(parameter, parameter.low, parameter.high);
  const bool plain_int = parameter.type == ParameterType::integer && parameter.step == 1;
  if (parameter.step > 0 && !plain_int) text += fmt::format(", step {}", parameter.step);
  if (parameter.log) text += ", log";
  if (parameter.prior) text += fmt::format(", prior {} ± {}", parameter.prior->mean, parameter.prior->sd);
  return text;
}

}  // namespace

Table table_of(const SearchSpace& space) {
  Table table({{"parameter"}, {"type"}, {"values"}, {"default"}, {"when"}});
  for (const Parameter& parameter : space.parameters()) {
    const std::string preset = parameter.default_value ? parameter_text(parameter, *parameter.default_value) : "-";
    table.add_row({parameter.name, std::string(type_text(parameter.type)), values_text(parameter), preset,
                   conjunction_text(space, parameter.conditions)});
  }
  return table;
}

}  // namespace tuner
