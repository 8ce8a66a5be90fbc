// What a plugin host costs a trial: the same evaluate(), called directly and through the host.
#include <benchmark/benchmark.h>
#include <poll.h>

#include <variant>

#include "core/error.h"
#include "core/space_view.h"
#include "mpi_runner/objective_host.h"
#include "mpi_runner/plugin_host/loader.h"

namespace tuner {
namespace {

constexpr std::size_t kParameters = 20;

SearchSpace bench_space() {
  std::string parameters;
  for (std::size_t i = 0; i < kParameters; ++i)
    parameters += (i > 0 ? ", " : "") + std::string(R"({"name": "x)") + std::to_string(i) +
                  R"(", "type": "float", "low": 0, "high": 1})";
  return SearchSpace::from_json("{\"parameters\": [" + parameters + "]}", "the benchmark");
}

void direct_call(benchmark::State& state) {
  const auto table = std::get<tuner_objective_v1_t>(load_plugin(TUNER_BENCH_PLUGIN));
  const SpaceView space(bench_space());
  const tuner_options options{sizeof(tuner_options), 0, nullptr};
  void* instance = nullptr;
  const tuner_text error{nullptr, 0};
  if (table.create(&space.c_space(), &options, &instance, &error) != TUNER_OK) throw PluginError("create failed");
  const std::vector<double> configuration = space.space().defaults();
  tuner_trial trial{};
  trial.struct_size = sizeof trial;
  trial.configuration = configuration.data();
  double value = 0;
  for (auto _ : state) {
    table.evaluate(instance, &trial, &value, nullptr, &error);
    benchmark::DoNotOptimize(value);
  }
  table.destroy(instance);
}

void through_the_host(benchmark::State& state) {
  const SearchSpace space = bench_space();
  ObjectiveHost host({.launch = {.executable = find_host_executable(), .plugin = TUNER_BENCH_PLUGIN},
                      .options = {},
                      .space = space,
                      .goal = {.objectives = {{.name = "value"}}, .constraints = {}, .fidelities = {}},
                      .trials_directory = "."});
  Assignment assignment{.trial = {}, .configuration = space.defaults(), .fidelities = {}, .parent = std::nullopt};
  std::vector<pollfd> fds;
  for (auto _ : state) {
    host.start(assignment);
    ++assignment.trial.value;
    for (bool ended = false; !ended;) {
      fds.clear();
      host.append_poll_fds(fds);
      poll(fds.data(), fds.size(), -1);
      ended = !host.advance().empty();
    }
  }
}

BENCHMARK(direct_call);
BENCHMARK(through_the_host)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tuner

BENCHMARK_MAIN();
