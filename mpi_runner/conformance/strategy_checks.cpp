// The checks of strategies.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "core/configuration_text.h"
#include "core/error.h"
#include "mpi_runner/conformance/plugin_under_test.h"
#include "mpi_runner/conformance/rehearsal.h"
#include "mpi_runner/plugin_goal.h"

namespace tuner::conformance {
namespace {

using Configurations = std::vector<std::vector<double>>;

// NaN equals NaN here, and 0 differs from -0: replay compares bits.
bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

// Compares as far as both go.
void require_same(const SearchSpace& space, const Configurations& first, const Configurations& second,
                  const char* remedy) {
  for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i)
    if (!same_bits(first[i], second[i]))
      throw Failed(fmt::format("suggestion {} is {} once and {} the other time. {}", i,
                               configuration_to_json(space, first[i]), configuration_to_json(space, second[i]),
                               remedy));
}

// Rounds of two suggestions and one result, so that ever more are pending.
Configurations play(Rehearsal& rehearsal) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    if (rehearsal.ask(2).exhausted && rehearsal.pending() == 0) break;
    if (rehearsal.pending() > 0) rehearsal.finish_oldest();
  }
  return rehearsal.suggested();
}

void play_with_failures(Rehearsal& rehearsal) {
  constexpr Cause kCauses[] = {Cause::value, Cause::value,     Cause::crash,  Cause::value,         Cause::timeout,
                               Cause::value, Cause::exception, Cause::pruned, Cause::out_of_memory, Cause::bad_value};
  for (const Cause cause : kCauses) {
    rehearsal.ask(2);
    if (rehearsal.pending() > 0) rehearsal.finish_oldest(cause);
  }
}

class StrategyChecks {
 public:
  explicit StrategyChecks(const PluginUnderTest& plugin) : plugin_(plugin) {}

  void suggest_at_start() {
    Rehearsal rehearsal(plugin_, mixed_stage());
    const StrategyAnswer answer = rehearsal.ask(1);
    if (answer.suggestions.empty() && !answer.exhausted)
      throw Failed("suggests nothing, although no results can come that it could wait for");
  }

  // The host's client refuses whatever lies outside the space.
  void play_a_study() {
    Rehearsal rehearsal(plugin_, mixed_stage());
    play(rehearsal);
  }

  void take_failed_trials() {
    Rehearsal rehearsal(plugin_, mixed_stage());
    play_with_failures(rehearsal);
  }

  void take_trials_of_others() {
    Rehearsal rehearsal(plugin_, mixed_stage());
    for (int i = 0; i < 3; ++i) rehearsal.enqueue();
    rehearsal.finish_oldest();
    rehearsal.ask(2);
    rehearsal.finish_oldest(Cause::crash);
    rehearsal.ask(2);
  }

  void play_twice() {
    Rehearsal first(plugin_, mixed_stage());
    Rehearsal second(plugin_, mixed_stage());
    require_same(
        mixed_stage().space, play(first), play(second),
        "Take randomness from (seed, ask number, suggested) only; no clock, no std::random_device, no addresses");
  }

  void ask_in_other_portions() {
    if (plugin_.description.uses_results) throw Skipped("it uses results");
    constexpr int kSuggestions = 12;
    Rehearsal one_by_one(plugin_, mixed_stage());
    Rehearsal at_once(plugin_, mixed_stage());
    for (int i = 0; i < kSuggestions; ++i) {
      one_by_one.ask(1);
      if (one_by_one.pending() > 0) one_by_one.finish_oldest();
    }
    at_once.ask(kSuggestions);
    require_same(mixed_stage().space, one_by_one.suggested(), at_once.suggested(),
                 "A strategy that does not use results numbers its suggestions by `suggested`, not by asks");
  }

  void exhaust_a_finite_space() {
    if (plugin_.description.uses_results) throw Skipped("it uses results");
    const Stage stage = finite_stage();
    const auto configurations = static_cast<std::size_t>(stage.space.cells());
    Rehearsal rehearsal(plugin_, stage);
    bool exhausted = false;
    for (std::size_t asks = 0; asks <= configurations && !exhausted; ++asks) {
      exhausted = rehearsal.ask(1).exhausted;
      if (rehearsal.pending() > 0) rehearsal.finish_oldest();
    }
    require_no_repeats(stage.space, rehearsal.suggested());
    if (!exhausted)
      throw Warned(fmt::format("does not say that it is exhausted after all {} configurations", configurations));
  }

  void describe_the_model() {
    Rehearsal rehearsal(plugin_, mixed_stage());
    play(rehearsal);
    const std::string model = rehearsal.describe_model();
    if (model.empty()) throw Skipped("it has no describe_model()");
    if (!nlohmann::json::parse(model, nullptr, false).is_object())
      throw Failed("its model is no JSON object: " + model);
  }

  protocol::Request create_request(const PluginOptions& options) const {
    const Stage stage = mixed_stage();
    return protocol::CreateStrategy{stage.space.to_json(), goal_for_plugin(stage.goal), stage.seed, options};
  }

 private:
  static void require_no_repeats(const SearchSpace& space, const Configurations& suggested) {
    const std::set<std::vector<double>> different(suggested.begin(), suggested.end());
    if (different.size() < suggested.size())
      throw Warned(fmt::format("repeats configurations: {} of {} suggestions are different in a space of {}",
                               different.size(), suggested.size(), space.cells()));
  }

  const PluginUnderTest& plugin_;
};

// The user's options may name parameters of another space than the check's.
std::function<void()> where_options_fit(const std::function<void()>& check) {
  return [check] {
    try {
      check();
    } catch (const UserError& error) {
      throw Skipped(fmt::format("the options do not fit the check's space ({})", error.what()));
    }
  };
}

}  // namespace

void check_strategy(const PluginUnderTest& plugin, CheckList& checks) {
  StrategyChecks strategy(plugin);
  const auto create = [&](const PluginOptions& options) { return strategy.create_request(options); };
  const auto run = [&](const char* name, const std::function<void()>& check) {
    return checks.run(name, where_options_fit(check));
  };
  if (!run("is created and destroyed", [&] { create_and_destroy(plugin, create(plugin.options)); })) return;
  run("survives wrong options", [&] { create_with_nonsense(plugin, create); });
  if (!run("suggests something at the start", [&] { strategy.suggest_at_start(); })) return;
  if (!run("suggests configurations inside the space", [&] { strategy.play_a_study(); })) return;
  run("takes failed and pruned trials", [&] { strategy.take_failed_trials(); });
  run("takes trials of other origin", [&] { strategy.take_trials_of_others(); });
  run("gives the same suggestions for the same calls", [&] { strategy.play_twice(); });
  run("gives the same suggestions in other portions", [&] { strategy.ask_in_other_portions(); });
  run("exhausts a finite space without repeating", [&] { strategy.exhaust_a_finite_space(); });
  run("describes its model", [&] { strategy.describe_the_model(); });
}

}  // namespace tuner::conformance
