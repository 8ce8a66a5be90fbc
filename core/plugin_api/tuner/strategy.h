// Everything that an author of a strategy needs. Write a class with
//
//   static StrategyDescription describe();
//   MyStrategy(const Space&, const Goal&, std::uint64_t seed, const Options&);
//   Answer ask(const Ask&);                                   // up to ask.want new configurations
// and, where you need them,
//   void tell(std::span<const ToldResult>);                   // new results, in the order in which they arrived
//   std::string describe_model();                             // the fitted model as JSON, for people
//
// and end the file with TUNER_STRATEGY(MyStrategy). A strategy is a deterministic function of the calls made to it:
// take randomness from (seed, ask number, ask.suggested) only, so that a study can be interrupted and replayed.
#pragma once

#include "tuner/plugin.h"

namespace tuner::plugin {

struct StrategyDescription {
  std::string name = {};
  std::string version = "1.0";
  std::string summary = {};
  std::vector<Option> options = {};
  bool uses_results = true;  // false: the same suggestions whatever the results are
};

// What the study optimizes.
struct Goal {
  std::vector<bool> maximize;  // one for each objective
  std::size_t constraint_count = 0;
  std::vector<double> fidelity_low;
  std::vector<double> fidelity_high;
};

// A finished trial, valid during the call. Values are NaN unless the cause is "value".
struct ToldResult {
  std::uint64_t trial;
  std::int64_t parent;  // -1 = none
  tuner_cause cause;
  tuner_origin origin;
  std::span<const double> configuration;
  std::span<const double> fidelities;
  std::span<const double> values;
  std::span<const double> constraints;
  std::span<const double> noise_sd;
  std::span<const std::int64_t> report_steps;
  std::span<const double> report_values;
};

// A trial that was suggested and is not finished, valid during the call.
struct PendingTrial {
  std::uint64_t trial;
  tuner_origin origin;
  std::span<const double> configuration;
  std::span<const double> fidelities;
};

struct Ask {
  std::uint64_t number;     // of this ask
  std::uint64_t suggested;  // suggestions that this study has taken so far
  std::size_t want;
  std::vector<PendingTrial> pending;
};

struct Suggestion {
  std::vector<double> configuration;
  std::vector<double> fidelities = {};  // empty = the highest
  std::int64_t parent = -1;
  std::string note = {};  // JSON: why this point
};

// Fewer suggestions than wanted = ask again when results have come; exhausted = there will never be more.
struct Answer {
  std::vector<Suggestion> suggestions;
  bool exhausted = false;
};

namespace detail {

inline std::string to_json(const StrategyDescription& d) {
  return "{\"name\": " + json_string(d.name) + ", \"version\": " + json_string(d.version) +
         ", \"summary\": " + json_string(d.summary) +
         ", \"options\": " + json_array(d.options, [](const Option& o) { return to_json(o); }) +
         ", \"uses_results\": " + json_bool(d.uses_results) + "}";
}

inline Goal goal_from(const tuner_goal& goal) {
  return {std::vector<bool>(goal.maximize, goal.maximize + goal.objective_count), goal.constraint_count,
          std::vector<double>(goal.fidelity_low, goal.fidelity_low + goal.fidelity_count),
          std::vector<double>(goal.fidelity_high, goal.fidelity_high + goal.fidelity_count)};
}

// The C table of one strategy class.
template <class T>
struct StrategyTable {
  struct Instance {
    Space space;
    Goal goal;
    T strategy;

