// The trials that one rank evaluates, one after the other, in its plugin host. Never blocks. One thread.
#pragma once

#include <poll.h>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/event.h"
#include "mpi_runner/objective_host.h"
#include "mpi_runner/rank_log.h"

namespace tuner {

class Evaluator {
 public:
  // The log must live as long.
  // `digests`: file → SHA-256 of what hosts read; one that is changed meanwhile is a UserError of advance() where a
  // host has to be started again.
  Evaluator(ObjectiveSetup setup, const std::map<std::string, std::string>& digests, RankLog& log);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  bool ready() const { return host_.ready(); }
  // Before any trial is added; as wait_until_created() of a host.
  void wait_until_created(const std::function<void()>& meanwhile);
  bool idle() const { return !host_.busy() && queue_.empty(); }
  void add(std::vector<Assignment> assignments);

  // What has happened since the last call, and the start of the next trial. While a trial takes long, those behind it
  // are returned, so that another rank can have them. Throws UserError or PluginError when the objective cannot be
  // created.
  std::vector<Event> advance();

  void append_poll_fds(std::vector<pollfd>& descriptors) const { host_.append_poll_fds(descriptors); }
  double next_deadline_in_s() const;

 private:
  void return_queue(std::vector<Event>& events);
  void log_ends(const std::vector<Event>& events);

  RankLog& log_;
  HostLaunch launch_;
  bool begun_ = false;  // a trial was added
  ObjectiveHost host_;
  std::deque<Assignment> queue_;
  double started_s_ = 0;  // the trial that the host is busy with
};

}  // namespace tuner
