// The objective `functions`: test functions with known minima, to try a tuner out without training anything.
//
// Formulas, domains and minima: Surjanovic and Bingham, "Virtual Library of Simulation Experiments: Test Functions and
// Datasets", https://www.sfu.ca/~ssurjano/optimization.html.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <chrono>
#include <cmath>
#include <numbers>
#include <thread>

#include "tuner/did_you_mean.h"
#include "tuner/objective.h"

namespace {

namespace tp = tuner::plugin;
using Point = std::span<const double>;
using std::numbers::pi;

double square(double x) {
  return x * x;
}

double sphere(Point x) {
  double sum = 0;
  for (const double xi : x) sum += square(xi);
  return sum;
}

double rosenbrock(Point x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) sum += 100 * square(x[i + 1] - square(x[i])) + square(x[i] - 1);
  return sum;
}

double ackley(Point x) {
  const auto n = static_cast<double>(x.size());
  double cosines = 0;
  for (const double xi : x) cosines += std::cos(2 * pi * xi);
  return -20 * std::exp(-0.2 * std::sqrt(sphere(x) / n)) - std::exp(cosines / n) + 20 + std::numbers::e;
}

double rastrigin(Point x) {
  double sum = 10 * static_cast<double>(x.size());
  for (const double xi : x) sum += square(xi) - 10 * std::cos(2 * pi * xi);
  return sum;
}

double branin(Point x) {
  const double valley = x[1] - 5.1 / (4 * square(pi)) * square(x[0]) + 5 / pi * x[0] - 6;
  return square(valley) + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10;
}

