#include "mpi_runner/rank_log.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace tuner {
namespace {

namespace fs = std::filesystem;

class RankLogTest : public ::testing::Test {
 protected:
  ~RankLogTest() override { fs::remove_all(folder_); }

  static std::string contents(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  fs::path folder_ = fs::temp_directory_path() / ("tuner-logs-" + std::to_string(getpid()));
};

TEST_F(RankLogTest, ALineIsAnObjectWithTimeEventAndFields) {
  RankLog log(folder_, RankId{3});
  log.write("attempt ended", {{"trial", std::uint64_t{7}}, {"cause", "cr\xff\nash"}, {"duration_s", 0.5}});

  const auto line = nlohmann::json::parse(contents(folder_ / "rank-3.log"));

  EXPECT_GT(line.at("time").get<double>(), 1e9);
  EXPECT_EQ(line.at("event"), "attempt ended");
  EXPECT_EQ(line.at("trial"), 7);
  EXPECT_EQ(line.at("duration_s"), 0.5);
}

TEST_F(RankLogTest, NothingIsMadeBeforeTheFirstLine) {
  RankLog(folder_, RankId{3});

  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(RankLogTest, TheNextRunAppends) {
  RankLog(folder_, RankId{0}).write("one", {});
  RankLog(folder_, RankId{0}).write("two", {});

  EXPECT_THAT(contents(folder_ / "rank-0.log"), ::testing::ContainsRegex("one.*\n.*two"));
}

TEST_F(RankLogTest, NeverTakesMoreThanTwiceItsBound) {
  RankLog log(folder_, RankId{0});
  const std::string long_text(100'000, 'x');
  for (int line = 0; line < 200; ++line) log.write("much", {{"text", long_text}});

  EXPECT_LT(fs::file_size(folder_ / "rank-0.log"), 5U << 20);
  EXPECT_LT(fs::file_size(folder_ / "rank-0.log.1"), 5U << 20);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2);
}

TEST_F(RankLogTest, AFolderThatCannotBeWrittenIsNoReasonToStop) {
  RankLog log("/proc/nowhere", RankId{0});

  log.write("one", {});
  log.keep_output(TrialId{1}, 1, "text");
}

TEST_F(RankLogTest, APipeInPlaceOfALogIsNotWaitedFor) {
  fs::create_directory(folder_);
  ASSERT_EQ(mkfifo((folder_ / "rank-0.log").c_str(), 0600), 0);
  ASSERT_EQ(mkfifo(output_file(folder_, TrialId{1}, 1).c_str(), 0600), 0);
  RankLog log(folder_, RankId{0});

  log.write("one", {});
  log.keep_output(TrialId{1}, 1, "text");

  fs::remove(folder_ / "rank-0.log");
  log.write("two", {});
  EXPECT_THAT(contents(folder_ / "rank-0.log"), ::testing::HasSubstr("two"));
}

TEST_F(RankLogTest, ALinkInPlaceOfALogLeadsToNoFileThatIsWritten) {
  fs::create_directory(folder_);
  const fs::path victim = folder_ / "victim";
  std::ofstream(victim) << "precious";
  fs::create_symlink(victim, folder_ / "rank-0.log");
  fs::create_symlink(victim, output_file(folder_, TrialId{1}, 1));

  RankLog log(folder_, RankId{0});
  log.write("one", {});
  log.keep_output(TrialId{1}, 1, "text");

  EXPECT_EQ(contents(victim), "precious");
}

TEST_F(RankLogTest, KeepsWhatAnAttemptPrinted) {
  RankLog(folder_, RankId{0}).keep_output(TrialId{318}, 2, "epoch 1\n");

  EXPECT_EQ(contents(output_file(folder_, TrialId{318}, 2)), "epoch 1\n");
}

}  // namespace
}  // namespace tuner
