#include "storage/requests.h"
#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using test::kInactive;
using test::StudyEvents;
using ::testing::HasSubstr;

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

TEST_F(Steer, WithoutARunThereIsNothingToAskFor) {
  write(two_trials().said_goodbye());

  for (const char* word : {"stop", "pause", "continue"})
    EXPECT_THAT(refusal(word, {study_file()}), HasSubstr(std::string("there is nothing to ") + word));
  EXPECT_FALSE(std::filesystem::exists(study_file() + ".requests"));
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
