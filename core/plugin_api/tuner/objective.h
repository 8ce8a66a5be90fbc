// Everything that an author of an objective needs. Write a class with
//
//   static ObjectiveDescription describe();
//   static std::string space(const Options&);                 // the search space as JSON
//   MyObjective(const Space&, const Options&);                // load the data once
//   Result evaluate(const Trial&);                            // train and score; called once a trial, one at a time
// and, where you need them,
//   static std::vector<std::string> inputs(const Options&);   // files whose contents belong to the study
//   std::string refit(const Refit&);                          // train the final model; returns metrics as JSON, scores
//   on
//                                                             // the hold-out part as "holdout_..."
//
// and end the file with TUNER_OBJECTIVE(MyObjective).
#pragma once

#include <initializer_list>

#include "tuner/plugin.h"

namespace tuner::plugin {

enum class Direction { minimize, maximize };

struct ObjectiveSpec {
  std::string name = "value";
  Direction direction = Direction::minimize;
};

// What a trial can be given less of (epochs, rows): the strategy chooses between low and high.
struct FidelitySpec {
  std::string name = {};
  double low = 0;
  double high = 1;
};

struct ObjectiveDescription {
  std::string name = {};
  std::string version = "1.0";
  std::string summary = {};
  std::vector<Option> options = {};
  std::vector<ObjectiveSpec> objectives = {ObjectiveSpec{}};
  std::vector<std::string> constraints = {};  // names; each is met when its value is <= 0
  std::vector<FidelitySpec> fidelities = {};
};

// What evaluate() returns; converts from a single number.
struct Result {
  std::vector<double> values;
  std::vector<double> constraints;

  Result(double value) : values{value} {}  // NOLINT: `return loss;` is how most objectives end
  Result(std::vector<double> all_values, std::vector<double> all_constraints = {})
      : values(std::move(all_values)), constraints(std::move(all_constraints)) {}
};

// A configuration with the space that names its values.
class Configuration {
 public:
  Configuration(const Space& space, const double* values) : space_(space), values_(values) {}

  // False for a conditional parameter that does not apply, and for names that the space does not have.
  bool active(std::string_view name) const {
    const std::size_t index = space_.find(name);
    return index < space_.size() && !std::isnan(values_[index]);
  }
  // The accessors throw std::invalid_argument for names that the space does not have or that are inactive here, and for
  // parameters of another type, which a user's --space may make of yours.
  double real(std::string_view name) const { return values_[index_of(name, {TUNER_FLOAT, TUNER_INT}, "real()")]; }
  std::int64_t integer(std::string_view name) const {
    return static_cast<std::int64_t>(values_[index_of(name, {TUNER_INT}, "integer()")]);
  }
  bool flag(std::string_view name) const { return values_[index_of(name, {TUNER_BOOL}, "flag()")] != 0; }
  // A categorical, ordinal or bool as text, a string without quotes and escapes: gbtree, 16, true. Lives as long as the
  // objective.
  std::string_view choice(std::string_view name) const {
    const std::size_t index = index_of(name, {TUNER_CATEGORICAL, TUNER_ORDINAL, TUNER_BOOL}, "choice()");
    return space_.choice(index, static_cast<std::size_t>(values_[index]));
  }
  std::span<const double> values() const { return {values_, space_.size()}; }
  const Space& space() const { return space_; }

 private:
  std::size_t index_of(std::string_view name, std::initializer_list<tuner_parameter_type> types,
                       const char* accessor) const {
    const std::size_t index = space_.find(name);
    if (index == space_.size()) throw std::invalid_argument("no parameter '" + std::string(name) + "' in this space");
    const tuner_parameter_type type = space_[index].type;
    if (std::find(types.begin(), types.end(), type) == types.end())
      throw std::invalid_argument("parameter '" + std::string(name) + "' is " + type_text(type) +
                                  " in this search space, which " + accessor + " does not read");
    if (std::isnan(values_[index]))
      throw std::invalid_argument("parameter '" + std::string(name) + "' is inactive in this configuration");
    return index;
  }

  static const char* type_text(tuner_parameter_type type) {
    constexpr const char* kTexts[] = {"a float", "an int", "categorical", "ordinal", "a bool"};
    return type >= TUNER_FLOAT && type <= TUNER_BOOL ? kTexts[type] : "of a type that this plugin does not know";
  }

  Space space_;
  const double* values_;
};

// One trial: its configuration and what tuner offers while it runs. Use it from evaluate() only.
class Trial : public Configuration {
 public:
  Trial(const Space& space, const tuner_trial& trial) : Configuration(space, trial.configuration), trial_(&trial) {}

  std::uint64_t number() const { return trial_->number; }
  std::uint32_t attempt() const { return trial_->attempt; }  // from 1
  std::uint64_t seed() const { return trial_->seed; }        // the same for every attempt
  std::uint32_t threads() const { return trial_->threads; }
  double fidelity(std::size_t index = 0) const { return trial_->fidelities[index]; }

