#include "mpi_runner/replay.h"

#include <fmt/ostream.h>

#include <memory>

#include "core/error.h"
#include "mpi_runner/commands/command.h"
#include "mpi_runner/commands/commands.h"
#include "mpi_runner/commands/open_study.h"
#include "mpi_runner/commands/recorded_strategy.h"
#include "mpi_runner/machine.h"
#include "mpi_runner/text.h"
#include "storage/event_codec.h"

namespace tuner {
namespace {

constexpr int kDiffers = 3;

// The study's strategy in plugin hosts of its own.
class HostedStrategy : public ReplayStrategy {
 public:
  explicit HostedStrategy(StrategySetup setup) : setup_(std::move(setup)) {}

  void start() override { host_ = std::make_unique<StrategyHost>(setup_); }
  void tell(const Study& study, std::span<const TrialId> results) override { host_->tell(study, results); }
  void ask(const Study& study, const AskCall& call) override {
    asked_ = call.ask;
    host_->ask(study, call);
  }
  StrategyAnswer answer() override {
    try {
      return host_->wait();
    } catch (const PluginError& error) {
      throw PluginError(fmt::format("{} (at ask {}, which it once answered)", error.what(), asked_.value));
    }
  }

 private:
  StrategySetup setup_;
  std::unique_ptr<StrategyHost> host_;
  AskNumber asked_;
};

void print(std::ostream& out, const ReplayReport& report) {
  const std::uint64_t compared = report.equal + report.differing;
  fmt::print(out, "{} in {}: {}\n", count_text(compared, "suggestion"), count_text(report.epochs, "epoch"),
             report.differing == 0
                 ? "all equal"
                 : fmt::format("{} equal, {} differ", count_text(report.equal), count_text(report.differing)));
  for (const std::string& difference : report.differences) fmt::print(out, "  {}\n", escaped(difference));
  if (report.incomparables.empty()) return;
  fmt::print(out, "{} not comparable (made on another machine or by another build)\n",
             count_text(report.not_comparable, "more suggestion"));
  for (const std::string& why : report.incomparables) fmt::print(out, "  {}\n", escaped(why));
}

}  // namespace

int replay_command(const CommandCall& call) {
  const auto values = read_options(call, recorded_strategy_options(), {"study"});
  if (!values) return 0;
  const LoadedStudy loaded = open_study((*values)["study"].as<std::string>());
  const RecordedStrategy recorded = load_recorded_strategy(loaded.study.definition(), *values);

  HostedStrategy strategy(recorded.setup);
  Replay replay(strategy, epoch_facts(1, 1, {}, recorded.sha256, ""));
  for_each_event(loaded.log.snapshot(), [&](Sequence, auto bytes) { replay.apply(decode(bytes)); });
  print(call.out, replay.report());
  return replay.report().differing == 0 ? code_of(loaded) : kDiffers;
}

}  // namespace tuner
