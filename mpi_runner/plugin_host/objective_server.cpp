#include "mpi_runner/plugin_host/objective_server.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "mpi_runner/plugin_host/trial_services.h"

namespace tuner {
namespace {

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

const protocol::Failed kNotCreated = {protocol::Blame::plugin, "was asked to work before it was created"};

}  // namespace

ObjectiveServer::Setting::Setting(const protocol::CreateObjective& request)
    : space(SearchSpace::from_json(request.space, "the study's space", SpaceAuthor::tuner)),
      options(request.options),
      trials_directory(request.trials_directory),
      threads(request.threads),
      checkpoint_every_s(request.checkpoint_every_s),
      objective_count(request.goal.maximize.size()),
      constraint_count(request.goal.constraint_count) {}

ObjectiveServer::~ObjectiveServer() {
  if (instance_ == nullptr) return;
  call_plugin([&](const tuner_text*) {
    table_.destroy(instance_);
    return TUNER_OK;
  });
}

protocol::Reply ObjectiveServer::answer(const protocol::Describe&) {
  std::string json;
  const tuner_writer writer = writer_into(json);
  const Outcome outcome = call_plugin([&](const tuner_text* error) { return table_.describe(&writer, error); });
  if (!outcome.ok()) return failure("describe", outcome);
  return protocol::Described{0, static_cast<std::uint8_t>(table_.refit != nullptr), json};
}

protocol::Reply ObjectiveServer::answer(const protocol::DeclareSpace& request) {
  const OptionsView options(request.options);
  std::string json;
  const tuner_writer writer = writer_into(json);
  const Outcome outcome =
      call_plugin([&](const tuner_text* error) { return table_.space(&options.c_options(), &writer, error); });
  if (!outcome.ok()) return failure("space", outcome);
  return protocol::Text{json};
}

protocol::Reply ObjectiveServer::answer(const protocol::ListInputs& request) {
  const OptionsView options(request.options);
  std::string json;
  const tuner_writer writer = writer_into(json);
  const Outcome outcome =
      call_plugin([&](const tuner_text* error) { return table_.inputs(&options.c_options(), &writer, error); });
  if (!outcome.ok()) return failure("inputs", outcome);
  return protocol::Text{json};
}

protocol::Reply ObjectiveServer::answer(const protocol::CreateObjective& request) {
  setting_ = std::make_unique<Setting>(request);
  const Outcome outcome = call_plugin([&](const tuner_text* error) {
    return table_.create(&setting_->space.c_space(), &setting_->options.c_options(), &instance_, error);
  });
  if (!outcome.ok()) return failure("create", outcome);
  return protocol::Created{};
}

protocol::Reply ObjectiveServer::answer(const protocol::Evaluate& request) {
  if (!setting_) return kNotCreated;
  TrialServices services(socket_, request, {setting_->trials_directory, setting_->checkpoint_every_s});
  tuner_trial trial{};
  trial.struct_size = sizeof trial;
  trial.attempt = request.attempt;
  trial.number = request.trial.value;
  trial.seed = request.seed;
  trial.configuration = request.configuration.data();
  trial.fidelities = request.fidelities.data();
  trial.threads = setting_->threads;
  trial.fidelity_count = static_cast<std::uint32_t>(request.fidelities.size());
  services.attach(trial);

  constexpr double kUnset = std::numeric_limits<double>::quiet_NaN();
  protocol::Evaluated result;
  result.values.assign(setting_->objective_count, kUnset);
  result.constraints.assign(setting_->constraint_count, kUnset);
  const auto start = std::chrono::steady_clock::now();
  Outcome outcome = call_plugin([&](const tuner_text* error) {
    return table_.evaluate(instance_, &trial, result.values.data(), result.constraints.data(), error);
  });
  result.duration_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.status = outcome.status;
  result.message = std::move(outcome.message);
  services.remove_empty_directory();
  // The machine's fault, whatever the configuration: this rank can evaluate nothing.
  if (!outcome.ok() && !services.directory_error().empty())
    return protocol::Failed{protocol::Blame::user, services.directory_error()};

  // A pruned trial may have values, and need not.
  const bool has_values = outcome.ok() || (outcome.status == TUNER_PRUNED && all_finite(result.values));
  if (!has_values) {
    result.values.clear();
    result.constraints.clear();
  }
  return result;
}

protocol::Reply ObjectiveServer::answer(const protocol::Refit& request) {
  if (!setting_) return kNotCreated;
  if (table_.refit == nullptr)
    return protocol::Failed{protocol::Blame::plugin, "cannot train a final model (it has no refit())"};
  tuner_refit_request refit{};
  refit.struct_size = sizeof refit;
  refit.part = request.part;
  refit.seed = request.seed;
  refit.configuration = request.configuration.data();
  refit.directory = request.directory.c_str();
  refit.threads = setting_->threads;
  std::string metrics;
  const tuner_writer writer = writer_into(metrics);
  const Outcome outcome =
      call_plugin([&](const tuner_text* error) { return table_.refit(instance_, &refit, &writer, error); });
  if (!outcome.ok()) return failure("refit", outcome);
  return protocol::Text{metrics};
}

}  // namespace tuner
