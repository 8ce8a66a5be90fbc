#include "mpi_runner/strategy_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/retry_policy.h"
#include "mpi_runner/plugin_goal.h"

namespace tuner {
namespace {

// In one message: some megabytes, so that the host reads while we still write.
constexpr std::size_t kTellRows = 10'000;

template <class T>
void append(std::vector<T>& to, std::span<const T> from) {
  to.insert(to.end(), from.begin(), from.end());
}

void add_result(protocol::Tell& tell, const Study& study, TrialId id) {
  const Trial& trial = study.trial(id);
  tell.trials.push_back(id.value);
  tell.parents.push_back(trial.parent ? static_cast<std::int64_t>(trial.parent->value) : -1);
  tell.causes.push_back(static_cast<tuner_cause>(trial.cause));
  tell.origins.push_back(static_cast<tuner_origin>(trial.origin));
  append(tell.configurations, study.configuration(id));
  append(tell.fidelities, study.fidelities(id));
  append(tell.values, study.values(id));
  append(tell.constraints, study.constraints(id));
  std::uint32_t reports = 0;
  for (const IntermediateValue& intermediate : study.intermediate(id)) {
    if (intermediate.attempt != trial.attempt) continue;
    tell.report_steps.push_back(intermediate.step);
    tell.report_values.push_back(intermediate.value);
    ++reports;
  }
  tell.report_counts.push_back(reports);
}

protocol::Ask ask_request(const Study& study, const AskCall& call) {
  protocol::Ask ask;
  ask.number = call.ask.value;
  ask.want = call.want;
  ask.suggested = call.suggested;
  for (const TrialId id : call.pending) {
    ask.trials.push_back(id.value);
    ask.origins.push_back(static_cast<tuner_origin>(study.trial(id).origin));
    append(ask.configurations, study.configuration(id));
    append(ask.fidelities, study.fidelities(id));
  }
  return ask;
}

bool is_note(const std::string& note) {
  return note.empty() || nlohmann::json::parse(note, nullptr, false).is_object();
}

}  // namespace

StrategyHost::StrategyHost(StrategySetup setup) : setup_(std::move(setup)), process_(setup_.launch) {
  process_.send(
      protocol::CreateStrategy{setup_.space.to_json(), goal_for_plugin(setup_.goal), setup_.seed, setup_.options});
  expect_within(setup_.launch.start_timeout_s);
}

StrategyHost::~StrategyHost() {
  if (created_ && !asking()) process_.finish();
}

void StrategyHost::expect_within(double timeout_s) {
  deadline_.reset();
  if (timeout_s > 0)
    deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout_s));
}

void StrategyHost::tell(const Study& study, std::span<const TrialId> results) {
  while (!results.empty()) {
    protocol::Tell tell;
    const auto chunk = results.first(std::min(results.size(), kTellRows));
    for (const TrialId id : chunk)
      if (teaches(study.trial(id))) add_result(tell, study, id);
    process_.send(tell);
    results = results.subspan(chunk.size());
  }
}

void StrategyHost::ask(const Study& study, const AskCall& call) {
  assert(!asking());
  asked_ = Asked{call, study.trial_count()};
  process_.send(ask_request(study, call));
  if (created_) expect_within(setup_.ask_timeout_s);
}

std::optional<StrategyAnswer> StrategyHost::poll() {
  while (const auto reply = process_.receive())
    if (auto answer = on_reply(*reply)) return answer;
  if (process_.end()) fail(process_.end()->what);
  if (deadline_ && Clock::now() >= *deadline_)
    fail(created_ ? fmt::format("did not answer within {} s (--ask-timeout)", setup_.ask_timeout_s)
                  : fmt::format("took longer than {} s to create", setup_.launch.start_timeout_s));
  return std::nullopt;
}

