#include <fmt/ostream.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/json_places.h"
#include "core/pareto.h"
#include "core/replicates.h"
#include "mpi_runner/best_text.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/json_text.h"
#include "mpi_runner/commands/open_study.h"
#include "mpi_runner/commands/recorded_strategy.h"
#include "mpi_runner/commands/study_facts.h"
#include "mpi_runner/commands/trial_columns.h"
#include "mpi_runner/exit_code.h"
#include "mpi_runner/goal_text.h"
#include "mpi_runner/options.h"
#include "mpi_runner/text.h"

namespace tuner {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

// The last look at the hold-out part with this trial's configuration.
const HoldoutLook* holdout_look(const Study& study, TrialId id) {
  const auto& looks = study.holdout_looks();
  const auto found =
      std::find_if(looks.rbegin(), looks.rend(), [&](const HoldoutLook& look) { return look.trial == id; });
  return found == looks.rend() ? nullptr : &*found;
}

std::uint64_t infeasible_count(const Study& study) {
  return static_cast<std::uint64_t>(std::ranges::count_if(study.finished(), [&](TrialId id) {
    return study.trial(id).state == TrialState::complete && !study.feasible(id);
  }));
}

[[noreturn]] void refuse_without_best(const Study& study) {
  const std::uint64_t infeasible = infeasible_count(study);
  throw UserError(fmt::format("the study has no best trial yet ({}{}). See `tuner show`", progress_text(study),
                              infeasible == 0 ? "" : fmt::format("; {} infeasible", count_text(infeasible))));
}

Json trial_json(const Study& study, TrialId id) {
  const auto& constraints = study.definition().goal.constraints;
  Json trial = {{"trial", id.value},
                {"configuration", Json::parse(configuration_to_json(study.space(), study.configuration(id)))},
                {"values", values_json(study, id)}};
  for (std::size_t i = 0; i < constraints.size(); ++i) trial["constraints"][constraints[i]] = study.constraints(id)[i];
  return trial;
}

Json best_json(const Study& study, TrialId best) {
  Json result = trial_json(study, best);
  if (const auto defaults = defaults_trial(study))
    result["defaults"] = {{"trial", defaults->value}, {"values", values_json(study, *defaults)}};
  if (const HoldoutLook* look = holdout_look(study, best))
    result["holdout"] = {
        {"metrics", nested_too_deeply(look->metrics) ? Json() : Json::parse(look->metrics, nullptr, false)},
        {"looks", study.holdout_looks().size()}};
  for (const ReplicatedValue& value : replicated_values(study))
    result["replicates"].push_back({{"trial", value.leader.value},
                                    {"runs", value.runs},
                                    {"mean", value.mean},
                                    {"standard_error", value.standard_error}});
  if (study.definition().goal.objectives.size() > 1)
    for (const TrialId id : pareto_front(study)) result["front"].push_back(trial_json(study, id));
  return result;
}

// What the strategy's model expects the best value of, where the strategy is here and has a model. Under noise the best
// value that was seen is a lucky one.
std::optional<Json> recommendation(const Study& study, const po::variables_map& values) {
  try {
    StrategyHost strategy(load_recorded_strategy(study.definition(), values).setup);
    strategy.tell(study, study.finished());
    const Json model = Json::parse(strategy.describe_model(), nullptr, false);
    if (!model.is_object() || !model.contains("recommended")) return std::nullopt;
    const Json& recommended = model["recommended"];
    if (!recommended.value("trial", Json()).is_number_unsigned() || !recommended.value("mean", Json()).is_number())
      return std::nullopt;
    if (recommended["trial"].get<std::uint64_t>() >= study.trial_count()) return std::nullopt;
    return recommended;
  } catch (const std::runtime_error&) {
    return std::nullopt;  // no such plugin here, or one that fails: what was observed stands by itself
  }
}

void print_recommendation(const CommandCall& call, const Study& study, const Json& recommended) {
  const TrialId trial{recommended["trial"].get<std::uint64_t>()};
  fmt::print(call.out, "  by model  {} expected (trial {}{})\n", number_text(recommended["mean"].get<double>()),
             trial.value, trial == study.best() ? ", the best" : "");
  if (trial != study.best())
    fmt::print(call.out, "            {}\n", escaped(configuration_to_json(study.space(), study.configuration(trial))));
}

void print_front(const CommandCall& call, const Study& study) {
  const std::vector<TrialId> front = pareto_front(study);
  auto columns = usual_columns(study);
  std::erase_if(columns, [](const TrialColumn& column) {
    return column.column.title == "state" || column.column.title == "cause";
  });
  fmt::print(call.out, "{} on the Pareto front: no other is better in one objective and as good in the rest\n\n",
             count_text(front.size(), "trial"));
  table_of(study, front, columns).print(call.out, call.width);
}

}  // namespace

int best_command(const CommandCall& call) {
  po::options_description options("Options");
  options.add_options()("json", po::bool_switch(), "as JSON, for programs");
  options.add(recorded_strategy_options());
  const auto values = read_options(call, options, {"study"});
  if (!values) return 0;
  const LoadedStudy loaded = open_study((*values)["study"].as<std::string>());
  const Study& study = loaded.study;
  if (!study.best() && !loaded.losses.empty()) return kDamaged;  // which has been said
  if (!study.best()) refuse_without_best(study);
  const std::optional<Json> recommended = recommendation(study, *values);
  if ((*values)["json"].as<bool>()) {
    Json best = best_json(study, *study.best());
    if (recommended) best["recommended"] = *recommended;
    call.out << json_text(best) << '\n';
    return code_of(loaded);
  }
  fmt::print(call.out, "{}: {}\n", goal_text(study.definition().goal), progress_text(study));
  if (const std::uint64_t infeasible = infeasible_count(study))
    fmt::print(call.out, "{} of the complete trials are infeasible and left out\n", count_text(infeasible));
  call.out << '\n';
  if (study.definition().goal.objectives.size() > 1) {
    print_front(call, study);
    return code_of(loaded);
  }
  call.out << best_text(study);
  if (recommended) print_recommendation(call, study, *recommended);
  return code_of(loaded);
}

}  // namespace tuner
