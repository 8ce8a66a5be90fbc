#include "mpi_runner/job_facts.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "mpi_runner/clock.h"

namespace tuner {
namespace {

TEST(JobFacts, CoresOfAllNodesAreAdded) {
  EXPECT_EQ(sum_over_nodes("4"), 4U);
  EXPECT_EQ(sum_over_nodes("4(x3),2"), 14U);
  EXPECT_EQ(sum_over_nodes("128(x64)"), 8192U);
}

TEST(JobFacts, WhatIsNoListOfCoresIsNotKnown) {
  for (const char* text : {"", "x", "4(x", "4(x)", "4(x3", "0", "4,", "4 nodes", "-4"})
    EXPECT_EQ(sum_over_nodes(text), 0U) << text;
}

TEST(JobFacts, OutsideOfSlurmTheJobIsThisProcess) {
  unsetenv("SLURM_JOB_ID");

  const JobFacts job = this_job();

  EXPECT_EQ(job.name, "");
  EXPECT_GT(job.started, 0);
  EXPECT_LE(job.started, wall_time_s());
}

TEST(JobFacts, ARestartOfAJobIsNamed) {
  setenv("SLURM_JOB_ID", "12", 1);
  setenv("SLURM_RESTART_COUNT", "2", 1);
  setenv("SLURM_JOB_START_TIME", "1700000000", 1);
  setenv("SLURM_JOB_CPUS_PER_NODE", "4(x2)", 1);

  const JobFacts job = this_job();

  EXPECT_EQ(job.name, "12 restart 2");
  EXPECT_EQ(job.started, 1.7e9);
  EXPECT_EQ(job.cores, 8U);
  for (const char* name : {"SLURM_JOB_ID", "SLURM_RESTART_COUNT", "SLURM_JOB_START_TIME", "SLURM_JOB_CPUS_PER_NODE"})
    unsetenv(name);
}

}  // namespace
}  // namespace tuner
