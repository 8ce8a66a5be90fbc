// What the strategy says, and what happens when it fails or has nothing to say.
#include <fmt/format.h>

#include "core/error.h"
#include "core/suggestion_queue.h"
#include "mpi_runner/manager.h"

namespace tuner {

bool Manager::hear_strategy() {
  if (restart_strategy_ || strategy_failure_) return false;
  try {
    const std::optional<Event> event = strategy_.poll(study());
    if (event) hear(*event);
    return event.has_value();
  } catch (const PluginError& error) {
    give_up_strategy(error.what());
  } catch (const UserError& error) {  // of its options, which it did not find wrong at first
    give_up_strategy(error.what());
  }
  return true;
}

void Manager::hear(const Event& event) {
  if (const auto* restarted = std::get_if<StrategyRestarted>(&event)) {
    progress_.notice(restarted->reason + "; starting it again");
    restart_strategy_ = true;
  }
  if (const auto* answered = std::get_if<Answered>(&event); answered && !said_repeat_) {
    const std::optional<Repeat> repeat = repeat_of_pending(study(), answered->trials);
    if (repeat)
      progress_.notice(
          fmt::format("strategy '{}' suggests trial {} again, which is not finished, as trial {} "
                      "(it is run again, with another seed; this is said once)",
                      study().definition().strategy.name, repeat->of.value, repeat->trial.value));
    said_repeat_ = repeat.has_value();
  }
  record(event);
}

void Manager::give_up_strategy(const std::string& why) {
  strategy_failure_ = why;
  strategy_.abandon();
  if (plan_.on_strategy_failure != OnStrategyFailure::fallback) return;
  progress_.notice(why + "; going on with points drawn at random");
  record(StrategyRestarted{why});
}

void Manager::on_stuck_strategy() {
  try {
    hear(strategy_.failed(fmt::format("strategy '{}' suggests nothing although it knows every result",
                                      study().definition().strategy.name)));
  } catch (const PluginError& error) {
    give_up_strategy(error.what());
  }
}

}  // namespace tuner
