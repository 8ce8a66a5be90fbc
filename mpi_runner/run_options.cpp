#include "mpi_runner/run_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/lexical_cast.hpp>
#include <boost/program_options.hpp>
#include <functional>

#include "core/error.h"
#include "mpi_runner/options.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

enum class Persistence { identity, changeable, this_run };

// Makes what Boost needs to know of a value; whoever calls it owns the result.
using MakeValue = std::function<const po::value_semantic*()>;

// One row of the table.
struct Row {
  const char* group;
  const char* name;
  Persistence persistence;
  MakeValue make_value;
  const char* help;
};

template <class T>
MakeValue value(const char* argument) {
  return [=] { return po::value<T>()->value_name(argument); };
}

template <class T>
MakeValue preset(const char* argument, T preset_value) {
  return [=] { return po::value<T>()->default_value(preset_value)->value_name(argument); };
}

MakeValue text(const char* argument) {
  return value<std::string>(argument);
}

MakeValue texts(const char* argument) {
  return [=] { return po::value<Texts>()->composing()->value_name(argument); };
}

MakeValue yes_or_no(bool preset_value) {
  return [=] {
    const char* shown = preset_value ? "yes" : "no";
    return po::value<bool>()->default_value(preset_value, shown)->implicit_value(true, "yes")->value_name("yes|no");
  };
}

std::vector<Row> table() {
  using enum Persistence;
  return {
      {"Study", "plugin", identity, text("NAME|FILE"),
       "objective plugin: a name in the plugin path (xgb), or a file (./xgb.so)"},
      {"Study", "study", this_run, text("FILE"), "study file; continues it if it is this study; default: <plugin>.h5"},
      {"Study", "resume", this_run, text("FILE"), "continue the study in this file with everything that it records"},
      {"Study", "seed", identity, value<Count>("N"), "seed of everything random; default: 0"},
      {"Study", "accept-loss", this_run, yes_or_no(false),
       "resume with what is left although a journal is missing or damaged"},
      {"Study", "trust", this_run, yes_or_no(false), "take options that execute code over from a study file"},

      {"Objective", "set", identity, texts("NAME=VALUE"),
       "option of the objective plugin; see `tuner describe PLUGIN`; repeatable"},
      {"Objective", "space", identity, text("FILE"), "search space as JSON in place of the plugin's own"},
      {"Objective", "fix", identity, texts("NAME=VALUE"), "give a parameter one value; repeatable"},
      {"Objective", "narrow", identity, texts("NAME=LOW:HIGH|A,B"), "search less of a parameter; repeatable"},
      {"Objective", "threads", this_run, value<Count>("N"), "threads per trial; default: cores per rank"},
      {"Objective", "trial-timeout", changeable, value<Duration>("TIME"),
       "a trial that takes longer has failed; default: 0 (none)"},
      {"Objective", "hang-after", changeable, value<Duration>("TIME"),
       "a trial that reports, logs and prints nothing for so long has failed as timeout; where it hung is kept with "
       "it; "
       "default: 0 (never)"},
      {"Objective", "trial-checkpoint-every", changeable, value<Duration>("TIME"),
       "how often a trial saves what it has, if its objective can, so that the next attempt goes on from there; 0: "
       "whenever it can; default: 60s"},
      {"Objective", "trial-memory", changeable, value<MemorySize>("SIZE"),
       "a trial that takes more, children included, has failed; default: 0 (none)"},
      {"Objective", "retries", changeable, value<Count>("N"),
       "try a trial that crashed or ran out of memory N times more, on another rank or host where there is one, before "
       "it has failed; default: 1"},
      {"Objective", "max-lost", changeable, value<Count>("N"),
       "a trial that was running when its rank or node died N times has failed (0 = never); default: 3"},

      {"Strategy", "strategy", identity, text("NAME|FILE"), "strategy plugin; default: bayes"},
      {"Strategy", "strategy-set", identity, texts("NAME=VALUE"), "option of the strategy plugin; repeatable"},
      {"Strategy", "ask-timeout", this_run, preset<Duration>("TIME", {600}),
       "a strategy that takes longer for a suggestion has failed (0 = no limit)"},
      {"Strategy", "on-strategy-failure", this_run, preset<std::string>("restart|fallback|stop", "restart"),
       "restart: start it again, and end the run when it fails three times in a row; fallback: then go on with points "
       "drawn at random; stop: end at its first failure"},
      {"Strategy", "enqueue", this_run, texts("NAME=VALUE,..."),
       "run this configuration first; parameters left out have their defaults; repeatable"},
      {"Strategy", "warm-start", this_run, texts("FILE"),
       "tell the strategy the results of this earlier study; repeatable"},
      {"Strategy", "baseline", this_run, yes_or_no(true),
       "run the plugin's defaults as the first trial, if it declares any"},

      {"End", "trials", changeable, value<Count>("N"),
       "finished trials that the study should have in total, failed ones included; default: 100"},
      {"End", "time-limit", this_run, preset<Duration>("TIME", {0}),
       "this run ends within that time (0 = no limit), or with the SLURM job where that is earlier; no trial is "
       "started "
       "that is not expected to end by then, and what runs then is repeated on resume"},
      {"End", "finish-margin", this_run, value<Duration>("TIME"),
       "so long before that end the run stops its trials and writes the last checkpoint; default: 30s, but no more "
       "than a "
       "twentieth of the time"},
      {"End", "target", changeable, value<double>("VALUE"), "end when the first objective is at least that good"},
      {"End", "patience", changeable, value<Count>("N"),
       "end when N finished trials in a row did not improve the best value; default: 0 (never)"},
      {"End", "max-failures", changeable, value<Count>("N"),
       "end when the first N trials all fail (0 = never); default: 10"},
      {"End", "replicates", changeable, value<Count>("N"),
       "at the end evaluate the 3 best configurations N times more, with other seeds; default: 0"},

      {"Runner", "checkpoint-every", this_run, preset<Duration>("TIME", {60}),
       "time between checkpoints; longer when writing takes over 1 % of it"},
      {"Runner", "rank-timeout", this_run, preset<Duration>("TIME", {60}),
       "a rank that says nothing for so long counts as lost"},
      {"Runner", "wait-for-space", this_run, preset<Duration>("TIME", {60}),
       "on a full disk hand out nothing and wait so long for space before this run ends"},
  };
}

