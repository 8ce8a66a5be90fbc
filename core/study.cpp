#include "core/study.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tuner {
namespace {

// Row `id` of a table that is stored row after row.
std::span<const double> row(const std::vector<double>& table, TrialId id, std::size_t width) {
  return std::span(table).subspan(id.value * width, width);
}

}  // namespace

std::span<const double> Study::configuration(TrialId id) const {
  return row(configurations_, id, space().size());
}

std::span<const double> Study::fidelities(TrialId id) const {
  return row(fidelities_, id, definition_->goal.fidelities.size());
}

std::span<const double> Study::values(TrialId id) const {
  return row(values_, id, definition_->goal.objectives.size());
}

std::span<const double> Study::constraints(TrialId id) const {
  return row(constraints_, id, definition_->goal.constraints.size());
}

std::span<const IntermediateValue> Study::intermediate(TrialId id) const {
  const auto found = intermediate_.find(id);
  return found == intermediate_.end() ? std::span<const IntermediateValue>{} : std::span(found->second);
}

std::string_view Study::note(TrialId id) const {
  const auto found = notes_.find(id);
  return found == notes_.end() ? std::string_view{} : std::string_view(found->second);
}

const std::vector<std::pair<std::string, double>>& Study::metrics(TrialId id) const {
  static const std::vector<std::pair<std::string, double>> kNone;
  const auto found = metrics_.find(id);
  return found == metrics_.end() ? kNone : found->second;
}

std::vector<TrialId> Study::pending() const {
  std::vector<TrialId> all(running_.begin(), running_.end());
  all.insert(all.end(), waiting_.begin(), waiting_.end());
  std::sort(all.begin(), all.end());
  return all;
}

bool Study::ended() const {
  return !epochs_.empty() && !std::isnan(epochs_.back().ended);
}

bool Study::feasible(TrialId id) const {
  const auto all = constraints(id);
  return std::all_of(all.begin(), all.end(), [](double value) { return value <= 0; });
}

bool same_configuration(std::span<const double> one, std::span<const double> other) {
  return std::ranges::equal(one, other, [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
}

bool has_configuration(const Study& study, std::span<const double> configuration) {
  for (TrialId id; id.value < study.trial_count(); ++id.value)
    if (study.trial(id).origin != Origin::imported && same_configuration(study.configuration(id), configuration))
      return true;
  return false;
}

}  // namespace tuner
