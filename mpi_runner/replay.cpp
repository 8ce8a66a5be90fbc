#include "mpi_runner/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/retry_policy.h"

namespace tuner {
namespace {

using nlohmann::json;

constexpr std::size_t kMostDifferencesTold = 10;

// Bit for bit; any NaN is the same as any other, since all mean "inactive".
bool same(double one, double other) {
  return std::bit_cast<std::uint64_t>(one) == std::bit_cast<std::uint64_t>(other) ||
         (std::isnan(one) && std::isnan(other));
}

bool same(const NewTrial& recorded, const Suggestion& again) {
  const auto equal = [](double one, double other) { return same(one, other); };
  return std::ranges::equal(recorded.configuration, again.configuration, equal) &&
         std::ranges::equal(recorded.fidelities, again.fidelities, equal) && recorded.parent == again.parent &&
         recorded.note == again.note;
}

// The text at `name`, or "unknown".
std::string text_at(const json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "unknown";
}

// What of the epoch's machine is not as here: "libc 2.31 (here 2.36)"; empty where all is the same.
std::string other_machine(const std::string& facts, const std::string& facts_here) {
  const json there = json::parse(facts, nullptr, false);
  const json here = json::parse(facts_here);
  if (!there.is_object() || !there.contains("libraries")) return "its machine is not recorded";
  std::vector<std::string> others;
  const auto compare = [&](const std::string& name, const json& theirs, const json& mine) {
    if (text_at(theirs, name) != text_at(mine, name))
      others.push_back(fmt::format("{} {} (here {})", name, text_at(theirs, name), text_at(mine, name)));
  };
  compare("cpu_level", there, here);
  for (const auto& [name, version] : here.at("libraries").items())
    compare(name, there.at("libraries"), here.at("libraries"));
  return fmt::format("{}", fmt::join(others, ", "));
}

}  // namespace

void Replay::apply(const Event& event) {
  study_.apply(event);
  std::visit([this](const auto& concrete) { after(concrete); }, event);
}

void Replay::after(const EpochStarted& event) {
  const std::string other = other_machine(event.facts, facts_here_);
  comparable_ = other.empty();
  if (!comparable_) {
    report_.incomparables.push_back(fmt::format("epoch {}: {}", event.epoch.value, other));
    return;
  }
  ++report_.epochs;
  told_ = 0;
  strategy_.start();
}

void Replay::after(const StrategyRestarted&) {
  if (!comparable_) return;
  told_ = 0;
  strategy_.start();
}

// An ask that was never answered is made all the same, since it was made then; nobody waits for it.
void Replay::after(const Asked& event) {
  if (!comparable_) return;
  const auto& finished = study_.finished();
  if (event.told < told_ || event.told > finished.size())
    throw DamagedStudy(fmt::format("ask {} says that {} results were told, of {} that there were", event.ask.value,
                                   event.told, finished.size()));
  strategy_.tell(study_, std::span(finished).subspan(told_, event.told - told_));
  told_ = event.told;
  strategy_.ask(study_, {event.ask, event.want, study_.suggested(), pending_for_strategy(study_)});
}

void Replay::after(const Answered& event) {
  if (comparable_)
    compare(event, strategy_.answer());
  else
    report_.not_comparable += event.trials.size();
}

void Replay::compare(const Answered& recorded, const StrategyAnswer& again) {
  const std::size_t common = std::min(recorded.trials.size(), again.suggestions.size());
  for (std::size_t i = 0; i < common; ++i) {
    const NewTrial& trial = recorded.trials[i];
    if (same(trial, again.suggestions[i])) {
      ++report_.equal;
      continue;
    }
    ++report_.differing;
    differs(fmt::format("trial {} (ask {}): recorded {}, now {}", trial.trial.value, recorded.ask.value,
                        configuration_to_json(study_.space(), trial.configuration),
                        configuration_to_json(study_.space(), again.suggestions[i].configuration)));
  }
  if (recorded.trials.size() == again.suggestions.size() && (recorded.exhausted != 0) == again.exhausted) return;
  report_.differing += std::max<std::uint64_t>(1, recorded.trials.size() - common);
  const auto said = [](std::size_t count, bool exhausted) {
    return fmt::format("{} suggestions{}", count, exhausted ? " and that no more exist" : "");
  };
  differs(fmt::format("ask {}: recorded {}, now {}", recorded.ask.value,
                      said(recorded.trials.size(), recorded.exhausted != 0),
                      said(again.suggestions.size(), again.exhausted)));
}

void Replay::differs(const std::string& what) {
  if (report_.differences.size() < kMostDifferencesTold) report_.differences.push_back(what);
}

}  // namespace tuner
