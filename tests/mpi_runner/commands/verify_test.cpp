#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using test::StudyEvents;
using ::testing::HasSubstr;

class Verify : public test::CommandTest {
 protected:
  Verify() {
    StudyEvents events;
    events.epoch();
    events.ran({0.1, 6, 1, 0.25}, 0.125);
    write(events.said_goodbye());
  }
};

TEST_F(Verify, FindsAStudyWhole) {
  EXPECT_THAT(run("verify", {study_file()}), HasSubstr("study.h5: whole\n"));
  EXPECT_EQ(code(), 0);
}

TEST_F(Verify, FindsDamage) {
  std::filesystem::resize_file(study_file(), std::filesystem::file_size(study_file()) / 2);

  EXPECT_THAT(run("verify", {study_file()}), HasSubstr("study.h5: DAMAGED\n"));
  EXPECT_EQ(code(), 3);
}

}  // namespace
}  // namespace tuner
