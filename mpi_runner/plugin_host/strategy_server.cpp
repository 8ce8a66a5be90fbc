#include "mpi_runner/plugin_host/strategy_server.h"

#include <limits>
#include <utility>

namespace tuner {
namespace {

// Of the note of one suggestion.
constexpr std::size_t kNoteBytes = std::size_t{16} << 10;

template <class T>
std::vector<const T*> pointers_to(const std::vector<T>& items) {
  std::vector<const T*> result;
  result.reserve(items.size());
  for (const T& item : items) result.push_back(&item);
  return result;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  if (to.empty())
    to = std::move(from);
  else
    to.insert(to.end(), from.begin(), from.end());
}

// The columns of a Tell as the array of structs that plugins get. Points into the columns.
std::vector<tuner_result> as_results(const protocol::Tell& tell, const tuner_goal& goal, std::size_t parameters,
                                     const std::vector<double>& unknown_noise) {
  std::vector<tuner_result> results(tell.trials.size());
  std::size_t first_report = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    tuner_result& result = results[i];
    result.struct_size = sizeof result;
    result.cause = tell.causes[i];
    result.trial = tell.trials[i];
    result.parent = tell.parents[i];
    result.configuration = tell.configurations.data() + i * parameters;
    result.fidelities = tell.fidelities.data() + i * goal.fidelity_count;
    result.values = tell.values.data() + i * goal.objective_count;
    result.constraints = tell.constraints.data() + i * goal.constraint_count;
    result.noise_sd = unknown_noise.data();
    result.origin = tell.origins[i];
    result.report_count = tell.report_counts[i];
    result.report_steps = tell.report_steps.data() + first_report;
    result.report_values = tell.report_values.data() + first_report;
    first_report += tell.report_counts[i];
  }
  return results;
}

std::vector<tuner_pending> as_pending(const protocol::Ask& ask, const tuner_goal& goal, std::size_t parameters) {
  std::vector<tuner_pending> pending(ask.trials.size());
  for (std::size_t i = 0; i < pending.size(); ++i)
    pending[i] = {sizeof(tuner_pending), ask.origins[i], ask.trials[i], ask.configurations.data() + i * parameters,
                  ask.fidelities.data() + i * goal.fidelity_count};
  return pending;
}

// The caller's buffers for suggestions.
class SuggestionBuffers {
 public:
  SuggestionBuffers(std::size_t want, std::size_t parameters, const std::vector<double>& highest_fidelities)
      : suggested_(want), notes_(want), c_suggestions_(want) {
    for (std::size_t i = 0; i < want; ++i) {
      suggested_[i].configuration.assign(parameters, std::numeric_limits<double>::quiet_NaN());
      suggested_[i].fidelities = highest_fidelities;
      notes_[i].resize(kNoteBytes);
      c_suggestions_[i] = {sizeof(tuner_suggestion),        0,  suggested_[i].configuration.data(),
                           suggested_[i].fidelities.data(), -1, {notes_[i].data(), notes_[i].size()}};
      pointers_.push_back(&c_suggestions_[i]);
    }
  }

  tuner_suggestion* const* c_suggestions() const { return pointers_.data(); }

  std::vector<protocol::Suggested> take(std::size_t count) {
    suggested_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      notes_[i].back() = '\0';
      suggested_[i].parent = c_suggestions_[i].parent;
      suggested_[i].note.assign(notes_[i], 0, notes_[i].find('\0'));
    }
    return std::move(suggested_);
  }

 private:
  std::vector<protocol::Suggested> suggested_;
  std::vector<std::string> notes_;
  std::vector<tuner_suggestion> c_suggestions_;
  std::vector<tuner_suggestion*> pointers_;
};

const protocol::Failed kAskedTooEarly = {protocol::Blame::plugin, "was asked before it was created"};

}  // namespace

StrategyServer::Setting::Setting(const protocol::CreateStrategy& request)
    : space(SearchSpace::from_json(request.space, "the study's space", SpaceAuthor::tuner)),
      options(request.options),
      maximize(request.goal.maximize.begin(), request.goal.maximize.end()),
      fidelity_low(request.goal.fidelity_low),
      fidelity_high(request.goal.fidelity_high),
      goal{sizeof(tuner_goal),
           static_cast<std::uint32_t>(maximize.size()),
           maximize.data(),
           request.goal.constraint_count,
           static_cast<std::uint32_t>(fidelity_low.size()),
           fidelity_low.data(),
           fidelity_high.data()} {}