std::optional<StrategyAnswer> StrategyHost::on_reply(const protocol::Reply& reply) {
  if (const auto* failed = std::get_if<protocol::Failed>(&reply)) {
    if (failed->blame == protocol::Blame::user)
      throw UserError(
          fmt::format("strategy '{}': {}", setup_.launch.plugin.stem().string(), printable(failed->message)));
    fail(failed->message);
  }
  if (std::holds_alternative<protocol::Created>(reply)) {
    created_ = true;
    expect_within(asking() ? setup_.ask_timeout_s : 0);
  } else if (const auto* text = std::get_if<protocol::Text>(&reply)) {
    model_ = text->text;
  } else if (const auto* answered = std::get_if<protocol::Answered>(&reply); answered != nullptr && asking()) {
    return accept(*answered);
  } else {
    fail("damaged its host's memory (an answer came that nobody asked for)");
  }
  return std::nullopt;
}

StrategyAnswer StrategyHost::accept(const protocol::Answered& answered) {
  StrategyAnswer answer{asked_->call.ask, answered.exhausted != 0, {}};
  for (const protocol::Suggested& suggested : answered.suggestions) answer.suggestions.push_back(accept(suggested));
  asked_.reset();
  deadline_.reset();
  return answer;
}

Suggestion StrategyHost::accept(const protocol::Suggested& suggested) {
  const auto& fidelities = setup_.goal.fidelities;
  if (suggested.configuration.size() != setup_.space.size() || suggested.fidelities.size() != fidelities.size())
    fail("damaged its host's memory (a suggestion has the wrong size)");
  if (const auto why = setup_.space.violation(suggested.configuration))
    fail(fmt::format("suggested a configuration outside the space ({}). Strategies must check with contains()", *why));
  for (std::size_t i = 0; i < fidelities.size(); ++i)
    if (!(suggested.fidelities[i] >= fidelities[i].low && suggested.fidelities[i] <= fidelities[i].high))
      fail(fmt::format("suggested fidelity {} = {} (allowed is {} to {})", fidelities[i].name, suggested.fidelities[i],
                       fidelities[i].low, fidelities[i].high));
  if (suggested.parent < -1 || suggested.parent >= static_cast<std::int64_t>(asked_->known_trials))
    fail(fmt::format("suggested to continue trial {}, which does not exist", suggested.parent));
  if (!is_note(suggested.note)) fail("gave a note that is no JSON object (or one of 16 KiB and more)");

  Suggestion suggestion{suggested.configuration, suggested.fidelities, std::nullopt, suggested.note};
  if (suggested.parent >= 0) suggestion.parent = TrialId{static_cast<std::uint64_t>(suggested.parent)};
  return suggestion;
}

StrategyAnswer StrategyHost::wait() {
  assert(asking());
  for (;;) {
    if (auto answer = poll()) return *answer;
    process_.wait(next_deadline_in_s().value_or(-1));
  }
}

std::string StrategyHost::describe_model() {
  assert(!asking());
  model_.reset();
  process_.send(protocol::DescribeModel{});
  if (created_) expect_within(setup_.ask_timeout_s);
  for (;;) {
    poll();
    if (model_) break;
    process_.wait(next_deadline_in_s().value_or(-1));
  }
  deadline_.reset();
  return *model_;
}

void StrategyHost::append_poll_fds(std::vector<pollfd>& fds) const {
  process_.append_poll_fds(fds);
}

std::optional<double> StrategyHost::next_deadline_in_s() const {
  if (!deadline_) return std::nullopt;
  return std::max(0.0, std::chrono::duration<double>(*deadline_ - Clock::now()).count());
}

void StrategyHost::wait_for_news(double longest_s) {
  process_.wait(std::min(longest_s, next_deadline_in_s().value_or(longest_s)));
}

void StrategyHost::fail(const std::string& what) {
  const std::string when = asking() ? fmt::format(", at ask {},", asked_->call.ask.value) : "";
  throw PluginError(
      with_output(named("strategy", setup_.launch.plugin) + when + " " + printable(what), process_.output()));
}

}  // namespace tuner
