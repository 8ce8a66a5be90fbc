#include "mpi_runner/placement.h"

#include <gmock/gmock.h>

#include "mpi_runner/devices.h"
#include "tests/plugins/objectives/xgb/scratch_folder.h"

namespace tuner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Cores = std::vector<std::uint32_t>;

// Ranks of one node that all see the same.
std::vector<RankResources> ranks(std::size_t count, const Cores& cores, std::vector<std::string> devices = {}) {
  return std::vector<RankResources>(count, {cores, devices.empty() ? "" : "CUDA_VISIBLE_DEVICES", devices, false});
}

TEST(Placement, LeavesARankThatIsAloneAsItIs) {
  const Placement placement = place(ranks(1, {0, 1, 2, 3}, {"0", "1"}), 0, 0);

  EXPECT_EQ(placement.threads, 4U);
  EXPECT_THAT(placement.cores, IsEmpty());
  EXPECT_EQ(placement.device_variable, "");
}

TEST(Placement, LeavesRanksThatTheLauncherBoundAsTheyAre) {
  const std::vector<RankResources> bound = {{{0, 1}, "", {}, false}, {{2, 3, 4}, "", {}, false}};

  EXPECT_EQ(place(bound, 0, 0).threads, 2U);
  EXPECT_EQ(place(bound, 1, 0).threads, 3U);
  EXPECT_THAT(place(bound, 1, 0).cores, IsEmpty());
}

TEST(Placement, SplitsCoresThatRanksShare) {
  const auto node = ranks(3, {0, 1, 2, 3, 4, 5, 6, 7});

  EXPECT_THAT(place(node, 0, 0).cores, ElementsAre(0, 1));
  EXPECT_THAT(place(node, 1, 0).cores, ElementsAre(2, 3, 4));
  EXPECT_THAT(place(node, 2, 0).cores, ElementsAre(5, 6, 7));
  EXPECT_EQ(place(node, 2, 0).threads, 2U);
}

TEST(Placement, SplitsEachSetOfCoresAmongThoseWhoShareIt) {
  auto node = ranks(2, {0, 1, 2, 3});
  node.push_back({{4, 5}, "", {}, false});

  EXPECT_THAT(place(node, 1, 0).cores, ElementsAre(2, 3));
  EXPECT_THAT(place(node, 2, 0).cores, IsEmpty());
}

TEST(Placement, BindsNobodyWhereThereAreMoreRanksThanCores) {
  const auto node = ranks(3, {0, 1});

  for (std::size_t rank = 0; rank < 3; ++rank) {
    EXPECT_THAT(place(node, rank, 0).cores, IsEmpty());
    EXPECT_EQ(place(node, rank, 0).threads, 1U);
  }
}

TEST(Placement, BindsNobodyWhoIsToldToUseMoreThreadsThanItsPart) {
  EXPECT_THAT(place(ranks(2, {0, 1, 2, 3}), 0, 2).cores, ElementsAre(0, 1));
  EXPECT_THAT(place(ranks(2, {0, 1, 2, 3}), 0, 3).cores, IsEmpty());
  EXPECT_EQ(place(ranks(2, {0, 1, 2, 3}), 0, 3).threads, 3U);
}

TEST(Placement, GivesEachRankItsPartOfTheDevices) {
  const auto node = ranks(2, {0, 1}, {"GPU-a", "GPU-b", "GPU-c", "GPU-d"});

  EXPECT_EQ(place(node, 0, 0).device_variable, "CUDA_VISIBLE_DEVICES");
  EXPECT_THAT(place(node, 0, 0).devices, ElementsAre("GPU-a", "GPU-b"));
  EXPECT_THAT(place(node, 1, 0).devices, ElementsAre("GPU-c", "GPU-d"));
}

TEST(Placement, GoesRoundWhereThereAreMoreRanksThanDevices) {
  const auto node = ranks(4, {0, 1, 2, 3}, {"0", "1", "2"});

  EXPECT_THAT(place(node, 2, 0).devices, ElementsAre("2"));
  EXPECT_THAT(place(node, 3, 0).devices, ElementsAre("0"));
  EXPECT_THAT(shortages(node), ElementsAre("4 ranks share 3 devices (of CUDA_VISIBLE_DEVICES)"));
}