    ToldResult told(const tuner_result& r) const {
      const std::size_t objectives = goal.maximize.size();
      const std::size_t fidelities = goal.fidelity_low.size();
      return {r.trial,
              r.parent,
              r.cause,
              r.origin,
              {r.configuration, space.size()},
              {r.fidelities, fidelities},
              {r.values, objectives},
              {r.constraints, goal.constraint_count},
              {r.noise_sd, objectives},
              {r.report_steps, r.report_count},
              {r.report_values, r.report_count}};
    }
    PendingTrial pending(const tuner_pending& p) const {
      return {p.trial, p.origin, {p.configuration, space.size()}, {p.fidelities, goal.fidelity_low.size()}};
    }
    void give(const Suggestion& from, tuner_suggestion& to) const {
      if (from.configuration.size() != space.size())
        throw std::logic_error("suggested " + std::to_string(from.configuration.size()) + " values for a space of " +
                               std::to_string(space.size()) + " parameters");
      if (!from.fidelities.empty() && from.fidelities.size() != goal.fidelity_low.size())
        throw std::logic_error("suggested " + std::to_string(from.fidelities.size()) + " fidelities, declared are " +
                               std::to_string(goal.fidelity_low.size()));
      std::copy(from.configuration.begin(), from.configuration.end(), to.configuration);
      std::copy(from.fidelities.begin(), from.fidelities.end(), to.fidelities);
      to.parent = from.parent;
      if (!from.note.empty()) set_text(&to.note, from.note);
    }
  };

  static tuner_status describe(const tuner_writer* json, const tuner_text* error) {
    return fenced(error, [&] {
      write(json, to_json(T::describe()));
      return TUNER_OK;
    });
  }

  static tuner_status create(const tuner_space* space, const tuner_goal* goal, std::uint64_t seed,
                             const tuner_options* options, void** instance, const tuner_text* error) {
    return fenced(error, [&] {
      const Goal own_goal = goal_from(*goal);
      *instance = new Instance{Space(*space), own_goal, T(Space(*space), own_goal, seed, Options(*options))};
      return TUNER_OK;
    });
  }

  static tuner_status tell(void* instance, const tuner_result* const* results, std::uint64_t count,
                           const tuner_text* error) {
    return fenced(error, [&] {
      if constexpr (requires(T & t, std::span<const ToldResult> r) { t.tell(r); }) {
        auto& self = *static_cast<Instance*>(instance);
        std::vector<ToldResult> told;
        told.reserve(count);
        for (std::uint64_t i = 0; i < count; ++i) told.push_back(self.told(*results[i]));
        self.strategy.tell(std::span<const ToldResult>(told));
      }
      return TUNER_OK;
    });
  }

  static tuner_status ask(void* instance, const tuner_ask_request* request, tuner_suggestion* const* suggestions,
                          std::uint64_t* count, const tuner_text* error) {
    return fenced(error, [&] {
      auto& self = *static_cast<Instance*>(instance);
      Ask own{request->number, request->suggested, request->want, {}};
      own.pending.reserve(request->pending_count);
      for (std::uint64_t i = 0; i < request->pending_count; ++i)
        own.pending.push_back(self.pending(*request->pending[i]));

      const Answer answer = self.strategy.ask(own);

      if (answer.suggestions.size() > own.want)
        throw std::logic_error("suggested " + std::to_string(answer.suggestions.size()) +
                               " configurations, asked for " + std::to_string(own.want));
      *count = answer.suggestions.size();
      for (std::size_t i = 0; i < answer.suggestions.size(); ++i) self.give(answer.suggestions[i], *suggestions[i]);
      return answer.exhausted ? TUNER_EXHAUSTED : TUNER_OK;
    });
  }

  static tuner_status describe_model(void* instance, const tuner_writer* json, const tuner_text* error) {
    return fenced(error, [&] {
      if constexpr (requires(T & t) { t.describe_model(); })
        write(json, static_cast<Instance*>(instance)->strategy.describe_model());
      return TUNER_OK;
    });
  }

  static void destroy(void* instance) { delete static_cast<Instance*>(instance); }

  static constexpr bool kHasModel = requires(T & t) { t.describe_model(); };
  static constexpr tuner_strategy_v1_t table() {
    return {sizeof(tuner_strategy_v1_t),          TUNER_ABI_MINOR, describe, create, tell, ask,
            kHasModel ? describe_model : nullptr, destroy};
  }
};

}  // namespace detail
}  // namespace tuner::plugin

#define TUNER_STRATEGY(Class)                                                                    \
  extern "C" __attribute__((visibility("default"))) const tuner_strategy_v1_t tuner_strategy_v1; \
  const tuner_strategy_v1_t tuner_strategy_v1 = ::tuner::plugin::detail::StrategyTable<Class>::table();
