#include "storage/owner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "core/error.h"
#include "storage/process_identity.h"
#include "tests/storage/study_fixture.h"

namespace tuner {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

ProcessIdentity somebody() {
  return {.host = "a",
          .machine_id = "machine a",
          .boot_id = "boot 1",
          .pid_namespace = "pid:[1]",
          .pid = 100,
          .start_ticks = 5000,
          .slurm_job = "",
          .slurm_restarts = 0};
}

// As if no process ran, or one with that pid that started then.
std::optional<std::uint64_t> nobody_runs(std::int64_t) {
  return std::nullopt;
}
std::optional<std::uint64_t> started_at_5000(std::int64_t) {
  return 5000;
}
std::optional<std::uint64_t> started_at_9000(std::int64_t) {
  return 9000;
}

TEST(ProcessIdentity, AProcessThatEndedOnThisMachineIsGone) {
  const auto me = somebody();

  EXPECT_TRUE(is_gone(somebody(), me, nobody_runs));
  EXPECT_TRUE(is_gone(somebody(), me, started_at_9000)) << "another process has its pid";
  EXPECT_FALSE(is_gone(somebody(), me, started_at_5000));
}

TEST(ProcessIdentity, AProcessBeforeTheLastBootIsGone) {
  auto me = somebody();
  me.boot_id = "boot 2";

  EXPECT_TRUE(is_gone(somebody(), me, started_at_5000));
  me.machine_id = "machine b";
  EXPECT_FALSE(is_gone(somebody(), me, nobody_runs)) << "another machine of the same name";
}

TEST(ProcessIdentity, NothingIsKnownOfProcessesElsewhere) {
  auto elsewhere = somebody();
  elsewhere.host = "b";
  elsewhere.machine_id = "machine b";
  elsewhere.boot_id = "boot 7";
  auto other_container = somebody();
  other_container.pid_namespace = "pid:[2]";

  EXPECT_FALSE(is_gone(elsewhere, somebody(), nobody_runs));
  EXPECT_FALSE(is_gone(other_container, somebody(), nobody_runs));
  EXPECT_FALSE(is_gone({}, somebody(), nobody_runs));
}

TEST(ProcessIdentity, AJobThatSlurmStartedAgainIsGoneWhereverItWas) {
  auto before = somebody();
  before.host = "b";
  before.boot_id = "boot 7";
  before.slurm_job = "77@cluster";
  auto now = somebody();
  now.slurm_job = "77@cluster";

  EXPECT_FALSE(is_gone(before, now, nobody_runs)) << "the same run of the same job";
  now.slurm_restarts = 1;
  EXPECT_TRUE(is_gone(before, now, nobody_runs));
  now.slurm_job = "78@cluster";
  EXPECT_FALSE(is_gone(before, now, nobody_runs));
}

TEST(ProcessIdentity, ThisProcessIsNotGone) {
  const auto me = this_process();

  EXPECT_EQ(me.pid, ::getpid());
  EXPECT_FALSE(me.host.empty());
  EXPECT_FALSE(is_gone(me, me));
}

TEST(ProcessIdentity, AZombieIsGone) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  auto identity = this_process();
  identity.pid = child;
  // Until it is a zombie; it stays one, because nobody waits for it.
  while (start_ticks_of(child)) ::usleep(100);

  EXPECT_TRUE(is_gone(identity, this_process()));
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(is_gone(identity, this_process()));
}

class OwnerTest : public testing::Test {
 protected:
  std::unique_ptr<Owner> acquire(const ProcessIdentity& me = this_process()) {
    return Owner::acquire({.files = system_files(), .names = names_, .expiry_s = 120, .me = me});
  }
  // A process of another host, of which nothing can be known.
  static ProcessIdentity elsewhere() { return somebody(); }
  void let_owner_be_silent_for(std::chrono::seconds time) {
    std::filesystem::last_write_time(names_.owner(), std::filesystem::last_write_time(names_.owner()) - time);
  }
  static double seconds_of(const std::filesystem::path& path) {
    FileFacts facts;
    system_files().facts(path, facts);
    return 1e-9 * static_cast<double>(facts.modified_ns);
  }
  void write_owner(const std::string& text) { std::ofstream(names_.owner()) << text; }

  TemporaryFolder folder_;
  StudyFiles names_{folder_ / "study.h5"};
};

