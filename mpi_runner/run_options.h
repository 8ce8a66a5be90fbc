// The options of a run, in one table that also says what each one is to a study: part of its identity, changeable
// later, or of this run only.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/retry_policy.h"
#include "core/stop_rules.h"
#include "mpi_runner/host_launch.h"

namespace tuner {

// What a run does about a strategy that died, was too slow or broke its contract.
enum class OnStrategyFailure {
  restart,   // start it again; end when it fails three times in a row
  fallback,  // start it again; when it fails three times in a row go on with points drawn at random
  stop       // end at once
};

struct RunOptions {
  // Part of the study's identity: another value makes it another study.
  std::string plugin;
  std::string strategy;
  std::optional<std::uint64_t> seed;      // default: 0
  std::vector<std::string> set;           // "name=value", for the objective
  std::vector<std::string> strategy_set;  // "name=value", for the strategy
  std::string space_file;
  std::vector<std::string> fix;
  std::vector<std::string> narrow;

  // Changeable: as typed, without defaults. Names and texts as on the command line.
  std::map<std::string, std::string> settings;

  // Of this run only.
  std::string study;
  std::string resume;
  std::vector<std::string> enqueue;
  std::vector<std::string> warm_start;
  bool evaluate_defaults = true;
  std::optional<std::uint32_t> threads;
  double time_limit_s = 0;
  std::optional<double> finish_margin_s;
  double checkpoint_every_s = 60;
  double rank_timeout_s = 60;
  double wait_for_space_s = 60;
  double ask_timeout_s = 600;
  OnStrategyFailure on_strategy_failure = OnStrategyFailure::restart;
  bool accept_loss = false;
  bool trust = false;
  bool help = false;
};

// The changeable options with their meaning.
struct Settings {
  StopRules rules;
  RetryPolicy retry;
  double trial_timeout_s = 0;            // 0 = none
  double hang_after_s = 0;               // 0 = never
  double trial_checkpoint_every_s = 60;  // 0 = whenever the objective can
  std::uint64_t trial_memory_bytes = 0;  // 0 = none
};

// For --help, grouped.
boost::program_options::options_description run_options_description();

// Throws UserError.
RunOptions parse_run_options(const std::vector<std::string>& arguments);

// From texts of changeable options; missing ones have their defaults. Throws UserError that names `source`.
Settings settings_from(const std::map<std::string, std::string>& texts, const std::string& source);

// "name=value" texts; throws UserError for those without '='.
PluginOptions assignments(const std::vector<std::string>& texts, const std::string& option);

}  // namespace tuner
