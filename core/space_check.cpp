#include "core/space_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "core/unit_scale.h"

namespace tuner {
namespace {

constexpr double kLargestInteger = 0x1p53;  // beyond it a double skips integers

// Spaces beyond ASCII, C1 controls, zero-width and direction marks: nobody sees them in a table or can type them.
bool has_invisible_character(std::string_view name) {
  const auto byte = [&](std::size_t i) { return i < name.size() ? static_cast<unsigned char>(name[i]) : 0U; };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const unsigned last = byte(i + 2);
    if (byte(i) == 0xC2 && byte(i + 1) >= 0x80 && byte(i + 1) <= 0xA0) return true;
    if (byte(i) == 0xE2 && byte(i + 1) == 0x80 && (last <= 0x8F || (last >= 0xA8 && last <= 0xAF))) return true;
    if (name.substr(i, 3) == "\xE3\x80\x80" || name.substr(i, 3) == "\xEF\xBB\xBF") return true;
  }
  return false;
}

// Names become HDF5 datasets, arguments like --fix name=value and columns of CSV files.
std::optional<std::string> name_problem(const std::string& name) {
  if (name.empty()) return "is empty";
  if (name == "." || name == "..") return "is a path in the study file";
  for (const char character : name) {
    const auto code = static_cast<unsigned char>(character);
    if (code < 0x20 || code == 0x7F) return fmt::format("holds the control character \\x{:02x}", code);
    if (std::string_view(" /=,:\"").find(character) != std::string_view::npos)
      return fmt::format("holds '{}'", character);
  }
  if (has_invisible_character(name)) return "holds an invisible character";
  return {};
}

bool is_number(const Parameter& parameter) {
  return parameter.type == ParameterType::real || parameter.type == ParameterType::integer;
}

std::optional<std::string> bound_problem(const Parameter& p) {
  for (const auto& [key, value] : {std::pair("low", p.low), std::pair("high", p.high), std::pair("step", p.step)}) {
    if (!std::isfinite(value)) return fmt::format("{} = {}, which is not a finite number", key, value);
    if (p.type != ParameterType::integer) continue;
    if (std::abs(value) > kLargestInteger)
      return fmt::format("{} = {} as an int (beyond 2^53 neighbours cannot be told apart). Try a float", key, value);
    if (std::floor(value) != value)
      return fmt::format("{} = {}, which is not a whole number. Round it or use type \"float\"", key, value);
  }
  if (p.low > p.high) return fmt::format("an empty range (low = {} is above high = {}). Swap them", p.low, p.high);
  if (!std::isfinite(p.high - p.low))
    return fmt::format("a range from {} to {} (its width is no finite number). Narrow it", p.low, p.high);
  return {};
}

std::optional<std::string> scale_problem(const Parameter& p) {
  const bool integer = p.type == ParameterType::integer;
  if (p.log && p.low <= 0)
    return fmt::format("low = {} on a log scale (needs low > 0). Try low = {} or \"log\": false", p.low,
                       integer ? "1" : "1e-6");
  if (p.log && integer && p.step != 1)
    return fmt::format("a log scale with step = {} (an int on a log scale has step 1). Remove one of the two", p.step);
  if (p.log && !integer && p.step != 0)
    return fmt::format("a log scale with step = {} (steps are even, the scale is not). Remove one of the two", p.step);
  if (p.step < 0 || (integer && p.step == 0)) return fmt::format("step = {} (needs step > 0)", p.step);
  if (p.low != p.high && p.step > p.high - p.low)
    return fmt::format("step = {}, wider than its range [{}, {}]. Lower the step or set low = high", p.step, p.low,
                       p.high);
  if (p.log && integer && p.high > kLargestLogInteger)
    return fmt::format("high = {} on a log scale (above 2^40 neighbours cannot be told apart). Try a float", p.high);
  if (std::isfinite(p.cells()) && p.cells() > kMostCells)
    return fmt::format("{} values (more than 2^51 cannot be told apart). Raise the step or narrow the range",
                       p.cells());
  return {};
}

void check_parameter(Parameter& parameter, std::size_t index) {
  const auto refuse = [&](const std::string& message) {
    throw SpaceMistake(SpaceMistake::Part::parameter, index, message);
  };
  check_name(parameter.name, index);
  if (is_number(parameter)) {
    auto problem = bound_problem(parameter);
    if (!problem) problem = scale_problem(parameter);
    if (problem) refuse(fmt::format("parameter '{}' has {}.", parameter.name, *problem));
    if (parameter.step > 0) parameter.high = value_of_cell(parameter, parameter.cells() - 1);
  }
  if (!parameter.default_value) return;
  parameter.default_value = snapped(parameter, *parameter.default_value);
  if (const auto problem = value_problem(parameter, *parameter.default_value))
    refuse(fmt::format("parameter '{}' has a default that it cannot take ({}).", parameter.name, *problem));
}

// Why the condition cannot hold in this space, or nothing.
std::optional<std::string> condition_problem(const Parameter& parent, const Condition& condition) {
  for (const double value : condition.values)
    if (auto problem = value_problem(parent, value)) return problem;
  if (condition.never_holds()) return fmt::format("no value of {} is asked for", parent.name);
  if (condition.values.empty() && (condition.high < parent.low || condition.low > parent.high))
    return fmt::format("{} from {} to {} is outside [{}, {}]", parent.name, condition.low, condition.high, parent.low,
                       parent.high);
  return {};
}

// Follows unplaced parents until one comes again.
std::string cycle_text(const std::vector<Parameter>& parameters, const std::vector<bool>& placed, std::size_t start) {
  std::vector<std::size_t> path;
  for (std::size_t at = start; std::find(path.begin(), path.end(), at) == path.end();) {
    path.push_back(at);
    for (const Condition& condition : parameters[at].conditions)
      if (!placed[condition.parameter]) at = condition.parameter;
    start = at;
  }
  std::string text;
  for (auto step = std::find(path.begin(), path.end(), start); step != path.end(); ++step)
    text += fmt::format("'{}' needs ", parameters[*step].name);
  return text + fmt::format("'{}'", parameters[start].name);
}

std::vector<std::size_t> parents_first_order(const std::vector<Parameter>& parameters) {
  std::vector<std::size_t> order;
  std::vector<bool> placed(parameters.size());
  while (order.size() < parameters.size()) {
    const std::size_t before = order.size();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto& conditions = parameters[i].conditions;
      const bool ready = std::all_of(conditions.begin(), conditions.end(),
                                     [&](const Condition& condition) { return placed[condition.parameter]; });
      if (placed[i] || !ready) continue;
      placed[i] = true;
      order.push_back(i);
    }
    if (order.size() > before) continue;
    const auto stuck = static_cast<std::size_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
    throw SpaceMistake(SpaceMistake::Part::parameter, stuck,
                       fmt::format("the conditions go in a circle ({}). Remove one of these from its \"when\".",
                                   cycle_text(parameters, placed, stuck)));
  }
  return order;
}

}  // namespace

