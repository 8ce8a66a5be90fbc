// The guard from outside: what is left when the rank dies without a word.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/mpi_runner/plugin_host/host_testing.h"

namespace tuner::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

// Runs the program plugin_host_rank, a rank with two hosts that work, until it says that they do.
class Rank {
 public:
  Rank() {
    int fds[2];
    EXPECT_EQ(pipe(fds), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(fds[1], 1);
      execl(TUNER_RANK_PROGRAM, "plugin_host_rank", nullptr);
      _exit(127);
    }
    close(fds[1]);
    char ready = 0;
    EXPECT_EQ(read(fds[0], &ready, 1), 1);
    close(fds[0]);
  }
  void kill_it() const {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

TEST(Guard, NothingOutlivesARankThatIsKilled) {
  const Descendants descendants("rank");
  const Rank rank;
  ASSERT_THAT(descendants.running(), Not(IsEmpty()));

  rank.kill_it();

  EXPECT_THAT(descendants.left(), IsEmpty());
}

}  // namespace
}  // namespace tuner::testing
