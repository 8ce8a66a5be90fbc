#include "mpi_runner/allocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <map>

namespace tuner {
namespace {

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

double local(int hour) {
  struct tm fields {};
  fields.tm_year = 126;
  fields.tm_mon = 10;
  fields.tm_mday = 24;
  fields.tm_hour = hour;
  fields.tm_isdst = -1;
  return static_cast<double>(mktime(&fields));
}

TEST(AllocationInEnvironment, IsWhatSlurmSays) {
  const auto seen = allocation_in(with({{"SLURM_JOB_START_TIME", "1000"}, {"SLURM_JOB_END_TIME", "4600"}}), 1500);

  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->start, 1000);
  EXPECT_EQ(seen->end, 4600);
}

TEST(AllocationInEnvironment, BeginsNowWhereOnlyItsEndIsTold) {
  EXPECT_EQ(allocation_in(with({{"SLURM_JOB_END_TIME", "4600"}}), 1500)->start, 1500);
}

TEST(AllocationInEnvironment, IsUnknownWhereNothingOrNonsenseIsTold) {
  EXPECT_FALSE(allocation_in(with({}), 1500));
  EXPECT_FALSE(allocation_in(with({{"SLURM_JOB_END_TIME", ""}}), 1500));
  EXPECT_FALSE(allocation_in(with({{"SLURM_JOB_END_TIME", "0"}}), 1500));
  EXPECT_FALSE(allocation_in(with({{"SLURM_JOB_END_TIME", "12 o'clock"}}), 1500));
}

TEST(AllocationFromScontrol, IsOfThisJobInLocalTime) {
  const auto seen = allocation_from_scontrol(
      "JobId=8 JobName=b StartTime=2026-11-24T01:00:00 EndTime=2026-11-24T02:00:00 Deadline=N/A\n"
      "JobId=7 ArrayJobId=7 StartTime=2026-11-24T10:00:00 EndTime=2026-11-24T12:00:00 Deadline=N/A\n",
      "7");

  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->start, local(10));
  EXPECT_EQ(seen->end, local(12));
}

TEST(AllocationFromScontrol, IsUnknownForOtherJobsUnlimitedOnesAndErrors) {
  EXPECT_FALSE(allocation_from_scontrol("", "7"));
  EXPECT_FALSE(allocation_from_scontrol("slurm_load_jobs error: Invalid job id specified\n", "7"));
  EXPECT_FALSE(
      allocation_from_scontrol("JobId=77 StartTime=2026-11-24T10:00:00 EndTime=2026-11-24T12:00:00 X=1\n", "7"));
  EXPECT_FALSE(allocation_from_scontrol("JobId=7 StartTime=2026-11-24T10:00:00 EndTime=Unknown X=1\n", "7"));
}

TEST(Allocation, OfATimeLimitBeginsNow) {
  Allocation allocation(100, with({}));

  EXPECT_TRUE(allocation.has_news(0));
  EXPECT_FALSE(allocation.has_news(0));
  EXPECT_DOUBLE_EQ(allocation.time()->end - allocation.time()->start, 100);
  EXPECT_EQ(allocation.time()->source, "--time-limit");
}

TEST(Allocation, EndsWithTheEarlierOfJobAndTimeLimit) {
  const Allocation job_ends_first(100, with({{"SLURM_JOB_END_TIME", "4600"}}));
  EXPECT_EQ(job_ends_first.time()->end, 4600);

  const Allocation limit_ends_first(100, with({{"SLURM_JOB_END_TIME", "99999999999"}}));
  EXPECT_EQ(limit_ends_first.time()->source, "--time-limit");
}

TEST(Allocation, IsUnknownWithoutAny) {
  Allocation allocation(0, with({}));

  EXPECT_FALSE(allocation.has_news(0));
  EXPECT_FALSE(allocation.time());
  EXPECT_FALSE(allocation.ask_again(1e9, 60));
}

}  // namespace
}  // namespace tuner
