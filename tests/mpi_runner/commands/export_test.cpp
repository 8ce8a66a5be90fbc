#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using nlohmann::json;
using test::StudyEvents;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Export : public test::CommandTest {
 protected:
  Export() {
    StudyEvents events;
    events.epoch();
    events.ran({0.1, 6, 1, 0.25}, 0.125);
    write(events.said_goodbye());
  }
};

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

}  // namespace
}  // namespace tuner
