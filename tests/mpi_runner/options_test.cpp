#include "mpi_runner/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/error.h"

namespace tuner {
namespace {

namespace po = boost::program_options;
using testing::ElementsAre;
using testing::HasSubstr;

po::options_description some_options() {
  po::options_description options;
  options.add(general_options());
  options.add_options()("trials", po::value<Count>()->default_value(Count{100}), "")(
      "trial-timeout", po::value<Duration>(), "")("trial-memory", po::value<MemorySize>(), "")(
      "target", po::value<double>(), "")("set", po::value<std::vector<std::string>>()->composing(), "")(
      "trust", po::bool_switch(), "");
  return options;
}

po::variables_map parsed(const std::vector<std::string>& arguments, const OptionSources& sources = {{}, {}, {}}) {
  return parse(some_options(), arguments, sources);
}

std::string refusal(const std::vector<std::string>& arguments, const OptionSources& sources = {{}, {}, {}}) {
  try {
    parsed(arguments, sources);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

class ConfigFile : public testing::Test {
 protected:
  ~ConfigFile() override { std::filesystem::remove(path_); }
  std::string holding(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }

 private:
  std::string path_ = testing::TempDir() + "options_test." + std::to_string(::getpid()) +
                      testing::UnitTest::GetInstance()->current_test_info()->name() + ".ini";
};

TEST(Options, CommandLineGivesTypedValues) {
  const auto values = parsed({"--trials", "20", "--trial-timeout=15m", "--trial-memory", "512M", "--target", "-0.5",
                              "--set", "a=1", "--set", "b=2", "--trust"});

  EXPECT_EQ(values["trials"].as<Count>().value, 20u);
  EXPECT_EQ(values["trial-timeout"].as<Duration>().seconds, 900);
  EXPECT_EQ(values["trial-memory"].as<MemorySize>().bytes, 512u << 20);
  EXPECT_EQ(values["target"].as<double>(), -0.5);
  EXPECT_THAT(values["set"].as<std::vector<std::string>>(), ElementsAre("a=1", "b=2"));
  EXPECT_TRUE(values["trust"].as<bool>());
}

TEST(Options, DefaultHoldsWhereNoSourceGivesAValue) {
  EXPECT_EQ(parsed({})["trials"].as<Count>().value, 100u);
  EXPECT_FALSE(parsed({})["trust"].as<bool>());
}

TEST_F(ConfigFile, CommandLineComesBeforeVariablesAndTheseBeforeTheFile) {
  const std::string file = holding("trials = 1\ntarget = 1\ntrial-timeout = 1\n");
  const OptionSources sources{{}, {{"TUNER_TRIALS", "2"}, {"TUNER_TARGET", "2"}}};

  const auto values = parsed({"--trials", "3", "--config", file}, sources);

  EXPECT_EQ(values["trials"].as<Count>().value, 3u);
  EXPECT_EQ(values["target"].as<double>(), 2);
  EXPECT_EQ(values["trial-timeout"].as<Duration>().seconds, 1);
}

TEST_F(ConfigFile, ComposingOptionsCollectFromAllSources) {
  const std::string file = holding("set = c=3\n");

  const auto values = parsed({"--set", "a=1", "--config", file}, {{}, {{"TUNER_SET", "b=2"}}});

  EXPECT_THAT(values["set"].as<std::vector<std::string>>(), ElementsAre("a=1", "b=2", "c=3"));
}

TEST_F(ConfigFile, MistakesNameTheLine) {
  const std::string file = holding("# night run\ntrials = 5\ntarget = low\n");

  EXPECT_THAT(refusal({"--config", file}), HasSubstr(":3: --target = 'low' is not a number"));
}

TEST_F(ConfigFile, UnknownNamesGetASuggestion) {
  const std::string file = holding("trails = 5\n");

  EXPECT_THAT(refusal({"--config", file}), HasSubstr(":1: unknown option 'trails'. Did you mean '--trials'?"));
}

TEST_F(ConfigFile, MayHoldOptionsOfOthers) {
  const std::string file = holding("trials = 5\npatience = 3\n");

  EXPECT_EQ(parsed({"--config", file}, {{}, {}, {"--patience"}})["trials"].as<Count>().value, 5u);
}

TEST_F(ConfigFile, ItsNameMayComeFromAVariable) {
  const std::string file = holding("trials = 7\n");

  EXPECT_EQ(parsed({}, {{}, {{"TUNER_CONFIG", file}}, {}})["trials"].as<Count>().value, 7u);
}

TEST(Options, PositionalArgumentsGetTheirNames) {
  const auto values = parsed({"churn.h5", "--trials", "5"}, {{"study"}, {}});

  EXPECT_EQ(values["study"].as<std::string>(), "churn.h5");
}

TEST(Options, HelpNeedsNoOtherArgument) {
  EXPECT_EQ(parsed({"--help"}, {{"study"}, {}}).count("help"), 1u);
}

struct Mistake {
  std::vector<std::string> arguments;
  std::string message;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreRefusedWithPlaceAndReason) {
  EXPECT_THAT(refusal(GetParam().arguments, {{"study"}, {}}), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Options, Mistakes,
    testing::Values(Mistake{{"s", "--trails", "5"},
                            "command line: unknown option '--trails'. Did you mean '--trials'?"},
                    Mistake{{"s", "--tri", "5"}, "unknown option '--tri'"},
                    Mistake{{"s", "--trials", "-1"}, "--trials = '-1' is not a count"},
                    Mistake{{"s", "--trials", "ten"}, "--trials = 'ten' is not a count"},
                    Mistake{{"s", "--trials", "99999999999999999999"}, "is too large"},
                    Mistake{{"s", "--trials"}, "--trials needs a value"},
                    Mistake{{"s", "--trials="}, "--trials needs a value"},
                    Mistake{{"s", "--trials", "1", "--trials", "2"}, "comes twice"},
                    Mistake{{"s", "--trust=yes"}, "--trust takes no value"},
                    Mistake{{"s", "--target", "0.1x"}, "--target = '0.1x' is not a number"},
                    Mistake{{"s", "--trial-timeout", "5 weeks"}, "--trial-timeout = '5 weeks' is not a duration"},
                    Mistake{{"s", "--trial-memory", "lots"}, "--trial-memory = 'lots' is not a size"},
                    Mistake{{"s", "--config", "/nowhere/x.ini"}, "cannot read the file '/nowhere/x.ini'"},
                    Mistake{{"s", "t"}, "unexpected argument 't'"}, Mistake{{}, "STUDY is missing"}));

TEST(Options, MistakesInVariablesNameTheVariable) {
  EXPECT_THAT(refusal({}, {{}, {{"TUNER_TRIALS", "many"}}}),
              HasSubstr("environment variable TUNER_TRIALS: --trials = 'many' is not a count"));
}

// What is said on standard error of these variables.
std::string warnings_of(const OptionSources& sources) {
  testing::internal::CaptureStderr();
  parsed({}, sources);
  return testing::internal::GetCapturedStderr();
}

TEST(Options, WarnsOfAVariableThatLooksLikeASlip) {
  EXPECT_EQ(warnings_of({{}, {{"TUNER_TRAILS", "5"}}}),
            "tuner: the environment variable TUNER_TRAILS is no option of tuner's. Did you mean '--trials'?\n");
  EXPECT_EQ(warnings_of({{}, {{"TUNER_BUILD", "x"}, {"TUNER_NETWORK_LAYERS", "5"}}}), "");  // a plugin's
  EXPECT_EQ(warnings_of({{}, {{"TUNER_TRAILS", "5"}}, {"--trails"}}), "");
}

TEST(Options, ValuesMayHaveLettersOfAnyLanguage) {
  EXPECT_EQ(parsed({"stüdie.h5"}, {{"study"}, {}})["study"].as<std::string>(), "stüdie.h5");
}

TEST(Options, VariablesTurnSwitchesOn) {
  EXPECT_TRUE(parsed({}, {{}, {{"TUNER_TRUST", "1"}}})["trust"].as<bool>());
}

TEST(Duration, ReadsUnitsAndClockForms) {
  EXPECT_EQ(duration_from_text("90").seconds, 90);
  EXPECT_EQ(duration_from_text("90s").seconds, 90);
  EXPECT_EQ(duration_from_text("1.5m").seconds, 90);
  EXPECT_EQ(duration_from_text("2h").seconds, 7200);
  EXPECT_EQ(duration_from_text("1d").seconds, 86400);
  EXPECT_EQ(duration_from_text("15:00").seconds, 900);
  EXPECT_EQ(duration_from_text("1:30:00").seconds, 5400);
}

TEST(Duration, RefusesWhatIsNone) {
  for (const char* text : {"", "s", "-5", "1:60:00", "1:2:3:4", "1:", ":30", "5x", "inf", "nan", "1e999"})
    EXPECT_THROW(duration_from_text(text), UserError) << text;
}

TEST(MemorySize, ReadsPowersOf1024) {
  EXPECT_EQ(memory_size_from_text("4096").bytes, 4096u);
  EXPECT_EQ(memory_size_from_text("1k").bytes, 1024u);
  EXPECT_EQ(memory_size_from_text("512MB").bytes, 512u << 20);
  EXPECT_EQ(memory_size_from_text("1.5GiB").bytes, 3u << 29);
  EXPECT_EQ(memory_size_from_text("2T").bytes, std::uint64_t{2} << 40);
}

TEST(MemorySize, RefusesWhatIsNone) {
  for (const char* text : {"", "M", "-1", "5X", "5Mo", "9999999999T"})
    EXPECT_THROW(memory_size_from_text(text), UserError) << text;
}

template <class Value>
std::string shown(Value value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(OptionTypes, AreShownAsTheyCanBeRead) {
  EXPECT_EQ(shown(Duration{1.5}), "1.5s");
  EXPECT_EQ(shown(MemorySize{std::uint64_t{4} << 30}), "4G");
  EXPECT_EQ(shown(MemorySize{4097}), "4097");
  EXPECT_EQ(shown(MemorySize{0}), "0");
  EXPECT_EQ(shown(Count{7}), "7");
}

}  // namespace
}  // namespace tuner