const char* remark(Persistence persistence) {
  switch (persistence) {
    case Persistence::identity:
      return " [study]";
    case Persistence::changeable:
      return " [changeable]";
    default:
      return "";
  }
}

std::vector<std::string> changeable_names() {
  std::vector<std::string> names;
  for (const Row& row : table())
    if (row.persistence == Persistence::changeable) names.emplace_back(row.name);
  return names;
}

// The text from which the option would read the same value.
std::string text_of(const po::variable_value& option) {
  if (const auto* count = boost::any_cast<Count>(&option.value())) return boost::lexical_cast<std::string>(*count);
  if (const auto* duration = boost::any_cast<Duration>(&option.value()))
    return boost::lexical_cast<std::string>(*duration);
  if (const auto* size = boost::any_cast<MemorySize>(&option.value())) return boost::lexical_cast<std::string>(*size);
  return fmt::format("{}", option.as<double>());
}

template <class T>
T optional_value(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<T>() : T{};
}

OnStrategyFailure on_strategy_failure_from(const std::string& text) {
  static const std::vector<std::string> kNames = {"restart", "fallback", "stop"};  // in the order of the type
  const auto found = std::ranges::find(kNames, text);
  if (found == kNames.end())
    throw UserError(fmt::format("--on-strategy-failure {} is not known.{}", text, plugin::did_you_mean(text, kNames)));
  return static_cast<OnStrategyFailure>(found - kNames.begin());
}

double real_from(const std::string& text) {
  try {
    return boost::lexical_cast<double>(text);
  } catch (const boost::bad_lexical_cast&) {
    throw UserError(fmt::format("'{}' is not a number", text));
  }
}

