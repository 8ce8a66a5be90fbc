#include "core/space_view.h"

#include <algorithm>
#include <deque>
#include <limits>

namespace tuner {
namespace {

const SearchSpace& space_of(void* context) {
  return *static_cast<const SearchSpace*>(context);
}

std::span<const double> row(void* context, const double* values) {
  return {values, space_of(context).size()};
}

void copy(const std::vector<double>& from, double* to) {
  std::copy(from.begin(), from.end(), to);
}

// The C functions. They can only throw when memory is gone; noexcept then ends the process on this side of the line.
void from_unit(void* context, const double* cube, double* configuration) noexcept {
  copy(space_of(context).from_unit(row(context, cube)), configuration);
}
void to_unit(void* context, const double* configuration, double* cube) noexcept {
  copy(space_of(context).to_unit(row(context, configuration)), cube);
}
void make_canonical(void* context, double* configuration) noexcept {
  space_of(context).make_canonical({configuration, space_of(context).size()});
}
std::int32_t contains(void* context, const double* configuration) noexcept {
  return space_of(context).contains(row(context, configuration)) ? 1 : 0;
}
void sample(void* context, std::uint64_t seed, std::uint64_t index, double* configuration) noexcept {
  copy(space_of(context).sample(seed, index), configuration);
}

}  // namespace

// Deques, because the C structs point into them while they grow.
struct SpaceView::Tables {
  explicit Tables(SearchSpace owned) : space(std::move(owned)), json(space.to_json()) {
    for (const Parameter& parameter : space.parameters()) add(parameter);
    c_space = {sizeof(tuner_space),
               static_cast<std::uint32_t>(space.size()),
               parameter_pointers.data(),
               json.c_str(),
               space.cells(),
               &space,
               from_unit,
               to_unit,
               make_canonical,
               contains,
               sample};
  }
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  void add(const Parameter& p) {
    auto& choices = choice_pointers.emplace_back();
    for (const std::string& choice : p.choices) choices.push_back(choice.c_str());
    auto& conditions_of_this = condition_pointers.emplace_back();
    for (const Condition& condition : p.conditions) {
      conditions.push_back({sizeof(tuner_condition), static_cast<std::uint32_t>(condition.parameter),
                            condition.values.data(), condition.values.size(), condition.low, condition.high});
      conditions_of_this.push_back(&conditions.back());
    }
    parameters.push_back({sizeof(tuner_parameter), static_cast<tuner_parameter_type>(p.type), p.name.c_str(), p.low,
                          p.high, p.step, p.log ? 1 : 0, static_cast<std::uint32_t>(choices.size()), choices.data(),
                          p.default_value.value_or(std::numeric_limits<double>::quiet_NaN()), p.cells(),
                          conditions_of_this.size(), conditions_of_this.data()});
    parameter_pointers.push_back(&parameters.back());
  }

  SearchSpace space;
  std::string json;
  std::deque<std::vector<const char*>> choice_pointers;
  std::deque<tuner_condition> conditions;
  std::deque<std::vector<const tuner_condition*>> condition_pointers;
  std::deque<tuner_parameter> parameters;
  std::vector<const tuner_parameter*> parameter_pointers;
  tuner_space c_space{};
};

SpaceView::SpaceView(SearchSpace space) : tables_(std::make_unique<Tables>(std::move(space))) {}
SpaceView::~SpaceView() = default;

const SearchSpace& SpaceView::space() const {
  return tables_->space;
}

const tuner_space& SpaceView::c_space() const {
  return tables_->c_space;
}

}  // namespace tuner
