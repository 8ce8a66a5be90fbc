#include "mpi_runner/doctor/judge.h"

#include <gmock/gmock.h>

#include "mpi_runner/placement.h"

namespace tuner {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using Level = Finding::Level;

RankReport healthy(std::uint64_t rank, const std::string& host = "n1") {
  RankReport report;
  report.rank = rank;
  report.host = host;
  report.build = "b";
  const auto core = static_cast<std::uint32_t>(2 * rank);
  report.resources = to_text(RankResources{{core, core + 1}, "", {}, false});
  report.memory_bytes = std::uint64_t{64} << 30;
  report.folder = {.error = {},
                   .type = "nfs",
                   .sync_ms = 3,
                   .locks = true,
                   .free_bytes = std::uint64_t{1} << 40,
                   .free_files = 1'000'000,
                   .sees_rank_0 = true};
  report.plugin = {.error = {}, .version = "1.0", .sha256 = "p"};
  return report;
}

class Doctor : public ::testing::Test {
 protected:
  Findings findings() const { return judge(reports_, job_); }

  auto finds(Level level, const std::string& check, const std::string& what) const {
    return Contains(
        AllOf(Field(&Finding::level, level), Field(&Finding::check, check), Field(&Finding::what, HasSubstr(what))));
  }

  std::vector<RankReport> reports_{healthy(0), healthy(1), healthy(2, "n2")};
  ExaminedJob job_{.ranks = 3, .variables = {}, .line = {}};
};

TEST_F(Doctor, FindsNothingWhereAllIsWell) {
  EXPECT_THAT(findings(), Each(Field(&Finding::level, Level::ok)));
  EXPECT_THAT(findings(), finds(Level::ok, "launcher", "3 ranks on 2 nodes"));
  EXPECT_THAT(findings(), finds(Level::ok, "cores", "2 threads a trial"));
}

TEST_F(Doctor, KnowsASrunThatStartsEachTaskByItself) {
  reports_.resize(1);
  job_.ranks = 1;
  job_.variables = {{"SLURM_NTASKS", "4"}};

  EXPECT_THAT(findings(), finds(Level::problem, "launcher", "1 rank, although the allocation has 4 tasks"));
}

TEST_F(Doctor, MissesRanksThatDidNotReport) {
  job_.ranks = 5;

  EXPECT_THAT(findings(), finds(Level::problem, "launcher", "2 of 5 ranks did not report in time"));
}

TEST_F(Doctor, NamesTheRankWithAnotherBuild) {
  reports_[2].build = "c";

  EXPECT_THAT(findings(), finds(Level::problem, "launcher", "rank 2 on n2 runs another build"));
}

TEST_F(Doctor, NamesTheNodeWhoseRanksShareTooFewCores) {
  reports_[0].resources = reports_[1].resources = to_text(RankResources{{0}, "", {}, false});

  EXPECT_THAT(findings(), finds(Level::warning, "cores", "on n1: 2 ranks share 1 cores"));
}

TEST_F(Doctor, KnowsTheLimitOfAControlGroup) {
  reports_[2].cpu_limit = 1.5;

  EXPECT_THAT(findings(), finds(Level::warning, "cores", "on n2: the control group grants the time of 1.5 of 2 cores"));
}

TEST_F(Doctor, AsksForNoMoreOfAControlGroupThanTheThreadsThatAreUsed) {
  reports_[2].cpu_limit = 1.5;
  job_.threads = 1;

  EXPECT_THAT(findings(), finds(Level::ok, "cores", "1 threads a trial"));
}

TEST_F(Doctor, ComparesTheThreadsOfTheRunWithTheCoresOfARank) {
  job_.threads = 64;

  EXPECT_THAT(findings(), finds(Level::warning, "cores", "on n2: 64 threads a trial, although there are cores for 2"));
  EXPECT_THAT(findings(), Not(finds(Level::ok, "cores", "")));
}

TEST_F(Doctor, KnowsTheCoresThatSlurmGrantsATask) {
  job_.variables = {{"SLURM_CPUS_PER_TASK", "1"}};

  EXPECT_THAT(findings(), finds(Level::warning, "cores", "2 threads a trial, although SLURM grants a task 1 core"));
}

TEST_F(Doctor, MissesTheCoresThatALauncherKeepsFromARank) {
  reports_[1].resources = to_text(RankResources{{2}, "", {}, false});
  const auto misses_one = finds(Level::warning, "cores", "a rank may use 1 core, although SLURM grants it 2");

  job_.variables = {{"SLURM_CPUS_PER_TASK", "2"}};
  EXPECT_THAT(findings(), misses_one);
  job_.variables = {{"SLURM_JOB_CPUS_PER_NODE", "4(x2)"}};
  EXPECT_THAT(findings(), misses_one);
  job_.variables = {{"SLURM_JOB_CPUS_PER_NODE", "2(x2)"}};
  EXPECT_THAT(findings(), Not(misses_one));
}

TEST_F(Doctor, SaysWhereGpusAreMissing) {
  reports_[2].resources = to_text(RankResources{{0, 1}, "CUDA_VISIBLE_DEVICES", {"0", "1"}, false});

  EXPECT_THAT(findings(), finds(Level::warning, "GPUs", "only on n2: 2 (CUDA_VISIBLE_DEVICES)"));
}

TEST_F(Doctor, AsksForTheMemoryThatTrialsMayTake) {
  job_.trial_memory_bytes = std::uint64_t{40} << 30;

  EXPECT_THAT(findings(), finds(Level::warning, "memory", "on n1: "));
}

TEST_F(Doctor, TellsAFolderThatIsNotShared) {
  reports_[2].folder.sees_rank_0 = false;

  EXPECT_THAT(findings(), finds(Level::problem, "file system", "rank 2 on n2: does not see what rank 0 writes"));
}

TEST_F(Doctor, TellsWhatCannotBeDoneInTheFolder) {
  reports_[1].folder.error = "fsync: Input/output error";

  EXPECT_THAT(findings(), finds(Level::problem, "file system", "rank 1 on n1: fsync: Input/output error"));
}

TEST_F(Doctor, WarnsOfASlowOrFullFileSystem) {
  reports_[0].folder.sync_ms = 900;
  reports_[1].folder.free_bytes = 1000;
  reports_[2].folder.free_files = 3;

  EXPECT_THAT(findings(), finds(Level::warning, "file system", "a sync takes 900 ms"));
  EXPECT_THAT(findings(), finds(Level::warning, "file system", "are free"));
  EXPECT_THAT(findings(), finds(Level::warning, "file system", "only 3 more files fit"));
}

TEST_F(Doctor, JudgesAClockByWhatTheMessageCannotHaveTaken) {
  reports_[1].clock_ahead_s = -30;
  EXPECT_THAT(findings(), finds(Level::warning, "clocks", "rank 1 on n1 is 30 s behind rank 0"));

  reports_[1].clock_uncertain_s = 25;
  EXPECT_THAT(findings(), finds(Level::ok, "clocks", "5.0 s apart"));
}

TEST_F(Doctor, NamesRanksWhosePluginIsBrokenOrAnother) {
  reports_[1].plugin.error = "libxgboost.so: cannot open shared object file";
  reports_[2].plugin.sha256 = "q";

  EXPECT_THAT(findings(), finds(Level::problem, "plugin", "rank 1 on n1: libxgboost.so"));
  EXPECT_THAT(findings(), finds(Level::problem, "plugin", "rank 2 on n2 has another file"));
}

TEST_F(Doctor, NamesDataThatARankCannotRead) {
  reports_[2].unreadable = {"/scratch/train.csv (No such file or directory)"};

  EXPECT_THAT(findings(), finds(Level::problem, "data", "rank 2 on n2 cannot read /scratch/train.csv"));
}

TEST_F(Doctor, ReadsWhatSlurmSaysOfTheJob) {
  job_.variables = {{"SLURM_JOB_ID", "7"}};
  EXPECT_THAT(findings(), finds(Level::warning, "SLURM", "scontrol did not tell"));

  job_.line = "JobId=7 JobName=x Requeue=1 Restarts=2 TimeLimit=01:00:00 RunTime=00:58:00";
  job_.seconds_left = 120;
  EXPECT_THAT(findings(), finds(Level::warning, "SLURM", "2 min 00 s left"));
  EXPECT_THAT(findings(), finds(Level::warning, "SLURM", "requeue possible, restarted 2 times"));
  EXPECT_THAT(findings(), Not(finds(Level::ok, "SLURM", "")));

  job_.line = "JobId=7 Requeue=0";
  EXPECT_THAT(findings(), finds(Level::warning, "SLURM", "may not be requeued"));
}

TEST(SlurmTime, IsReadInItsForms) {
  EXPECT_EQ(seconds_from_slurm_time("00:01:30"), 90);
  EXPECT_EQ(seconds_from_slurm_time("1-02:03:04"), 93784);
  EXPECT_EQ(seconds_from_slurm_time("UNLIMITED"), -1);
  EXPECT_EQ(seconds_from_slurm_time(""), -1);
}

TEST(RankReports, ArriveAsTheyWereSent) {
  RankReport report = healthy(3);
  report.unreadable = {"\xff"};  // not UTF-8

  const RankReport arrived = report_from_text(to_text(report));

  EXPECT_EQ(arrived.rank, 3U);
  EXPECT_EQ(arrived.folder.type, "nfs");
  EXPECT_TRUE(arrived.folder.sees_rank_0);
  EXPECT_EQ(arrived.unreadable.size(), 1U);
}

}  // namespace
}  // namespace tuner