TEST(Placement, LeavesDevicesThatTheLauncherGaveOut) {
  auto node = ranks(2, {0, 1}, {"0", "1"});
  for (RankResources& rank : node) rank.devices_are_own = true;

  EXPECT_EQ(place(node, 1, 0).device_variable, "");
  EXPECT_THAT(shortages(node), IsEmpty());
}

TEST(Placement, SetsNoVariableWithoutDevices) {
  EXPECT_EQ(place(ranks(2, {0, 1}), 1, 0).device_variable, "");
}

TEST(Placement, SaysOnceWhereRanksShareCores) {
  EXPECT_THAT(shortages(ranks(3, {0, 1})),
              ElementsAre("3 ranks share 2 cores (trials slow each other down); -n 2 would use them once"));
  EXPECT_THAT(shortages(ranks(2, {0, 1})), IsEmpty());
}

TEST(Placement, ReadsWhatAnotherRankWrote) {
  const RankResources read = resources_from_text(to_text({{0, 7}, "ROCR_VISIBLE_DEVICES", {"1"}, true}));

  EXPECT_THAT(read.cores, ElementsAre(0, 7));
  EXPECT_EQ(read.device_variable, "ROCR_VISIBLE_DEVICES");
  EXPECT_THAT(read.devices, ElementsAre("1"));
  EXPECT_TRUE(read.devices_are_own);
}

TEST(Placement, WritesCoresAsRanges) {
  EXPECT_EQ(core_list({0, 1, 2, 5, 8, 9}), "0-2,5,8-9");
  EXPECT_EQ(core_list({}), "");
}

class Devices : public ::testing::Test {
 protected:
  RankResources found() const {
    RankResources resources;
    const auto lookup = [&](const char* name) -> const char* {
      const auto variable = variables_.find(name);
      return variable == variables_.end() ? nullptr : variable->second.c_str();
    };
    find_devices(resources, lookup, dev_.path());
    return resources;
  }

  testing::ScratchFolder dev_;
  std::map<std::string, std::string> variables_;
};

TEST_F(Devices, AreNoneOnANodeWithoutThem) {
  EXPECT_EQ(found().device_variable, "");
}

TEST_F(Devices, AreTheFilesWhereNobodySaysWhich) {
  for (const char* file : {"nvidiactl", "nvidia0", "nvidia1", "nvidia-uvm"}) dev_.write(file, "");

  EXPECT_EQ(found().device_variable, "CUDA_VISIBLE_DEVICES");
  EXPECT_THAT(found().devices, ElementsAre("0", "1"));
}

TEST_F(Devices, AreThoseOfTheVariable) {
  for (const char* file : {"nvidiactl", "nvidia0", "nvidia1"}) dev_.write(file, "");
  variables_ = {{"CUDA_VISIBLE_DEVICES", "GPU-5, GPU-7"}};

  EXPECT_THAT(found().devices, ElementsAre("GPU-5", "GPU-7"));
}

TEST_F(Devices, AreNoneWhereTheVariableSaysSo) {
  for (const char* file : {"nvidiactl", "nvidia0"}) dev_.write(file, "");
  for (const char* none : {"", "-1", "NoDevFiles"}) {
    variables_ = {{"CUDA_VISIBLE_DEVICES", none}};

    EXPECT_THAT(found().devices, IsEmpty());
  }
}

TEST_F(Devices, OfSrunWithGpusPerTaskAreTheRanksOwn) {
  variables_ = {{"CUDA_VISIBLE_DEVICES", "0,1"}, {"SLURM_PROCID", "3"}, {"SLURM_GPUS_PER_TASK", "2"}};
  EXPECT_TRUE(found().devices_are_own);

  variables_["OMPI_COMM_WORLD_SIZE"] = "4";  // mpirun inside the allocation
  EXPECT_FALSE(found().devices_are_own);
}

}  // namespace
}  // namespace tuner
