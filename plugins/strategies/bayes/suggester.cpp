#include "plugins/strategies/bayes/suggester.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "plugins/strategies/bayes/report.h"
#include "plugins/strategies/common/grid_walk.h"

namespace tuner::strategies::bayes {
namespace {

enum Stream : std::uint64_t { kDesign = 1, kFits = 2, kUntried = 3, kSearch = 4, kAny = 5 };

constexpr std::size_t kCentres = 5;
constexpr std::size_t kRowsSearchedForCentres = 64;
constexpr double kOtherHill = 0.5;  // length scales from the best point to a centre elsewhere

constexpr std::size_t kManyPending = 8;  // from here on four of five proposals are local, else every other
constexpr std::size_t kVeryManyPending = 32;
constexpr double kKappa = 1.8;

// Spaces up to this size are searched exactly.
constexpr double kMostEnumerated = 1000;

constexpr std::size_t kFewRows = 150;  // up to here candidates are cheap
constexpr std::size_t kCandidates = 400;
constexpr std::size_t kManyCandidates = 1000;

// From so many suggestions wanted at once on, they share candidates and are climbed to less far.
constexpr std::size_t kBurst = 32;
constexpr std::size_t kBurstCandidates = 256;
constexpr std::size_t kUsesOfCandidates = 16;

// Draws in a large discrete space until one is new.
constexpr std::uint64_t kMostDraws = 50;
// b of belief.h: after ten results a belief of one sd off costs half a nat.
constexpr double kBeliefWeight = 10;
constexpr std::size_t kImportedTried = 2;
constexpr std::uint64_t kDesignAttempts = 64;
constexpr std::uint64_t kAttemptStride = 1 << 16;  // away from the points of later suggestions

double log_uniform(double low, double high, double u) {
  return low * std::pow(high / low, u);
}

// Uniform on the simplex (Dirichlet with parameters 1).
std::vector<double> random_weights(std::size_t count, RandomStream& random) {
  std::vector<double> weights;
  double sum = 0;
  for (std::size_t m = 0; m < count; ++m) {
    weights.push_back(-std::log1p(-random.uniform()) + 1e-6);
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace

struct Suggester::Burst {
  struct Shared {
    std::optional<Pool> pool;
    std::size_t uses = 0;
  };
  bool shares = false;
  std::array<Shared, 2> shared = {};  // over the space, local
};

Suggester::Suggester(const plugin::Space& space, plugin::Goal goal, std::uint64_t seed)
    : goal_(std::move(goal)),
      seed_(seed),
      encoding_(space),
      history_(encoding_, goal_),
      region_(encoding_.varying_count()),
      belief_(space),
      design_(encoding_, belief_, hash(seed, kDesign)),
      surrogate_(encoding_, goal_.maximize.size(), goal_.constraint_count, hash(seed, kFits)),
      untried_(space, hash(seed, kUntried)) {}

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
  Burst burst{.shares = ask.want >= kBurst};
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
  if (!surrogate_.is_ready()) return;
  std::vector<const Point*> pending;
  for (const Point& point : pending_points_) pending.push_back(&point);
  surrogate_.set_pending(std::move(pending));
}

bool Suggester::is_free(const Point& point) const {
  return !taken_.is_taken(point.configuration);
}

bool Suggester::is_design_done(const plugin::Ask& ask, std::size_t index) const {
  const std::size_t wanted = history_.imported().empty() ? design_.size(ask.pending.size() + ask.want) : kImportedTried;
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

// LogEI and the confidence bound take turns, and so do the whole space and the trust region. Under noise, where LogEI
// can be stuck with a model that explains everything as noise, the bound comes twice as often. Where very many trials
// are pending, kappa varies so that they differ.
Suggester::Turn Suggester::turn_of(std::uint64_t number, std::size_t pending, RandomStream& random) {
  Turn turn;
  Acquisition& acquisition = turn.acquisition;
  const std::size_t objectives = goal_.maximize.size();
  const std::uint64_t period = surrogate_.is_noisy() ? 3 : 2;
  const std::uint64_t round = number / period;
  turn.local = pending >= kManyPending ? round % 5 != 0 : round % 2 == 1;

  acquisition.constraints = goal_.constraint_count;
  acquisition.has_failures = surrogate_.failure_model() == FailureModel::modelled;
  acquisition.target_range = surrogate_.target_range();
  acquisition.kappa = pending >= kVeryManyPending ? log_uniform(0.1, 4, random.uniform()) : kKappa;
  acquisition.criterion = number % period == 0 ? Criterion::log_expected_improvement : Criterion::confidence_bound;
  if (objectives > 1) {
    acquisition.criterion = Criterion::confidence_bound;
    acquisition.kappa = log_uniform(0.1, 4, random.uniform());
    acquisition.scales = surrogate_.front_scales(random_weights(objectives, random));
  }
  if (!belief_.is_empty()) {
    acquisition.belief = &belief_;
    acquisition.belief_weight = kBeliefWeight / static_cast<double>(1 + history_.completed());
  }
  const std::optional<double> incumbent = surrogate_.incumbent();
  acquisition.incumbent = incumbent.value_or(0);
  if (!incumbent) acquisition.criterion = Criterion::feasibility;
  return turn;
}

// Every other time that the region had shrunk to nothing, it opens around a good point on another hill.
Box Suggester::box_of(const Turn& turn, const std::vector<std::size_t>& best) {
  if (!turn.local) return Box::whole(encoding_.size());
  return region_.around(surrogate_.row(best.front()).point, encoding_,
                        surrogate_.objective().hyperparameters().length_scale);
}

std::optional<plugin::Suggestion> Suggester::suggest_by_model(const plugin::Ask& ask, std::size_t index, Burst& burst) {
  const std::uint64_t number = ask.suggested + index;
  RandomStream random(hash(hash(hash(seed_, kSearch), ask.number), number));
  const Turn turn = turn_of(number, ask.pending.size() + index, random);

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
  const Box box = box_of(turn, best);
  CandidateSource source(encoding_, centres, surrogate_.objective().hyperparameters().length_scale,
                         RandomStream(random.bits()));

  const bool few_rows = surrogate_.rows() <= kFewRows;
  SearchEffort effort{few_rows ? std::size_t{4} : std::size_t{3}, few_rows ? 40 : 20, 3, true};
  std::size_t candidates = few_rows ? kManyCandidates : kCandidates;
  if (burst.shares) {
    effort = {1, 6, 1, false};
    candidates = kBurstCandidates;
  }

  Burst::Shared own;
  Burst::Shared& shared = burst.shares ? burst.shared[turn.local ? 1 : 0] : own;
  if (shared.uses % kUsesOfCandidates == 0) {
    std::vector<Point> points = free_points_of_small_space();
    if (points.empty()) points = turn.local ? source.in_box(box, candidates) : source.over_the_space(candidates);
    shared.pool.emplace(std::move(points), surrogate_.processes());
  } else {
    shared.pool->follow(surrogate_.processes());
  }
  ++shared.uses;

  Maximizer maximizer(encoding_, surrogate_.processes(), turn.acquisition, box,
                      [this](const Point& point) { return !is_free(point); });
  std::optional<Candidate> found = maximizer.best(*shared.pool, source, effort);
  if (!found) return {};
  plugin::Suggestion suggestion{.configuration = found->point.configuration, .note = note_of(*found, turn)};
  pending_points_.push_back(std::move(found->point));
  if (index + 1 < ask.want && !surrogate_.add_pending(pending_points_.back())) {
    std::vector<const Point*> pending;
    for (const Point& point : pending_points_) pending.push_back(&point);
    surrogate_.set_pending(std::move(pending));
    burst.shared = {};  // the pools follow the fantasies that were
  }
  return suggestion;
}

std::vector<Point> Suggester::free_points_of_small_space() {
  std::vector<Point> points;
  if (!(encoding_.space().cells() <= kMostEnumerated)) return points;
  if (all_points_.empty()) {
    std::vector<Axis> axes;
    for (std::size_t j = 0; j < encoding_.size(); ++j) axes.push_back(full_axis(encoding_.space()[j]));
    GridWalk walk(encoding_.space(), axes);
    do {
      if (encoding_.space().contains(walk.configuration()))
        all_points_.push_back(encoding_.from_configuration(walk.configuration()));
    } while (walk.advance());
  }
  for (const Point& point : all_points_)
    if (is_free(point)) points.push_back(point);
  return points;
}

std::string Suggester::note_of(const Candidate& candidate, const Turn& turn) {
  return note(candidate, turn.acquisition, turn.local, surrogate_, goal_);
}

std::string Suggester::describe_model() {
  surrogate_.update(history_);
  return bayes::describe_model(surrogate_, encoding_, history_, goal_, region_.side());
}

}  // namespace tuner::strategies::bayes
