#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>

#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/json_outline.h"
#include "mpi_runner/commands/ledger_text.h"
#include "mpi_runner/commands/open_study.h"
#include "mpi_runner/commands/recorded_strategy.h"
#include "mpi_runner/commands/requests_text.h"
#include "mpi_runner/commands/study_facts.h"
#include "mpi_runner/commands/trial_columns.h"
#include "mpi_runner/commands/trial_story.h"
#include "mpi_runner/options.h"
#include "mpi_runner/rank_log.h"
#include "mpi_runner/text.h"
#include "storage/study_files.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

namespace po = boost::program_options;

po::options_description show_options() {
  po::options_description options("Options");
  auto add = options.add_options();
  add("trial", po::value<Count>()->value_name("N"), "the whole story of this trial");
  add("model", po::bool_switch(), "what the strategy has learnt: it is told all results again and describes its model");
  add("ledger", po::bool_switch(), "where the core-seconds of its runs went");
  add("requests", po::bool_switch(), "what people asked of its runs: stop, pause, continue, enqueue");
  add("sort", po::value<std::string>()->value_name("value|number")->default_value("number"),
      "order of the table; value: best first by the first objective");
  add("last", po::value<Count>()->value_name("N"), "only the N trials that were made last");
  add("best", po::value<Count>()->value_name("N"), "only the N best trials, best first");
  add("columns", po::value<std::string>()->value_name("NAME,..."),
      "columns to show: trial, state, duration, attempt, cause, origin, rank, started, ended, known, pending, parent, "
      "and every objective, constraint, fidelity, parameter and note by its name");
  return options.add(recorded_strategy_options());
}

// Best first; trials without a value that counts come last, in the order of their numbers.
void sort_by_value(const Study& study, std::vector<TrialId>& trials) {
  const bool maximize = study.definition().goal.objectives[0].maximize;
  const auto counts = [&](TrialId id) { return study.trial(id).state == TrialState::complete && study.feasible(id); };
  std::ranges::stable_sort(trials, [&](TrialId one, TrialId other) {
    if (!counts(one) || !counts(other)) return counts(one) && !counts(other);
    const double difference = study.values(one)[0] - study.values(other)[0];
    return maximize ? difference > 0 : difference < 0;
  });
}

std::vector<TrialId> chosen_trials(const Study& study, const po::variables_map& values) {
  const std::string sort = values["sort"].as<std::string>();
  const std::vector<std::string> orders{"number", "value"};
  if (std::ranges::find(orders, sort) == orders.end())
    throw UserError(fmt::format("--sort = '{}' is not an order.{}", sort, plugin::did_you_mean(sort, orders)));
  std::vector<TrialId> trials(study.trial_count());
  for (std::size_t i = 0; i < trials.size(); ++i) trials[i] = TrialId{i};
  if (const auto last = given<Count>(values, "last"); last && last->value < trials.size())
    trials.erase(trials.begin(), trials.end() - static_cast<std::ptrdiff_t>(last->value));
  const auto best = given<Count>(values, "best");
  if (best || sort == "value") sort_by_value(study, trials);
  if (best && best->value < trials.size()) trials.resize(best->value);
  return trials;
}

std::vector<TrialColumn> chosen_columns(const Study& study, const po::variables_map& values) {
  const auto names = given<std::string>(values, "columns");
  if (!names) return usual_columns(study);
  std::vector<std::string> split;
  boost::split(split, *names, boost::is_any_of(","));
  return columns_named(study, split);
}

void show_trial(const CommandCall& call, const Study& study, std::uint64_t number, const std::string& file) {
  if (number >= study.trial_count())
    throw UserError(fmt::format("--trial = {}: the study has {}, counted from 0", number,
                                count_text(study.trial_count(), "trial")));
  print_story(call.out, study, TrialId{number}, logs_of(file));
}

void show_model(const CommandCall& call, const Study& study, const po::variables_map& values) {
  StrategyHost strategy(load_recorded_strategy(study.definition(), values).setup);
  strategy.tell(study, study.finished());
  const std::string model = strategy.describe_model();
  if (model.empty())
    throw UserError(fmt::format("strategy '{}' has no model to show", study.definition().strategy.name));
  fmt::print(call.out, "strategy '{}' after {}\n", escaped(study.definition().strategy.name),
             count_text(study.finished().size(), "result"));
  print_json_outline(call.out, model, 2);
}

}  // namespace

int show_command(const CommandCall& call) {
  const auto values = read_options(call, show_options(), {"study"});
  if (!values) return 0;
  const std::string file = (*values)["study"].as<std::string>();
  const OpenRun open = look_at_open_run(file, look_at_owner(system_files(), StudyFiles(file)));
  const LoadedStudy loaded = open_study(file);
  const Study& study = loaded.study;
  if (const auto number = given<Count>(*values, "trial")) {
    show_trial(call, study, number->value, file);
    return code_of(loaded);
  }
  if ((*values)["model"].as<bool>()) {
    show_model(call, study, *values);
    return code_of(loaded);
  }
  if ((*values)["ledger"].as<bool>()) {
    print_ledger(call.out, study.ledger().entries(open), call.width);
    return code_of(loaded);
  }
  if ((*values)["requests"].as<bool>()) {
    print_requests(call.out, study, call.width);
    return code_of(loaded);
  }
  const auto columns = chosen_columns(study, *values);
  const Table table = table_of(study, chosen_trials(study, *values), columns);
  print_facts(call.out, study, file);
  call.out << '\n';
  if (const std::size_t left_out = table.print(call.out, call.width))
    fmt::print(call.out, "\n{} not fit here. Choose with --columns, or see all with `tuner export`\n",
               left_out == 1 ? "1 more column does" : fmt::format("{} more columns do", left_out));
  return code_of(loaded);
}

}  // namespace tuner
