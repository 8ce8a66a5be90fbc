// Messages between the ranks of one run: the only part of tuner that knows MPI. Sends never block, receives never wait,
// no collectives after start-up. Without a launcher there is one rank and no MPI at all. One thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"

namespace tuner {

struct Envelope {
  RankId from;
  Bytes bytes;
};

class Transport {
 public:
  // Joins the MPI world when a launcher started this process; exits where that takes longer than `patience_s`.
  // `introduction` is for the other ranks of its node.
  explicit Transport(double patience_s, std::string introduction = {});
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport();

  RankId rank() const;
  std::size_t size() const;
  // Of the ranks on this rank's node, this one included, which is the one at rank_on_node().
  const std::vector<std::string>& introductions_on_node() const;
  std::size_t rank_on_node() const;
  // Rank 0 ran on this node and runs no more. Known at once, also before it has said anything; of a rank 0 elsewhere
  // only its silence tells.
  bool manager_died() const;

  void send(RankId to, Bytes bytes);
  void send_to_others(const Bytes& bytes);  // from rank 0 to all but itself
  std::optional<Envelope> receive();

  // The one way out: waits, at most `patience_s`, for what was sent and for the others, and leaves MPI. A process whose
  // patience ends exits at once with `exit_code`, since a rank that died can keep MPI_Finalize waiting for ever.
  void leave(double patience_s, int exit_code);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "Open MPI v4.1.4 …": for --version.
std::string mpi_version();

}  // namespace tuner