double hartmann6(Point x) {
  constexpr double kAlpha[4] = {1.0, 1.2, 3.0, 3.2};
  constexpr double kA[4][6] = {
      {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double kP[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                               {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                               {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                               {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0;
  for (int i = 0; i < 4; ++i) {
    double exponent = 0;
    for (int j = 0; j < 6; ++j) exponent += kA[i][j] * square(x[static_cast<std::size_t>(j)] - kP[i][j]);
    sum += kAlpha[i] * std::exp(-exponent);
  }
  return -sum;
}

struct Range {
  double low;
  double high;
};

struct Function {
  std::string_view name;
  double (*value)(Point);
  std::size_t dimension;  // 0 = any
  Range first;            // of the first coordinate
  Range others;
};

constexpr std::array kFunctions = {Function{"sphere", sphere, 0, {-5.12, 5.12}, {-5.12, 5.12}},
                                   Function{"rosenbrock", rosenbrock, 0, {-5, 10}, {-5, 10}},
                                   Function{"branin", branin, 2, {-5, 10}, {0, 15}},
                                   Function{"hartmann6", hartmann6, 6, {0, 1}, {0, 1}},
                                   Function{"ackley", ackley, 0, {-32.768, 32.768}, {-32.768, 32.768}},
                                   Function{"rastrigin", rastrigin, 0, {-5.12, 5.12}, {-5.12, 5.12}}};

const Function& chosen_function(const tp::Options& options) {
  const std::string_view name = options.text("function");
  std::vector<std::string> names;
  for (const Function& function : kFunctions) {
    if (function.name == name) return function;
    names.emplace_back(function.name);
  }
  throw tp::UserMistake(fmt::format("option function = '{}' is not known.{}", name, tp::did_you_mean(name, names)));
}

std::size_t chosen_dimension(const tp::Options& options) {
  constexpr std::int64_t kUsual = 2;
  const Function& function = chosen_function(options);
  const std::int64_t wanted = options.integer("dimension");
  const auto own = static_cast<std::int64_t>(function.dimension);
  const std::int64_t least = function.name == "rosenbrock" ? 2 : 1;
  if (own != 0 && wanted != 0 && wanted != own)
    throw tp::UserMistake(fmt::format("option dimension = {}: {} always has {}", wanted, function.name, own));
  const std::int64_t dimension = own != 0 ? own : wanted == 0 ? kUsual : wanted;
  if (dimension < least || dimension > 10'000)
    throw tp::UserMistake(fmt::format("option dimension = {} is outside [{}, 10000]", wanted, least));
  return static_cast<std::size_t>(dimension);
}

double at_least_zero(const tp::Options& options, std::string_view name) {
  const double value = options.real(name);
  if (!(value >= 0)) throw tp::UserMistake(fmt::format("option {} = {} is below 0", name, options.text(name)));
  return value;
}

class Functions {
 public:
  static tp::ObjectiveDescription describe() {
    using enum tp::OptionType;
    return {.name = "functions",
            .summary = "analytic test functions with known minima",
            .options = {
                {.name = "function",
                 .default_value = "branin",
                 .help = "sphere, rosenbrock, ackley, rastrigin (minimum 0; at 1, …, 1 for rosenbrock, else at "
                         "0, …, 0), branin (minimum 0.397887 at (pi, 2.275) and two more), hartmann6 (minimum "
                         "-3.32237 at (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573))"},
                {.name = "dimension", .type = integer, .default_value = "0", .help = "0 = the function's own, or 2"},
                {.name = "noise_sd", .type = real, .default_value = "0", .help = "of Gaussian noise, by trial"},
                {.name = "sleep_ms",
                 .type = real,
                 .default_value = "0",
                 .help = "pretended training time of each trial in milliseconds",
                 .identity = false},
                {.name = "sleep_growth",
                 .type = real,
                 .default_value = "1",
                 .help = "so many times longer where x1 is at its upper bound, in proportion between",
                 .identity = false},
                {.name = "sleep_spread",
                 .type = real,
                 .default_value = "0",
                 .help = "that time differs by up to this part either way, by trial",
                 .identity = false}}};
  }

  static std::string space(const tp::Options& options) {
    const Function& function = chosen_function(options);
    std::string parameters;
    for (std::size_t i = 0; i < chosen_dimension(options); ++i) {
      const Range range = i == 0 ? function.first : function.others;
      parameters += fmt::format(R"({}{{"name": "x{}", "type": "float", "low": {}, "high": {}}})", i == 0 ? "" : ", ",
                                i + 1, range.low, range.high);
    }
    return fmt::format(R"({{"parameters": [{}]}})", parameters);
  }

  Functions(const tp::Space& space, const tp::Options& options)
      : function_(chosen_function(options)),
        noise_sd_(at_least_zero(options, "noise_sd")),
        sleep_ms_(at_least_zero(options, "sleep_ms")),
        sleep_growth_(at_least_zero(options, "sleep_growth")),
        sleep_spread_(at_least_zero(options, "sleep_spread")) {
    if (space.size() != chosen_dimension(options))
      throw tp::UserMistake(fmt::format("the search space has {} parameters, {} needs {}", space.size(), function_.name,
                                        chosen_dimension(options)));
  }

  tp::Result evaluate(const tp::Trial& trial) const {
    pretend_to_train(trial);
    const double value = function_.value(trial.values());
    if (noise_sd_ == 0) return value;
    boost::random::mt19937_64 engine(trial.seed());
    return value + boost::random::normal_distribution<>(0, noise_sd_)(engine);
  }

 private:
  double sleep_ms(const tp::Trial& trial) const {
    const double position = (trial.values()[0] - function_.first.low) / (function_.first.high - function_.first.low);
    boost::random::mt19937_64 engine(trial.seed());
    const double luck = boost::random::uniform_real_distribution<>(-1, 1)(engine);
    return sleep_ms_ * std::lerp(1, sleep_growth_, position) * (1 + sleep_spread_ * luck);
  }

  void pretend_to_train(const tp::Trial& trial) const {
    constexpr double kLongestNap = 20;  // milliseconds between two questions whether to stop
    if (sleep_ms_ == 0) return;
    for (double left = sleep_ms(trial); left > 0; left -= kLongestNap) {
      if (trial.should_stop()) throw tp::Pruned();
      std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(std::min(left, kLongestNap)));
    }
  }

  const Function& function_;
  double noise_sd_;
  double sleep_ms_;
  double sleep_growth_;
  double sleep_spread_;
};

}  // namespace

TUNER_OBJECTIVE(Functions)