StrategyServer::~StrategyServer() {
  if (instance_ == nullptr) return;
  call_plugin([&](const tuner_text*) {
    table_.destroy(instance_);
    return TUNER_OK;
  });
}

protocol::Reply StrategyServer::answer(const protocol::Describe&) {
  std::string json;
  const tuner_writer writer = writer_into(json);
  const Outcome outcome = call_plugin([&](const tuner_text* error) { return table_.describe(&writer, error); });
  if (!outcome.ok()) return failure("describe", outcome);
  return protocol::Described{1, 0, json};
}

protocol::Reply StrategyServer::answer(const protocol::CreateStrategy& request) {
  setting_ = std::make_unique<Setting>(request);
  const Outcome outcome = call_plugin([&](const tuner_text* error) {
    return table_.create(&setting_->space.c_space(), &setting_->goal, request.seed, &setting_->options.c_options(),
                         &instance_, error);
  });
  if (!outcome.ok()) return failure("create", outcome);
  return protocol::Created{};
}

void StrategyServer::keep(protocol::Tell results) {
  append(kept_.trials, std::move(results.trials));
  append(kept_.parents, std::move(results.parents));
  append(kept_.causes, std::move(results.causes));
  append(kept_.origins, std::move(results.origins));
  append(kept_.configurations, std::move(results.configurations));
  append(kept_.fidelities, std::move(results.fidelities));
  append(kept_.values, std::move(results.values));
  append(kept_.constraints, std::move(results.constraints));
  append(kept_.report_counts, std::move(results.report_counts));
  append(kept_.report_steps, std::move(results.report_steps));
  append(kept_.report_values, std::move(results.report_values));
}

std::optional<protocol::Failed> StrategyServer::tell_kept() {
  if (kept_.trials.empty()) return std::nullopt;
  const protocol::Tell told = std::exchange(kept_, {});
  const std::vector<double> unknown_noise(setting_->goal.objective_count, std::numeric_limits<double>::quiet_NaN());
  const auto results = as_results(told, setting_->goal, setting_->parameters(), unknown_noise);
  const auto pointers = pointers_to(results);
  const Outcome outcome = call_plugin(
      [&](const tuner_text* error) { return table_.tell(instance_, pointers.data(), pointers.size(), error); });
  if (outcome.ok()) return std::nullopt;
  return failure("tell", outcome);
}

protocol::Reply StrategyServer::answer(const protocol::Ask& ask) {
  if (!setting_) return kAskedTooEarly;
  if (const auto failed = tell_kept()) return *failed;
  const auto pending = as_pending(ask, setting_->goal, setting_->parameters());
  const auto pending_pointers = pointers_to(pending);
  const tuner_ask_request request{sizeof(tuner_ask_request), ask.want, ask.number, ask.suggested, pending.size(),
                                  pending_pointers.data()};
  SuggestionBuffers buffers(ask.want, setting_->parameters(), setting_->fidelity_high);
  std::uint64_t count = 0;

  const Outcome outcome = call_plugin(
      [&](const tuner_text* error) { return table_.ask(instance_, &request, buffers.c_suggestions(), &count, error); });

  if (!outcome.ok() && outcome.status != TUNER_EXHAUSTED) return failure("ask", outcome);
  if (count > ask.want)
    return protocol::Failed{protocol::Blame::plugin, "says that it made " + std::to_string(count) +
                                                         " suggestions in ask(), wanted were " +
                                                         std::to_string(ask.want)};
  return protocol::Answered{ask.number, outcome.status == TUNER_EXHAUSTED, buffers.take(count)};
}

protocol::Reply StrategyServer::answer(const protocol::DescribeModel&) {
  if (!setting_) return kAskedTooEarly;
  if (const auto failed = tell_kept()) return *failed;
  std::string json;
  if (table_.describe_model == nullptr) return protocol::Text{json};
  const tuner_writer writer = writer_into(json);
  const Outcome outcome =
      call_plugin([&](const tuner_text* error) { return table_.describe_model(instance_, &writer, error); });
  if (!outcome.ok()) return failure("describe_model", outcome);
  return protocol::Text{json};
}

}  // namespace tuner
