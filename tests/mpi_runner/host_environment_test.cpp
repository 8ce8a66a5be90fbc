#include "mpi_runner/host_environment.h"

#include <gmock/gmock.h>

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

TEST(HostEnvironment, DropsWhatTheLauncherSaid) {
  const auto left = host_environment({"PATH=/bin", "OMPI_COMM_WORLD_RANK=1", "OMPI_MCA_btl=self", "PMIX_RANK=1",
                                      "PMI_RANK=1", "PRTE_X=1", "ORTE_X=1", "SLURM_PROCID=0", "SLURM_JOBID=7"},
                                     2);

  EXPECT_THAT(left, UnorderedElementsAre("PATH=/bin", "OMP_NUM_THREADS=2", "OMP_WAIT_POLICY=passive"));
}

TEST(HostEnvironment, KeepsTheUsersOwn) {
  const auto left = host_environment({"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "SLURM_JOB_ID=7",
                                      "OMP_WAIT_POLICY=active", "OMP_NUM_THREADS=64", "TUNER_PLUGIN_PATH=/x"},
                                     1);

  EXPECT_THAT(left, ElementsAre("OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "SLURM_JOB_ID=7",
                                "OMP_WAIT_POLICY=active", "TUNER_PLUGIN_PATH=/x", "OMP_NUM_THREADS=1"));
}

TEST(HostEnvironment, TakesTheDevicesOfItsPlaceForTheUsers) {
  const auto left = host_environment({"CUDA_VISIBLE_DEVICES=0,1"}, 1, {"CUDA_VISIBLE_DEVICES=1"});

  EXPECT_THAT(left, UnorderedElementsAre("CUDA_VISIBLE_DEVICES=1", "OMP_NUM_THREADS=1", "OMP_WAIT_POLICY=passive"));
}

}  // namespace
}  // namespace tuner
