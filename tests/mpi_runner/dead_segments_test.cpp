#include "mpi_runner/dead_segments.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

namespace tuner {
namespace {

namespace fs = std::filesystem;

pid_t ended_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

class DeadSegments : public ::testing::Test {
 protected:
  DeadSegments() { fs::create_directories(folder_); }
  ~DeadSegments() override { fs::remove_all(folder_); }

  fs::path segment(const std::string& name, std::int32_t creator) {
    const std::int32_t header[] = {0, creator};
    std::ofstream(folder_ / name, std::ios::binary).write(reinterpret_cast<const char*>(header), sizeof header);
    return folder_ / name;
  }
  std::size_t remove() { return remove_dead_segments(folder_, "n1", getuid()); }

  fs::path folder_ = fs::temp_directory_path() / ("tuner-segments-" + std::to_string(getpid()));
  std::string mine_ = "vader_segment.n1." + std::to_string(getuid()) + ".";
};

TEST_F(DeadSegments, ThoseOfDeadProcessesAreRemoved) {
  const fs::path dead = segment(mine_ + "3c0d0001.0", ended_process());

  EXPECT_EQ(remove(), 1U);
  EXPECT_FALSE(fs::exists(dead));
}

TEST_F(DeadSegments, AZombieIsDead) {
  const pid_t zombie = fork();
  if (zombie == 0) _exit(0);
  siginfo_t ended{};
  waitid(P_PID, static_cast<id_t>(zombie), &ended, WEXITED | WNOWAIT);
  segment(mine_ + "3c0d0001.0", zombie);

  EXPECT_EQ(remove(), 1U);
  waitpid(zombie, nullptr, 0);
}

TEST_F(DeadSegments, ThoseOfOtherHostsUsersAndProgramsAreKept) {
  const pid_t dead = ended_process();
  const std::vector<std::string> names = {"vader_segment.n12.0.1.0", "vader_segment.n1.4711.1.0", "psm_" + mine_};
  for (const std::string& name : names) segment(name, dead);
  segment(mine_ + "1.0", 0);  // is being made

  EXPECT_EQ(remove(), 0U);
}

TEST_F(DeadSegments, TheOneOfALiveProcessIsKeptAndThatOfItsNumbersEarlierOwnerIsNot) {
  const fs::path live = segment(mine_ + "1.0", getpid());
  const fs::path earlier = segment(mine_ + "2.0", getpid());
  const int file = open(live.c_str(), O_RDWR);
  void* memory = mmap(nullptr, 8, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  ASSERT_NE(memory, MAP_FAILED);

  EXPECT_EQ(remove(), 1U);
  EXPECT_TRUE(fs::exists(live));
  EXPECT_FALSE(fs::exists(earlier));
  munmap(memory, 8);
}

}  // namespace
}  // namespace tuner