  // A private folder, for a checkpoint that the next attempt goes on from and for whatever the user may want of this
  // trial. What you leave in it stays, so remove a checkpoint that has served; an empty folder goes with the trial. A
  // kill may come at any moment: write a file under another name, then std::filesystem::rename() it. Throws
  // std::runtime_error if the folder cannot be made.
  std::string directory() const {
    const char* path = trial_->directory(trial_->context);
    if (path == nullptr) throw std::runtime_error("the trial's directory cannot be made");
    return path;
  }
  void report(std::int64_t step, double value) const { trial_->report(trial_->context, step, value); }
  bool should_stop() const { return stop_reason() != TUNER_CONTINUE; }
  // TUNER_STOP_CANCEL: the trial will run again, so keep its checkpoint. TUNER_STOP_PRUNE: it will not.
  tuner_stop_reason stop_reason() const { return trial_->stop_reason(trial_->context); }
  // True every --trial-checkpoint-every: time to save what the next attempt can go on from.
  bool checkpoint_due() const {
    const bool is_known = trial_->struct_size >= offsetof(tuner_trial, checkpoint_due) + sizeof(trial_->checkpoint_due);
    return is_known && trial_->checkpoint_due(trial_->context) != 0;
  }
  void note(const char* key, double value) const { trial_->note(trial_->context, key, value); }
  void log(const std::string& text, tuner_log_level level = TUNER_LOG_INFO) const {
    trial_->log(trial_->context, level, text.c_str());
  }

 private:
  const tuner_trial* trial_;
};

// The final training of one configuration.
struct Refit {
  Configuration configuration;
  std::uint64_t seed;
  std::string directory;  // exists; write the model here
  std::uint32_t threads;
  bool on_all_data;  // false: leave the hold-out part out and score on it
};

namespace detail {

inline std::string to_json(const ObjectiveDescription& d) {
  const auto spec = [](const ObjectiveSpec& objective) {
    const bool maximize = objective.direction == Direction::maximize;
    return "{\"name\": " + json_string(objective.name) + ", \"direction\": \"" + (maximize ? "maximize" : "minimize") +
           "\"}";
  };
  const auto fidelity = [](const FidelitySpec& f) {
    return "{\"name\": " + json_string(f.name) + ", \"low\": " + json_number(f.low) +
           ", \"high\": " + json_number(f.high) + "}";
  };
  return "{\"name\": " + json_string(d.name) + ", \"version\": " + json_string(d.version) +
         ", \"summary\": " + json_string(d.summary) +
         ", \"options\": " + json_array(d.options, [](const Option& o) { return to_json(o); }) +
         ", \"objectives\": " + json_array(d.objectives, spec) +
         ", \"constraints\": " + json_array(d.constraints, json_string) +
         ", \"fidelities\": " + json_array(d.fidelities, fidelity) + "}";
}

// The C table of one objective class.
template <class T>
struct ObjectiveTable {
  struct Instance {
    Space space;
    std::size_t objective_count;
    std::size_t constraint_count;
    T objective;
  };

  static tuner_status describe(const tuner_writer* json, const tuner_text* error) {
    return fenced(error, [&] {
      write(json, to_json(T::describe()));
      return TUNER_OK;
    });
  }

  static tuner_status space(const tuner_options* options, const tuner_writer* json, const tuner_text* error) {
    return fenced(error, [&] {
      write(json, T::space(Options(*options)));
      return TUNER_OK;
    });
  }

  static tuner_status inputs(const tuner_options* options, const tuner_writer* json, const tuner_text* error) {
    return fenced(error, [&] {
      std::vector<std::string> files;
      if constexpr (requires { T::inputs(Options(*options)); }) files = T::inputs(Options(*options));
      write(json, json_array(files, json_string));
      return TUNER_OK;
    });
  }

  static tuner_status create(const tuner_space* space, const tuner_options* options, void** instance,
                             const tuner_text* error) {
    return fenced(error, [&] {
      const ObjectiveDescription description = T::describe();
      *instance = new Instance{Space(*space), description.objectives.size(), description.constraints.size(),
                               T(Space(*space), Options(*options))};
      return TUNER_OK;
    });
  }

  static tuner_status evaluate(void* instance, const tuner_trial* trial, double* values, double* constraints,
                               const tuner_text* error) {
    return fenced(error, [&] {
      auto& self = *static_cast<Instance*>(instance);
      const Result result = self.objective.evaluate(Trial(self.space, *trial));
      check_size("values", result.values.size(), self.objective_count);
      check_size("constraints", result.constraints.size(), self.constraint_count);
      std::copy(result.values.begin(), result.values.end(), values);
      std::copy(result.constraints.begin(), result.constraints.end(), constraints);
      return TUNER_OK;
    });
  }

  static tuner_status refit(void* instance, const tuner_refit_request* request, const tuner_writer* metrics,
                            const tuner_text* error) {
    return fenced(error, [&] {
      if constexpr (requires(T & t, const Refit& r) { t.refit(r); }) {
        auto& self = *static_cast<Instance*>(instance);
        write(metrics,
              self.objective.refit(Refit{Configuration(self.space, request->configuration), request->seed,
                                         request->directory, request->threads, request->part == TUNER_REFIT_ALL}));
      }
      return TUNER_OK;
    });
  }

  static void destroy(void* instance) { delete static_cast<Instance*>(instance); }

  static void check_size(const char* what, std::size_t returned, std::size_t declared) {
    if (returned != declared)
      throw std::logic_error("evaluate returned " + std::to_string(returned) + " " + what + " but describe declares " +
                             std::to_string(declared));
  }

  static constexpr bool kHasRefit = requires(T & t, const Refit& r) { t.refit(r); };
  static constexpr tuner_objective_v1_t table() {
    return {sizeof(tuner_objective_v1_t), TUNER_ABI_MINOR, describe, space, inputs, create, evaluate,
            kHasRefit ? refit : nullptr,  destroy};
  }
};

}  // namespace detail
}  // namespace tuner::plugin

#define TUNER_OBJECTIVE(Class)                                                                     \
  extern "C" __attribute__((visibility("default"))) const tuner_objective_v1_t tuner_objective_v1; \
  const tuner_objective_v1_t tuner_objective_v1 = ::tuner::plugin::detail::ObjectiveTable<Class>::table();
