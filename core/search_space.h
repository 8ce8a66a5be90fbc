// The set of configurations that a study searches. A SearchSpace that exists is valid: nobody checks it again.
//
// A configuration is an array of size() doubles: reals as they are, integers exactly, choices by index, booleans as 0
// and 1, NaN = inactive. It is canonical when exactly the inactive parameters are NaN. Immutable after construction, so
// threads may share one.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

// Stands where a parameter has no value.
inline constexpr double kInactive = std::numeric_limits<double>::quiet_NaN();

enum class ParameterType { real, integer, categorical, ordinal, boolean };

// Holds where the parameter has one of `values`, or, if `values` is empty, lies in [low, high]. It never holds where
// `values` is empty and low > high: what narrowing a parent leaves of a condition on the values that it lost.
struct Condition {
  std::size_t parameter = 0;
  std::vector<double> values;
  double low = 0;
  double high = 0;

  bool holds(double value) const;  // false for NaN
  bool never_holds() const { return values.empty() && low > high; }
};

// Where somebody who knows the problem believes that good values lie: a normal distribution over the values as they are
// written, also on a log scale. Strategies decide what they make of it; nothing is ruled out.
struct Prior {
  double mean = 0;
  double sd = 1;  // > 0
};

struct Parameter {
  std::string name;
  ParameterType type = ParameterType::real;
  double low = 0;   // inclusive; 0 for choices and bool (1 for a bool fixed to true)
  double high = 1;  // inclusive; number of choices - 1 (0 for a bool fixed to false)
  double step = 0;  // 0 = continuous; int, choices and bool: at least 1
  bool log = false;
  std::vector<std::string> choices;  // JSON scalars; empty for numbers, {"false","true"} for bool
  std::optional<double> default_value;
  std::optional<Prior> prior;         // of numbers
  std::vector<Condition> conditions;  // all must hold for the parameter to be active

  double cells() const;  // number of distinct values, infinity where continuous
};

// A conjunction that no configuration may meet.
using Forbidden = std::vector<Condition>;

// Who wrote the JSON of a space: to_json() also writes conditions that can never hold, which people are not allowed.
enum class SpaceAuthor { people, tuner };

class AllowedSearch;

class SearchSpace {
 public:
  // From the JSON form of DESIGN.md. `source` names the text in messages ("space.json", "plugin 'xgb'"), which also
  // give the line where there is one. Throws UserError.
  static SearchSpace from_json(std::string_view text, std::string_view source,
                               SpaceAuthor author = SpaceAuthor::people);
  // From parameters in any order; conditions name them by their place in it. Throws SpaceMistake (core/space_check.h).
  static SearchSpace from_parts(std::vector<Parameter> parameters, std::vector<Forbidden> forbidden);
  std::string to_json() const;  // from_json(to_json(), …, SpaceAuthor::tuner) is the same space

  std::size_t size() const { return parameters_.size(); }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Forbidden>& forbidden() const { return forbidden_; }
  std::optional<std::size_t> find(std::string_view name) const;
  std::size_t index_of(std::string_view name) const;  // throws UserError with a suggestion
  double cells() const;  // product of the parameters' cells: an upper bound of the distinct configurations

  bool active(std::size_t parameter, std::span<const double> configuration) const;
  // Inactive parameters become NaN, active ones that are NaN their default, and values of a float with a step the grid
  // value that they mean up to rounding.
  void make_canonical(std::span<double> configuration) const;
  bool contains(std::span<const double> configuration) const;
  bool is_forbidden(std::span<const double> configuration) const;  // of a canonical configuration
  // Why the configuration is not in the space ("eta = 0.7 is above 0.5"), or nothing.
  std::optional<std::string> violation(std::span<const double> configuration) const;

  // Cube point to canonical configuration and back; see tuner_space in tuner/abi.h.
  std::vector<double> from_unit(std::span<const double> cube) const;
  std::vector<double> to_unit(std::span<const double> configuration) const;
  // A draw from the allowed configurations, a function of (seed, index) alone. Uniform where at least one of some
  // hundred uniform draws is allowed; where less is left, it is found by search (core/allowed_search.h).
  std::vector<double> sample(std::uint64_t seed, std::uint64_t index) const;

  // The configuration of the parameters' defaults. Where none is given: the first of unordered choices, false, the
  // middle of a range in the cube. It may be a forbidden combination.
  std::vector<double> defaults() const;
  bool has_defaults() const;  // that anybody gave

 private:
  SearchSpace(std::vector<Parameter> parameters, std::vector<Forbidden> forbidden);

  std::vector<Parameter> parameters_;  // parents stand before their children
  std::vector<Forbidden> forbidden_;
  std::shared_ptr<const AllowedSearch> allowed_;  // none where nothing is forbidden
};

}  // namespace tuner