void apply_setting(Settings& settings, const std::string& name, const std::string& text) {
  if (name == "trials") settings.rules.trials = count_from_text(text).value;
  if (name == "max-failures") settings.rules.max_failures = count_from_text(text).value;
  if (name == "replicates") settings.rules.replicates = count_from_text(text).value;
  if (name == "retries") settings.retry.retries = count_from_text(text).value;
  if (name == "max-lost") settings.retry.max_lost = count_from_text(text).value;
  if (name == "target") settings.rules.target = real_from(text);
  if (name == "trial-timeout") settings.trial_timeout_s = duration_from_text(text).seconds;
  if (name == "trial-checkpoint-every") settings.trial_checkpoint_every_s = duration_from_text(text).seconds;
  if (name == "hang-after") settings.hang_after_s = duration_from_text(text).seconds;
  if (name == "trial-memory") settings.trial_memory_bytes = memory_size_from_text(text).bytes;
  if (name == "patience") {
    const std::uint64_t patience = count_from_text(text).value;
    settings.rules.patience = patience > 0 ? std::optional(patience) : std::nullopt;
  }
}

}  // namespace

po::options_description run_options_description() {
  po::options_description all;
  for (const char* group : {"Study", "Objective", "Strategy", "End", "Runner"}) {
    po::options_description options(group, 110);
    for (const Row& row : table()) {
      const std::string help = std::string(row.help) + remark(row.persistence);
      if (std::string_view(row.group) == group) options.add_options()(row.name, row.make_value(), help.c_str());
    }
    all.add(options);
  }
  all.add(general_options());
  return all;
}

RunOptions parse_run_options(const std::vector<std::string>& arguments) {
  const po::variables_map values = parse(run_options_description(), arguments);
  RunOptions options;
  options.plugin = optional_value<std::string>(values, "plugin");
  options.strategy = optional_value<std::string>(values, "strategy");
  if (values.count("seed") > 0) options.seed = values["seed"].as<Count>().value;
  options.set = optional_value<Texts>(values, "set");
  options.strategy_set = optional_value<Texts>(values, "strategy-set");
  options.space_file = optional_value<std::string>(values, "space");
  options.fix = optional_value<Texts>(values, "fix");
  options.narrow = optional_value<Texts>(values, "narrow");
  for (const std::string& name : changeable_names())
    if (values.count(name) > 0) options.settings[name] = text_of(values[name]);

  options.study = optional_value<std::string>(values, "study");
  options.resume = optional_value<std::string>(values, "resume");
  options.enqueue = optional_value<Texts>(values, "enqueue");
  options.warm_start = optional_value<Texts>(values, "warm-start");
  options.evaluate_defaults = values["baseline"].as<bool>();
  if (values.count("threads") > 0) options.threads = static_cast<std::uint32_t>(values["threads"].as<Count>().value);
  options.time_limit_s = values["time-limit"].as<Duration>().seconds;
  if (values.count("finish-margin") > 0) options.finish_margin_s = values["finish-margin"].as<Duration>().seconds;
  options.checkpoint_every_s = values["checkpoint-every"].as<Duration>().seconds;
  options.rank_timeout_s = values["rank-timeout"].as<Duration>().seconds;
  options.wait_for_space_s = values["wait-for-space"].as<Duration>().seconds;
  options.ask_timeout_s = values["ask-timeout"].as<Duration>().seconds;
  options.on_strategy_failure = on_strategy_failure_from(values["on-strategy-failure"].as<std::string>());
  options.accept_loss = values["accept-loss"].as<bool>();
  options.trust = values["trust"].as<bool>();
  options.help = values.count("help") > 0;
  return options;
}

Settings settings_from(const std::map<std::string, std::string>& texts, const std::string& source) {
  Settings settings;
  for (const auto& [name, text] : texts) {
    try {
      apply_setting(settings, name, text);
    } catch (const UserError& error) {
      throw UserError(fmt::format("{}: --{} = '{}' {}", source, name, text, error.what()));
    }
  }
  return settings;
}

PluginOptions assignments(const std::vector<std::string>& texts, const std::string& option) {
  PluginOptions result;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UserError(fmt::format("--{} {} has no value (needs NAME=VALUE)", option, text));
    result[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return result;
}

}  // namespace tuner
