#include "tests/plugins/objectives/objective_driver.h"

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/configuration_text.h"

namespace tuner::testing {
namespace {

constexpr std::size_t kErrorCapacity = 4096;

struct ErrorText {
  std::array<char, kErrorCapacity> buffer{};
  tuner_text text{buffer.data(), buffer.size()};
};

tuner_writer writer_to(std::string& text) {
  return {&text, [](void* context, const char* bytes, std::size_t size) {
            static_cast<std::string*>(context)->append(bytes, size);
          }};
}

Settings with_defaults(const tuner_objective_v1_t& table, const Settings& settings) {
  std::string description;
  const tuner_writer writer = writer_to(description);
  table.describe(&writer, nullptr);
  const auto options = nlohmann::json::parse(description).at("options");
  Settings all = settings;
  for (const auto& option : options)
    if (!option.at("required").get<bool>()) all.try_emplace(option.at("name"), option.at("default"));
  return all;
}

struct COptions {
  explicit COptions(const Settings& settings) {
    for (const auto& [name, value] : settings) items.push_back({name.c_str(), value.c_str()});
    options = {sizeof(tuner_options), static_cast<std::uint32_t>(items.size()), items.data()};
  }
  std::vector<tuner_option> items;
  tuner_options options{};
};

std::string space_json_of(const tuner_objective_v1_t& table, const Settings& settings) {
  const Settings all = with_defaults(table, settings);
  const COptions options(all);
  std::string json;
  const tuner_writer writer = writer_to(json);
  const ErrorText error;
  if (table.space(&options.options, &writer, &error.text) != TUNER_OK) throw std::runtime_error(error.text.data);
  return json;
}

struct Observer {
  const TrialInput& input;
  TrialOutcome outcome;
};

Observer& observer(void* context) {
  return *static_cast<Observer*>(context);
}

tuner_trial c_trial(Observer& watching, const std::vector<double>& configuration) {
  tuner_trial trial{};
  trial.struct_size = sizeof trial;
  trial.attempt = watching.input.attempt;
  trial.seed = watching.input.seed;
  trial.configuration = configuration.data();
  trial.threads = watching.input.threads;
  trial.context = &watching;
  trial.directory = [](void* c) -> const char* {
    const std::string& directory = observer(c).input.directory;
    return directory.empty() ? nullptr : directory.c_str();
  };
  trial.parent_directory = [](void*) -> const char* { return nullptr; };
  trial.report = [](void* c, std::int64_t step, double value) {
    observer(c).outcome.reports.emplace_back(step, value);
  };
  trial.stop_reason = [](void* c) -> tuner_stop_reason {
    return observer(c).input.should_stop() ? observer(c).input.stop_reason : TUNER_CONTINUE;
  };
  trial.note = [](void* c, const char* key, double value) { observer(c).outcome.notes[key] = value; };
  trial.log = [](void* c, tuner_log_level, const char* text) { observer(c).outcome.log += text; };
  trial.checkpoint_due = [](void* c) -> std::int32_t { return observer(c).input.checkpoint_due() ? 1 : 0; };
  trial.extension = [](void*, const char*) -> const void* { return nullptr; };
  return trial;
}

}  // namespace

ObjectiveDriver::ObjectiveDriver(const tuner_objective_v1_t& table, const Settings& settings)
    : ObjectiveDriver(table, settings, space_json_of(table, settings)) {}

ObjectiveDriver::ObjectiveDriver(const tuner_objective_v1_t& table, const Settings& settings,
                                 std::string_view space_json)
    : table_(table), view_(SearchSpace::from_json(space_json, "test")), settings_(with_defaults(table, settings)) {
  const COptions options(settings_);
  const ErrorText error;
  if (table.create(&view_.c_space(), &options.options, &instance_, &error.text) != TUNER_OK)
    throw std::runtime_error(error.text.data);
}

ObjectiveDriver::~ObjectiveDriver() {
  table_.destroy(instance_);
}

TrialOutcome ObjectiveDriver::evaluate(const TrialInput& input) const {
  const std::vector<double> configuration = configuration_from_text(space(), input.configuration);
  Observer watching{input, {}};
  const tuner_trial trial = c_trial(watching, configuration);
  const ErrorText error;
  watching.outcome.status = table_.evaluate(instance_, &trial, &watching.outcome.value, nullptr, &error.text);
  watching.outcome.error = error.text.data;
  return watching.outcome;
}

std::string ObjectiveDriver::refit(tuner_refit_part part, const TrialInput& input, const std::string& directory) const {
  const std::vector<double> configuration = configuration_from_text(space(), input.configuration);
  const tuner_refit_request request{sizeof(tuner_refit_request), part,          input.seed, configuration.data(),
                                    directory.c_str(),           input.threads, 0};
  std::string metrics;
  const tuner_writer writer = writer_to(metrics);
  const ErrorText error;
  if (table_.refit(instance_, &request, &writer, &error.text) != TUNER_OK) throw std::runtime_error(error.text.data);
  return metrics;
}

std::string mistake_in(const tuner_objective_v1_t& table, const Settings& settings) {
  const Settings all = with_defaults(table, settings);
  const COptions options(all);
  std::string json;
  const tuner_writer writer = writer_to(json);
  const ErrorText error;
  return table.space(&options.options, &writer, &error.text) == TUNER_USER_MISTAKE ? error.text.data : "";
}

}  // namespace tuner::testing
