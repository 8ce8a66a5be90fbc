#include "mpi_runner/transport.h"

#define OMPI_SKIP_MPICXX 1  // the C++ bindings are long deprecated and do not compile without warnings
#include <mpi.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <list>
#include <utility>

namespace tuner {
namespace {

constexpr int kTag = 1;

bool started_by_launcher() {
  constexpr std::array kLauncherVariables = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
  return std::any_of(kLauncherVariables.begin(), kLauncherVariables.end(),
                     [](const char* name) { return std::getenv(name) != nullptr; });
}

struct PlaceOnNode {
  int rank = 0;
  int size = 1;
};

PlaceOnNode place_on_node() {
  MPI_Comm node;
  PlaceOnNode place;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &place.rank);
  MPI_Comm_size(node, &place.size);
  MPI_Comm_free(&node);
  return place;
}

volatile sig_atomic_t exit_code_when_patience_ends = 0;

}  // namespace

struct Transport::State {
  struct Sending {
    MPI_Request request;
    Bytes bytes;
  };

  bool joined = false;
  int rank = 0;
  int size = 1;
  PlaceOnNode on_node;
  std::list<Sending> sending;

  void forget_sent() {
    std::erase_if(sending, [](Sending& message) {
      int done = 0;
      MPI_Test(&message.request, &done, MPI_STATUS_IGNORE);
      return done != 0;
    });
  }
};

Transport::Transport() : state_(std::make_unique<State>()) {
  if (!started_by_launcher()) return;
  // Ranks sleep by themselves. Where ranks share cores Open MPI would also yield at each look, which can lose a whole
  // time slice to whoever computes there.
  setenv("OMPI_MCA_mpi_yield_when_idle", "0", 0);
  int provided = 0;
  // Only the main thread talks to MPI; storage has threads of its own.
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &state_->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &state_->size);
  state_->on_node = place_on_node();
  state_->joined = true;
}

Transport::~Transport() {
  leave(5, 1);
}

RankId Transport::rank() const {
  return RankId{static_cast<std::uint64_t>(state_->rank)};
}
std::size_t Transport::size() const {
  return static_cast<std::size_t>(state_->size);
}
std::size_t Transport::ranks_on_node() const {
  return static_cast<std::size_t>(state_->on_node.size);
}
bool Transport::first_on_node() const {
  return state_->on_node.rank == 0;
}

void Transport::send(RankId to, Bytes bytes) {
  state_->forget_sent();
  State::Sending& message = state_->sending.emplace_back(State::Sending{MPI_REQUEST_NULL, std::move(bytes)});
  MPI_Isend(message.bytes.data(), static_cast<int>(message.bytes.size()), MPI_BYTE, static_cast<int>(to.value), kTag,
            MPI_COMM_WORLD, &message.request);
}

std::optional<Envelope> Transport::receive() {
  if (!state_->joined) return std::nullopt;
  int arrived = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &arrived, &status);
  if (arrived == 0) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Envelope envelope{RankId{static_cast<std::uint64_t>(status.MPI_SOURCE)}, Bytes(static_cast<std::size_t>(size))};
  MPI_Recv(envelope.bytes.data(), size, MPI_BYTE, status.MPI_SOURCE, kTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return envelope;
}

void Transport::leave(double patience_s, int exit_code) {
  if (!std::exchange(state_->joined, false)) return;
  exit_code_when_patience_ends = exit_code;
  signal(SIGALRM, [](int) { _exit(exit_code_when_patience_ends); });
  alarm(static_cast<unsigned>(std::max(1.0, patience_s)));
  for (State::Sending& message : state_->sending) MPI_Wait(&message.request, MPI_STATUS_IGNORE);
  MPI_Finalize();
  alarm(0);
}

std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int size = 0;
  MPI_Get_library_version(text.data(), &size);
  const std::string version(text.data(), static_cast<std::size_t>(size));
  return version.substr(0, version.find(','));
}

}  // namespace tuner
