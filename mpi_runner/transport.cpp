#include "mpi_runner/transport.h"

#define OMPI_SKIP_MPICXX 1  // the C++ bindings are long deprecated and do not compile without warnings
#include <fmt/format.h>
#include <mpi.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <list>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mpi_runner/exit_code.h"

namespace tuner {
struct OnNode {
  int rank = 0;         // among those of the node
  int manager_pid = 0;  // 0 = the manager is on another node
  std::vector<std::string> introductions;
};

namespace {

constexpr int kTag = 1;

bool started_by_launcher() {
  constexpr std::array kLauncherVariables = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
  return std::any_of(kLauncherVariables.begin(), kLauncherVariables.end(),
                     [](const char* name) { return std::getenv(name) != nullptr; });
}

std::vector<std::string> exchanged(std::string introduction, MPI_Comm node) {
  int ranks = 0;
  MPI_Comm_size(node, &ranks);
  int longest = static_cast<int>(introduction.size());
  MPI_Allreduce(MPI_IN_PLACE, &longest, 1, MPI_INT, MPI_MAX, node);
  const auto width = static_cast<std::size_t>(longest) + 1;  // each ends with zeros
  introduction.resize(width);
  std::string all(width * static_cast<std::size_t>(ranks), '\0');
  MPI_Allgather(introduction.data(), longest + 1, MPI_CHAR, all.data(), longest + 1, MPI_CHAR, node);
  std::vector<std::string> introductions;
  for (std::size_t at = 0; at < all.size(); at += width) introductions.emplace_back(all.data() + at);
  return introductions;
}

OnNode meet_ranks_on_node(int world_rank, std::string introduction) {
  MPI_Comm node;
  OnNode found;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &found.rank);
  // Rank 0 is the first of its node.
  if (world_rank == 0) found.manager_pid = getpid();
  MPI_Bcast(&found.manager_pid, 1, MPI_INT, 0, node);
  found.introductions = exchanged(std::move(introduction), node);
  MPI_Comm_free(&node);
  return found;
}

// Open MPI removes its segments in /dev/shm at the end of the job, so not where that is killed. All ranks of the node
// have opened all of them once one rank has the result of a collective over the node, and need their names no longer:
// they are removed here. Returns the name of this rank's own; empty where there is none.
std::string unlink_shared_memory(int rank_on_node) {
  constexpr std::string_view kRemoved = " (deleted)";  // by another rank
  std::string own;
  std::ifstream mappings("/proc/self/maps");
  for (std::string line; std::getline(mappings, line);) {
    if (line.find("/vader_segment.") == std::string::npos) continue;
    std::string segment = line.substr(line.find('/'));
    if (segment.ends_with(kRemoved)) segment.resize(segment.size() - kRemoved.size());
    std::error_code already_gone;
    std::filesystem::remove(segment, already_gone);
    if (segment.ends_with(fmt::format(".{}", rank_on_node))) own = std::move(segment);
  }
  return own;
}

volatile sig_atomic_t exit_code_when_patience_ends = 0;
volatile sig_atomic_t launcher_of_manager = 0;  // 0 = of another rank, or no launcher of this node

// The process ends after so long, unless what it waits for is done before.
class Patience {
 public:
  Patience(double seconds, void (*on_end)(int)) {
    signal(SIGALRM, on_end);
    alarm(static_cast<unsigned>(std::ceil(std::max(1.0, seconds))));
  }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;
  ~Patience() { alarm(0); }
};

// mpirun waits for all its ranks, also for one that was stopped and will never leave; told to end, it kills them.
void give_up_leaving(int) {
  if (launcher_of_manager != 0 && getppid() == launcher_of_manager) kill(launcher_of_manager, SIGTERM);
  _exit(exit_code_when_patience_ends);
}

int launcher_pid() {
  std::ifstream name(fmt::format("/proc/{}/comm", getppid()));
  std::string text;
  name >> text;
  return text == "mpirun" || text == "orterun" || text == "mpiexec" ? getppid() : 0;
}

void give_up_joining(int) {
  constexpr std::string_view kMessage =
      "tuner: not all ranks came together (one has died, or took longer than a minute and twice --rank-timeout); "
      "nothing was done\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kMessage.data(), kMessage.size());
  _exit(kResumable);
}

}  // namespace

struct Transport::State {
  struct Sending {
    MPI_Request request;
    Bytes bytes;
  };

  bool joined = false;
  int rank = 0;
  int size = 1;
  OnNode on_node;
  std::string shared_memory;  // name of Open MPI's segment, which is removed
  std::list<Sending> sending;

  void forget_sent() {
    std::erase_if(sending, [](Sending& message) {
      int done = 0;
      MPI_Test(&message.request, &done, MPI_STATUS_IGNORE);
      return done != 0;
    });
  }
};

Transport::Transport(double patience_s, std::string introduction) : state_(std::make_unique<State>()) {
  state_->on_node.introductions = {introduction};
  if (!started_by_launcher()) return;
  // Ranks sleep by themselves. Where ranks share cores Open MPI would also yield at each look, which can lose a whole
  // time slice to whoever computes there.
  setenv("OMPI_MCA_mpi_yield_when_idle", "0", 0);
  int provided = 0;
  // Under mpirun --enable-recovery MPI_Init waits for ever for a rank that died in it.
  const Patience patience(patience_s, give_up_joining);
  // Only the main thread talks to MPI; storage has threads of its own.
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &state_->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &state_->size);
  state_->on_node = meet_ranks_on_node(state_->rank, std::move(introduction));
  state_->shared_memory = unlink_shared_memory(state_->on_node.rank);
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
const std::vector<std::string>& Transport::introductions_on_node() const {
  return state_->on_node.introductions;
}
std::size_t Transport::rank_on_node() const {
  return static_cast<std::size_t>(state_->on_node.rank);
}
bool Transport::manager_died() const {
  return state_->on_node.manager_pid != 0 && kill(state_->on_node.manager_pid, 0) != 0;
}

void Transport::send(RankId to, Bytes bytes) {
  state_->forget_sent();
  State::Sending& message = state_->sending.emplace_back(State::Sending{MPI_REQUEST_NULL, std::move(bytes)});
  MPI_Isend(message.bytes.data(), static_cast<int>(message.bytes.size()), MPI_BYTE, static_cast<int>(to.value), kTag,
            MPI_COMM_WORLD, &message.request);
}

void Transport::send_to_others(const Bytes& bytes) {
  for (std::uint64_t other = 1; other < size(); ++other) send(RankId{other}, bytes);
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
  if (state_->rank == 0) launcher_of_manager = launcher_pid();
  const Patience patience(patience_s, give_up_leaving);
  for (State::Sending& message : state_->sending) MPI_Wait(&message.request, MPI_STATUS_IGNORE);
  // Open MPI complains where it finds nothing to remove.
  if (!state_->shared_memory.empty()) std::ofstream(state_->shared_memory);
  MPI_Finalize();
}

std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int size = 0;
  MPI_Get_library_version(text.data(), &size);
  const std::string version(text.data(), static_cast<std::size_t>(size));
  return version.substr(0, version.find(','));
}

}  // namespace tuner
