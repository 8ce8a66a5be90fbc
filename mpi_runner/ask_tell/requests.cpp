#include "mpi_runner/ask_tell/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_places.h"
#include "mpi_runner/ask_tell/fields.h"
#include "mpi_runner/text.h"
#include "tuner/did_you_mean.h"

namespace tuner {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

constexpr std::uint64_t kMostAsked = 10'000;  // one answer stays below some megabytes
constexpr double kLongest_s = 1e9;            // thirty years

const Names kOps{"create", "ask", "tell", "best", "sync", "close"};
const Names kCreateKeys{"op",    "space",   "objectives", "constraints", "strategy",    "options",    "seed",
                        "study", "workers", "enqueue",    "durable",     "accept_loss", "warm_start", "ask_timeout_s"};
const Names kObjectiveKeys{"name", "direction"};
const Names kDirections{"minimize", "maximize"};
const Names kAskKeys{"op", "n"};
const Names kTellKeys{"op", "trial", "values", "constraints", "metrics", "duration_s", "failed", "message"};
const Names kOpOnly{"op"};

// What may be said of a trial that has no values.
constexpr std::array kFailures = {Cause::bad_value, Cause::exception,     Cause::crash,    Cause::timeout,
                                  Cause::lost,      Cause::out_of_memory, Cause::preempted};

// Python's json writes NaN, Infinity and -Infinity although JSON has no such words; here they become texts.
std::string with_quoted_numbers(std::string_view line) {
  constexpr std::array<std::string_view, 3> kWords = {"-Infinity", "Infinity", "NaN"};
  std::string text;
  bool quoted = false;
  while (!line.empty()) {
    const auto word = std::ranges::find_if(kWords, [&](std::string_view one) { return line.starts_with(one); });
    if (!quoted && word != kWords.end()) {
      text += fmt::format("\"{}\"", *word);
      line.remove_prefix(word->size());
      continue;
    }
    if (line.front() == '"') quoted = !quoted;
    const std::size_t taken = quoted && line.front() == '\\' && line.size() > 1 ? 2 : 1;
    text += line.substr(0, taken);
    line.remove_prefix(taken);
  }
  return text;
}

// With the complaints of the strict parser, who also sees keys that are there twice.
Json strictly_parsed(std::string_view line) {
  constexpr std::string_view kPlace = ":1:";  // of a text without a name, which has one line
  ArrayLines lines;
  try {
    return parse_with_places(line, "", lines);
  } catch (const UserError& error) {
    const std::string_view said = error.what();
    throw UserError("column " + std::string(said.starts_with(kPlace) ? said.substr(kPlace.size()) : said));
  }
}

Json parsed(std::string_view line) {
  return Json::accept(line) ? strictly_parsed(line) : strictly_parsed(with_quoted_numbers(line));
}

ObjectiveInfo objective_from(const Json& entry) {
  if (!entry.is_object()) throw UserError("an entry of \"objectives\" is not an object. Try {\"name\": \"loss\"}");
  const Fields fields(entry, kObjectiveKeys);
  fields.at("name");
  const std::string direction = fields.text("direction").value_or("minimize");
  if (std::ranges::find(kDirections, direction) == kDirections.end())
    throw UserError(fmt::format("unknown direction {:?}.{}", direction, plugin::did_you_mean(direction, kDirections)));
  return {*fields.text("name"), direction == "maximize"};
}

std::vector<ObjectiveInfo> objectives_from(const Fields& fields) {
  if (!fields.has("objectives")) return {};
  const Json& list = fields.at("objectives");
  if (!list.is_array() || list.empty()) throw UserError("\"objectives\" is not a list of at least one");
  std::vector<ObjectiveInfo> objectives;
  for (const Json& entry : list) objectives.push_back(objective_from(entry));
  return objectives;
}

void refuse_names_twice(const CreateRequest& request) {
  Names names = request.constraints.value_or(Names{});
  for (const ObjectiveInfo& objective : request.objectives) names.push_back(objective.name);
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
    throw UserError(fmt::format("two objectives or constraints have the name '{}'. Rename one", *twice));
  if (std::ranges::find(names, "") != names.end()) throw UserError("an objective or constraint has an empty name");
}

std::optional<double> seconds_from(const Fields& fields, const char* key) {
  const std::optional<double> seconds = fields.number(key);
  if (seconds && !(*seconds >= 0 && *seconds <= kLongest_s))
    throw UserError(fmt::format("\"{}\" = {} is not between 0 and {} seconds", key, *seconds, kLongest_s));
  return seconds;
}

std::vector<std::string> configurations_from(const Fields& fields) {
  std::vector<std::string> configurations;
  if (!fields.has("enqueue")) return configurations;
  const Json& list = fields.at("enqueue");
  if (!list.is_array()) throw UserError("\"enqueue\" is not a list of configurations");
  for (const Json& configuration : list) configurations.push_back(configuration.dump());
  return configurations;
}

Request create_from(const Fields& fields) {
  CreateRequest request;
  if (fields.has("space")) request.space = SearchSpace::from_json(fields.at("space").dump(), "space");
  request.objectives = objectives_from(fields);
  request.constraints = fields.texts("constraints");
  refuse_names_twice(request);
  request.strategy = fields.text("strategy").value_or("");
  request.options = fields.options("options");
  request.seed = fields.count("seed");
  request.study = fields.text("study").value_or("");
  if (fields.has("study") && request.study.empty())
    throw UserError("\"study\" is empty. Name a file, or leave it out to keep the study in memory");
  request.workers = fields.count("workers").value_or(request.workers);
  request.enqueue = configurations_from(fields);
  request.warm_start = fields.texts("warm_start").value_or(Names{});
  request.ask_timeout_s = seconds_from(fields, "ask_timeout_s").value_or(request.ask_timeout_s);
  request.durable = fields.yes_or_no("durable").value_or(request.durable);
  request.accept_loss = fields.yes_or_no("accept_loss").value_or(request.accept_loss);
  return request;
}

Request ask_from(const Fields& fields) {
  const std::uint64_t count = fields.count("n").value_or(1);
  if (count < 1 || count > kMostAsked)
    throw UserError(fmt::format("\"n\" = {} is not between 1 and {}", count, kMostAsked));
  return AskRequest{count};
}

Cause failure_from(const std::string& name) {
  Names known;
  for (const Cause cause : kFailures) {
    known.emplace_back(name_of(cause));
    if (name_of(cause) == name) return cause;
  }
  throw UserError(fmt::format("unknown failure {:?}.{}", name, plugin::did_you_mean(name, known)));
}

Request tell_from(const Fields& fields) {
  fields.at("trial");
  if (fields.has("values") == fields.has("failed"))
    throw UserError("a result has either \"values\" or \"failed\". Try \"values\": [0.31] or \"failed\": \"crash\"");
  if (fields.has("failed") && fields.has("constraints"))
    throw UserError("a trial that failed has no \"constraints\". Leave them out");
  if (fields.has("values") && fields.has("message"))
    throw UserError("\"message\" says why a trial failed. Beside \"values\" use \"metrics\"");
  ClientResult result;
  result.trial = TrialId{*fields.count("trial")};
  if (const auto failure = fields.text("failed")) result.cause = failure_from(*failure);
  result.values = fields.measured("values");
  result.constraints = fields.measured("constraints");
  result.metrics = fields.named_numbers("metrics");
  result.message = fields.text("message").value_or("");
  result.duration_s = seconds_from(fields, "duration_s");
  return TellRequest{std::move(result)};
}

template <class Plain>
Request plain(const Json& object) {
  const Fields fields(object, kOpOnly);
  return Plain{};
}

std::string op_of(const Json& object) {
  if (!object.is_object()) throw UserError("a request is a JSON object. Try {\"op\": \"ask\"}");
  const auto op = object.find("op");
  if (op == object.end()) throw UserError(fmt::format("\"op\" is missing.{}", plugin::did_you_mean("", kOps)));
  if (!op->is_string()) throw UserError(fmt::format("\"op\" is not a text.{}", plugin::did_you_mean("", kOps)));
  return op->get<std::string>();
}

}  // namespace

Request request_from(std::string_view line) {
  const Json object = parsed(line);
  const std::string op = op_of(object);
  if (op == "ask") return ask_from(Fields(object, kAskKeys));
  if (op == "tell") return tell_from(Fields(object, kTellKeys));
  if (op == "create") {
    const Json strict = strictly_parsed(line);
    return create_from(Fields(strict, kCreateKeys));
  }
  if (op == "best") return plain<BestRequest>(object);
  if (op == "sync") return plain<SyncRequest>(object);
  if (op == "close") return plain<CloseRequest>(object);
  constexpr std::size_t kShown = 60;
  const std::string shown = shortened(op, kShown);
  throw UserError(fmt::format("unknown op {:?}.{}", shown, plugin::did_you_mean(shown, kOps)));
}

}  // namespace tuner