void check_name(const std::string& name, std::size_t index) {
  if (const auto problem = name_problem(name))
    throw SpaceMistake(SpaceMistake::Part::parameter, index,
                       fmt::format("the parameter name {:?} {}. Choose another.", name, *problem));
}

void check_parts(std::vector<Parameter>& parameters, const std::vector<Forbidden>& forbidden) {
  using Part = SpaceMistake::Part;
  if (parameters.empty()) throw SpaceMistake(Part::whole, 0, "the search space has no parameters. Add at least one.");
  std::unordered_set<std::string> names;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    check_parameter(parameters[i], i);
    if (!names.insert(parameters[i].name).second)
      throw SpaceMistake(Part::parameter, i,
                         fmt::format("there are two parameters named '{}'. Rename one.", parameters[i].name));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i)
    for (const Condition& condition : parameters[i].conditions) {
      if (condition.never_holds()) continue;  // left by narrowing: the parameter keeps its place
      if (const auto problem = condition_problem(parameters.at(condition.parameter), condition))
        throw SpaceMistake(
            Part::parameter, i,
            fmt::format("parameter '{}' has a condition that cannot hold ({}).", parameters[i].name, *problem));
    }
  for (std::size_t i = 0; i < forbidden.size(); ++i) {
    if (forbidden[i].empty())
      throw SpaceMistake(Part::forbidden, i, "an empty forbidden combination would forbid everything. Remove it.");
    for (const Condition& condition : forbidden[i])
      if (const auto problem = condition_problem(parameters.at(condition.parameter), condition))
        throw SpaceMistake(Part::forbidden, i, fmt::format("a forbidden combination can never occur ({}).", *problem));
  }
}

void put_parents_first(std::vector<Parameter>& parameters, std::vector<Forbidden>& forbidden) {
  const std::vector<std::size_t> order = parents_first_order(parameters);
  std::vector<std::size_t> place(order.size());
  std::vector<Parameter> sorted;
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted.push_back(std::move(parameters[order[i]]));
  }
  for (Parameter& parameter : sorted)
    for (Condition& condition : parameter.conditions) condition.parameter = place[condition.parameter];
  for (Forbidden& clause : forbidden)
    for (Condition& condition : clause) condition.parameter = place[condition.parameter];
  parameters = std::move(sorted);
}

}  // namespace tuner
