#include "storage/requests.h"
#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using test::StudyEvents;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Steer : public test::CommandTest {
 protected:
  static StudyEvents two_trials() {
    StudyEvents events;
    events.epoch();
    for (int i = 0; i < 2; ++i) events.ran({0.1, 6, 0, kInactive}, 1);
    return events;
  }
  std::vector<Arrived> arrived() { return arrived_requests(system_files(), StudyFiles(study_file())); }
};

TEST_F(Steer, WithoutARunRequestsWaitForTheNext) {
  write(two_trials().said_goodbye());

  EXPECT_THAT(run("stop", {study_file()}),
              StartsWith("no run is alive; the next one stops at once. Take it back with: rm "));
  EXPECT_THAT(run("pause", {study_file()}), HasSubstr("the next one is paused"));

  ASSERT_EQ(arrived().size(), 2U);
  EXPECT_EQ(std::get<Request>(arrived()[0].content).kind, RequestKind::stop);
  EXPECT_THAT(run("status", {study_file()}),
              AllOf(HasSubstr("asked   of the next run: stop"), HasSubstr("run: pause")));
}

TEST_F(Steer, CommandsThatAreShownCanBePasted) {
  write(two_trials().said_goodbye());
  const std::string study = folder() / "it's mine.h5";
  std::filesystem::rename(study_file(), study);

  EXPECT_THAT(refusal("continue", {study}), HasSubstr("tuner --resume '" + (folder() / R"(it'\''s mine.h5)").string()));
  EXPECT_THAT(run("stop", {study}), HasSubstr("rm '" + (folder() / R"(it'\''s mine.h5.requests/)").string()));
}

TEST_F(Steer, NothingWaitsForARunThatIsNotPaused) {
  write(two_trials().said_goodbye());

  EXPECT_THAT(refusal("continue", {study_file()}), HasSubstr("the next one is not paused"));
  EXPECT_TRUE(arrived().empty());
}

TEST_F(Steer, NothingWaitsForARunThatIsNotToCome) {
  StudyEvents all = two_trials();
  all.add(SettingChanged{"trials", "2"});
  write(all.said_goodbye());

  EXPECT_THAT(refusal("stop", {study_file()}), HasSubstr("so there is nothing to stop"));
  EXPECT_TRUE(arrived().empty());
}

TEST_F(Steer, ARequestThatIsNotAnsweredIsWithdrawn) {
  const auto live = recorded(two_trials());

  EXPECT_THAT(refusal("pause", {study_file(), "--wait", "0"}), HasSubstr("the request is withdrawn"));
  EXPECT_TRUE(arrived().empty());
}

TEST_F(Steer, AConfigurationThatIsNotAnsweredStays) {
  const auto live = recorded(two_trials());

  EXPECT_THAT(run("enqueue", {study_file(), "eta=0.2,depth=3,booster=dart", "--wait", "0"}),
              HasSubstr("has not answered yet"));

  ASSERT_EQ(arrived().size(), 1U);
  EXPECT_EQ(std::get<Request>(arrived()[0].content).configuration, "eta=0.2,depth=3,booster=dart");
}

TEST_F(Steer, ConfigurationsThatTheSpaceDoesNotAllowAreRefusedAtOnce) {
  write(two_trials().said_goodbye());

  EXPECT_THAT(refusal("enqueue", {study_file(), "etha=0.2"}), HasSubstr("Did you mean 'eta'?"));
  EXPECT_THAT(refusal("enqueue", {study_file(), "eta=7"}), HasSubstr("eta = 7"));
  EXPECT_FALSE(std::filesystem::exists(study_file() + ".requests"));
}

}  // namespace
}  // namespace tuner
