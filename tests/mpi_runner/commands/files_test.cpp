// The commands that hand a study's files on, or look whether they are whole.
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using nlohmann::json;
using test::kInactive;
using test::StudyEvents;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Files : public test::CommandTest {
 protected:
  Files() {
    StudyEvents events;
    events.epoch();
    events.ran({0.1, 6, 1, 0.25}, 0.125);
    write(events.said_goodbye());
  }
};

using Export = Files;
using Verify = Files;

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(Export, WritesCsvUnlessToldOtherwise) {
  EXPECT_THAT(run("export", {study_file()}), HasSubstr("parameter.eta"));
  EXPECT_EQ(code(), 0);
}

TEST_F(Export, WritesJson) {
  const json all = json::parse(run("export", {study_file(), "--format", "json"}));

  EXPECT_EQ(all["trials"].size(), 1u);
}

TEST_F(Export, WritesTheSameIntoAFile) {
  const std::string file = folder() / "trials.csv";

  EXPECT_EQ(run("export", {study_file(), "--out", file}), "");
  EXPECT_EQ(contents(file), run("export", {study_file()}));
}

TEST_F(Export, RefusesUnknownFormatsAndFoldersThatAreNotThere) {
  EXPECT_THAT(refusal("export", {study_file(), "--format", "jsn"}), HasSubstr("Did you mean 'json'?"));
  EXPECT_THAT(refusal("export", {study_file(), "--out", "/nowhere/trials.csv"}),
              StartsWith("cannot write the file '/nowhere/trials.csv'"));
}

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
