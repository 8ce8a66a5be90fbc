// A study file from a stranger cannot write to the terminal: whatever its texts hold, what is printed is harmless.
#include <boost/algorithm/string/replace.hpp>
#include <nlohmann/json.hpp>

#include "mpi_runner/text.h"
#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using test::StudyEvents;
using testing::HasSubstr;

// Sets the title, clears the screen, goes back to the start of the line, begins a C1 sequence, reverses the direction.
const std::string kHostile = "\x1b]0;evil\a\x1b[2J\r\xc2\x9b\xe2\x80\xae";
// Texts of events may also be no UTF-8 at all.
const std::string kBroken = kHostile + "\x9b\xff\n\x1b[31m";

std::string hostile_json() {
  return nlohmann::json{
      {"host", kHostile},  {"pid", 1}, {"ranks", 1}, {"cpu_level", kHostile}, {"libraries", {{kHostile, kHostile}}},
      {kHostile, kHostile}}
      .dump();
}

StudyDefinition hostile_definition() {
  const nlohmann::json space = {
      {"parameters",
       {{{"name", "c"}, {"type", "categorical"}, {"choices", {kHostile, "plain"}}},
        {{"name", "x"}, {"type", "float"}, {"low", 0}, {"high", 1}, {"when", {{"c", {kHostile}}}}}}}};
  const PluginInfo plugin{kHostile, kHostile, "/tmp/" + kHostile, kHostile, {{kHostile, kHostile}}};
  return {.study_id = "0123456789abcdef0123456789abcdef",
          .seed = 7,
          .space = SearchSpace::from_json(space.dump(), "test"),
          .goal = {.objectives = {{.name = kHostile, .maximize = false}, {.name = "b" + kHostile, .maximize = true}},
                   .constraints = {kHostile},
                   .fidelities = {{.name = kHostile, .low = 1, .high = 2}}},
          .objective = plugin,
          .strategy = plugin,
          .inputs = {{kHostile, kHostile}},
          .settings = {{"trials", "10"}, {kHostile, kHostile}},
          .folder = kHostile};
}

class HostileText : public test::CommandTest {
 protected:
  HostileText() {
    StudyEvents events(hostile_definition());
    events.epoch(hostile_json());
    events.add(SettingChanged{kBroken, kBroken});
    const TrialId good = events.started(events.suggested({0, 0.5}, hostile_json()));
    events.add(Reported{good, 1, 1, 0.5});
    events.add(AttemptEnded{good, 1, Cause::value, 1'700'000'010, 1, {0.5, 1}, {-1}, {{kBroken, 3}}, kBroken});
    events.failed(events.started(events.suggested({1, kInactive}, hostile_json())), Cause::exception, kBroken);
    events.add(StrategyRestarted{kBroken});
    events.add(HoldoutScored{good, 1'700'000'020, hostile_json()});
    events.add(EpochEnded{1'700'000'030, kBroken});
    write(events);
  }

  void expect_harmless(const std::string& command, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), study_file());
    std::string said = run(command, arguments);
    boost::replace_all(said, "\r\n", "\n");  // as CSV ends its lines
    EXPECT_EQ(escaped_lines(said), said) << command;
    EXPECT_EQ(said.find('\t'), std::string::npos) << command;
  }
};

TEST_F(HostileText, OfAStudyIsEscapedByEveryCommandThatShowsIt) {
  expect_harmless("show", {});
  expect_harmless("show", {"--trial", "0"});
  expect_harmless("show", {"--trial", "1"});
  expect_harmless("best", {});
  expect_harmless("best", {"--json"});
  expect_harmless("status", {});
  expect_harmless("verify", {});
  expect_harmless("export", {"--format", "csv"});
  expect_harmless("export", {"--format", "json"});
}

TEST_F(HostileText, IsShownAllTheSame) {
  EXPECT_THAT(run("show", {study_file()}), HasSubstr("\\x1b]0;evil\\x07"));
  EXPECT_THAT(run("show", {study_file(), "--trial", "1"}), HasSubstr("\\x9b\\xff"));
}

}  // namespace
}  // namespace tuner