TEST_F(OwnerTest, AFreeStudyIsTakenAndReleased) {
  auto owner = acquire();
  EXPECT_NO_THROW(owner->require());
  EXPECT_FALSE(owner->replaced());

  owner.reset();

  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(OwnerTest, ALivingOwnerIsNamedToTheSecond) {
  const auto first = acquire();

  try {
    acquire();
    FAIL() << "two processes own the study";
  } catch (const Interrupted& error) {
    EXPECT_THAT(error.what(), HasSubstr("pid " + std::to_string(::getpid())));
    EXPECT_THAT(error.what(), HasSubstr(names_.study().string()));
  }
  EXPECT_NO_THROW(first->require());
}

TEST_F(OwnerTest, AnOwnerElsewhereIsKeptUntilItWasSilentForTheStatedTime) {
  const auto first = acquire(elsewhere());

  EXPECT_THROW(acquire(), Interrupted);
  let_owner_be_silent_for(std::chrono::seconds(60));
  EXPECT_THROW(acquire(), Interrupted);
  let_owner_be_silent_for(std::chrono::seconds(70));
  const auto second = acquire();

  EXPECT_THAT(second->replaced().value_or(""), HasSubstr("host a, pid 100"));
  EXPECT_NO_THROW(second->require());
  EXPECT_THROW(first->require(), OwnerReplaced);
}

TEST_F(OwnerTest, ASignOfLifeStartsTheTimeAnew) {
  const auto first = acquire(elsewhere());
  let_owner_be_silent_for(std::chrono::seconds(130));

  first->refresh();

  EXPECT_THROW(acquire(), Interrupted);
}

TEST_F(OwnerTest, ADeadOwnerIsReplacedAtOnce) {
  auto dead = this_process();
  dead.start_ticks += 1;
  const auto first = acquire(dead);

  const auto second = acquire();

  EXPECT_NO_THROW(second->require());
  EXPECT_THROW(first->require(), OwnerReplaced);
}

TEST_F(OwnerTest, AReplacedOwnerTakesNothingAwayWhenItEnds) {
  auto first = acquire(elsewhere());
  let_owner_be_silent_for(std::chrono::seconds(130));
  const auto second = acquire();

  first->refresh();
  first.reset();

  EXPECT_NO_THROW(second->require());
}

TEST_F(OwnerTest, TemporaryFilesOfEarlierOwnersAreRemoved) {
  const auto first = acquire(elsewhere());
  const auto left = names_.temporary(first->token());
  std::ofstream(left) << "half a checkpoint";
  let_owner_be_silent_for(std::chrono::seconds(130));

  const auto second = acquire();

  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_THAT(names_.temporaries(), IsEmpty());
}

TEST_F(OwnerTest, AnUnreadableOwnerIsKeptUntilItWasSilent) {
  for (const char* text : {"", "{", "[]", R"({"token": 3})", R"({"pid": "x", "host": {}})"}) {
    write_owner(text);

    EXPECT_THROW(acquire(), Interrupted) << text;
    let_owner_be_silent_for(std::chrono::seconds(130));
    EXPECT_NO_THROW(acquire()) << text;
  }
}

TEST_F(OwnerTest, TheLastSignOfLifeIsOfOwnerOrJournals) {
  const auto owner = acquire();
  EXPECT_EQ(last_sign_of_life(system_files(), names_), 0) << "there is no study";
  std::ofstream(names_.study()) << "study";
  EXPECT_EQ(last_sign_of_life(system_files(), names_), seconds_of(names_.owner()));

  std::ofstream(names_.journal(1)) << "journal";
  let_owner_be_silent_for(std::chrono::seconds(10));

  EXPECT_EQ(last_sign_of_life(system_files(), names_), seconds_of(names_.journal(1)));
}

TEST_F(OwnerTest, LookingChangesNothing) {
  EXPECT_FALSE(look_at_owner(system_files(), names_));
  const auto owner = acquire();

  const auto sight = look_at_owner(system_files(), names_);

  ASSERT_TRUE(sight);
  EXPECT_FALSE(sight->gone);
  EXPECT_THAT(sight->description, HasSubstr(this_process().host));
  EXPECT_NO_THROW(owner->require());
}

}  // namespace
}  // namespace tuner
