#include "plugins/strategies/bayes/suggester.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plugins/strategies/bayes/report.h"

namespace tuner::strategies::bayes {
namespace {

enum Stream : std::uint64_t { kDesign = 1, kFits = 2, kUntried = 3, kSearch = 4, kAny = 5 };

constexpr std::size_t kCentres = 5;
constexpr std::size_t kRowsSearchedForCentres = 64;
constexpr double kOtherHill = 0.5;  // length scales from the best point to a centre elsewhere

// Draws in a large discrete space until one is new.
constexpr std::uint64_t kMostDraws = 50;
constexpr std::size_t kImportedTried = 2;
constexpr std::uint64_t kDesignAttempts = 64;
constexpr std::uint64_t kAttemptStride = 1 << 16;  // away from the points of later suggestions

}  // namespace

Suggester::Suggester(const plugin::Space& space, plugin::Goal goal, std::uint64_t seed)
    : goal_(std::move(goal)),
      seed_(seed),
      encoding_(space),
      history_(encoding_, goal_),
      region_(encoding_.varying_count()),
      belief_(space),
      design_(encoding_, belief_, hash(seed, kDesign)),
      surrogate_(encoding_, goal_.maximize.size(), goal_.constraint_count, hash(seed, kFits)),
      untried_(space, hash(seed, kUntried)),
      small_space_(encoding_) {}

void Suggester::tell(std::span<const plugin::ToldResult> results) {
  taken_.add_results(results);
  for (const plugin::ToldResult& result : results) {
    if (result.origin == TUNER_ORIGIN_IMPORTED) {
      history_.tell(result);
      continue;
    }
    ++trials_;
    const std::size_t before = history_.observations().size();
    history_.tell(result);
    const bool is_new = history_.observations().size() > before;
    const bool counts = is_new && goal_.maximize.size() == 1 && history_.observations().back().is_feasible();
    region_.tell(result.trial,
                 counts ? history_.observations().back().values[0] : std::numeric_limits<double>::quiet_NaN());
  }
}

plugin::Answer Suggester::ask(const plugin::Ask& ask) {
  taken_.begin_ask(ask.pending);
  untried_.begin_ask();
  take_pending(ask);
  plugin::Answer answer;
  Burst burst(ask.want, surrogate_.is_ready() ? surrogate_.rows() : 0);
  while (answer.suggestions.size() < ask.want) {
    std::optional<plugin::Suggestion> suggestion = suggest(ask, answer.suggestions.size(), burst);
    if (!suggestion) {
      answer.exhausted = std::isfinite(encoding_.space().cells());
      break;
    }
    taken_.add_suggestion(suggestion->configuration);
    answer.suggestions.push_back(std::move(*suggestion));
  }
  return answer;
}

void Suggester::take_pending(const plugin::Ask& ask) {
  pending_points_.clear();
  pending_points_.reserve(ask.pending.size() + ask.want);  // the surrogate is given pointers to them
  for (const plugin::PendingTrial& trial : ask.pending)
    pending_points_.push_back(encoding_.from_configuration(trial.configuration));
  surrogate_.update(history_);
  if (surrogate_.is_ready()) model_pending();
}

void Suggester::model_pending() {
  std::vector<const Point*> pending;
  for (const Point& point : pending_points_) pending.push_back(&point);
  surrogate_.set_pending(std::move(pending));
}

bool Suggester::is_free(const Point& point) const {
  return !taken_.is_taken(point.configuration);
}

bool Suggester::is_design_done(const plugin::Ask& ask, std::size_t index) const {
  const bool knows_earlier = surrogate_.is_ready() && surrogate_.objective().trend_weight() > 0;
  const std::size_t wanted = knows_earlier ? kImportedTried : design_.size(ask.pending.size() + ask.want);
  return trials_ + ask.pending.size() + index >= wanted;
}

std::optional<plugin::Suggestion> Suggester::suggest(const plugin::Ask& ask, std::size_t index, Burst& burst) {
  std::optional<plugin::Suggestion> suggestion;
  const bool by_model = surrogate_.is_ready() && is_design_done(ask, index);
  suggestion = by_model ? suggest_by_model(ask, index, burst) : suggest_design(ask.suggested + index);
  return suggestion ? suggestion : suggest_any(ask.suggested + index);
}

std::optional<plugin::Suggestion> Suggester::suggest_design(std::uint64_t number) {
  const auto suggestion_of = [](Point point) {
    return plugin::Suggestion{.configuration = std::move(point.configuration), .note = design_note()};
  };
  // What was best in an earlier study is tried first.
  if (number < std::min(kImportedTried, history_.imported().size()))
    if (Point point = history_.imported()[number].point; is_free(point)) return suggestion_of(std::move(point));
  const bool is_usable_default = number == 0 && trials_ == 0 && pending_points_.empty();
  if (Point point = design_.default_point();
      is_usable_default && encoding_.space().contains(point.configuration) && is_free(point))
    return suggestion_of(std::move(point));
  for (std::uint64_t attempt = 0; attempt < kDesignAttempts; ++attempt) {
    Point point = design_.point(std::max<std::uint64_t>(number, 1) - 1 + attempt * kAttemptStride);
    if (encoding_.is_allowed(point) && is_free(point)) return suggestion_of(std::move(point));
  }
  return {};
}

// When nothing better is known: any configuration that is free.
std::optional<plugin::Suggestion> Suggester::suggest_any(std::uint64_t number) {
  if (std::isfinite(encoding_.space().cells())) {
    auto configuration = untried_.next(taken_, number);
    if (!configuration) return {};
    return plugin::Suggestion{.configuration = std::move(*configuration), .note = design_note()};
  }
  std::vector<double> configuration;
  for (std::uint64_t draw = 0; draw < kMostDraws; ++draw) {
    configuration = encoding_.space().sample(hash(hash(seed_, kAny), number), draw);
    if (!taken_.is_taken(configuration)) break;
  }
  return plugin::Suggestion{.configuration = std::move(configuration), .note = design_note()};
}

// The best rows, the centre of the trust region first. Every other time that the region had shrunk to nothing, it opens
// around a good point on another hill.
std::vector<const Point*> Suggester::centres_of(const Turn& turn) const {
  std::vector<std::size_t> best = surrogate_.best_rows(turn.acquisition.scales, kRowsSearchedForCentres);
  if (turn.local && region_.restarts() % 2 == 1) {
    const auto& length_scale = surrogate_.objective().hyperparameters().length_scale;
    const auto is_elsewhere = [&](std::size_t row) {
      return scaled_distance(surrogate_.row(row).point, surrogate_.row(best.front()).point, encoding_, length_scale) >
             kOtherHill;
    };
    const auto other = std::find_if(best.begin(), best.end(), is_elsewhere);
    if (other != best.end()) std::iter_swap(best.begin(), other);
  }
  std::vector<const Point*> centres;
  for (std::size_t i = 0; i < std::min(kCentres, best.size()); ++i) centres.push_back(&surrogate_.row(best[i]).point);
  return centres;
}

Box Suggester::box_of(const Turn& turn, const Point& centre) const {
  return turn.local ? region_.around(centre, encoding_, surrogate_.objective().hyperparameters().length_scale)
                    : Box::whole(encoding_.size());
}

std::optional<plugin::Suggestion> Suggester::suggest_by_model(const plugin::Ask& ask, std::size_t index, Burst& burst) {
  const std::uint64_t number = ask.suggested + index;
  const Situation situation{goal_, belief_, surrogate_, history_.completed(), ask.pending.size() + index};
  RandomStream random(hash(hash(hash(seed_, kSearch), ask.number), number));
  const Turn turn = turn_of(number, situation, random);
  const std::vector<const Point*> centres = centres_of(turn);
  const Box box = box_of(turn, *centres.front());
  CandidateSource source(encoding_, centres, surrogate_.objective().hyperparameters().length_scale,
                         RandomStream(random.bits()));
  Pool& pool = burst.pool(turn.local, surrogate_.processes(), [&](std::size_t count) {
    std::vector<Point> all = small_space_.points_where([this](const Point& point) { return is_free(point); });
    if (!all.empty()) return all;
    return turn.local ? source.in_box(box, count) : source.over_the_space(count);
  });

  Maximizer maximizer(encoding_, surrogate_.processes(), turn.acquisition, box,
                      [this](const Point& point) { return !is_free(point); });
  std::optional<Candidate> found = maximizer.best(pool, source, burst.effort());
  if (!found) return {};
  plugin::Suggestion suggestion{.configuration = found->point.configuration,
                                .note = note(*found, turn.acquisition, turn.local, surrogate_, goal_)};
  pending_points_.push_back(std::move(found->point));
  if (index + 1 < ask.want && !surrogate_.add_pending(pending_points_.back())) {
    model_pending();
    burst.forget();
  }
  return suggestion;
}

std::string Suggester::describe_model() {
  surrogate_.update(history_);
  return bayes::describe_model(surrogate_, encoding_, history_, goal_, region_.side());
}

}  // namespace tuner::strategies::bayes
