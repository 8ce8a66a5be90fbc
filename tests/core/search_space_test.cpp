#include "core/search_space.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "core/configuration_text.h"
#include "core/error.h"
#include "core/random.h"

namespace tuner {
namespace {

using testing::ElementsAre;
using testing::Optional;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

SearchSpace space_of(const std::string& parameters, const std::string& forbidden = "[]") {
  return SearchSpace::from_json("{\"parameters\": [" + parameters + "], \"forbidden\": " + forbidden + "}", "space");
}

// Every kind of parameter, conditions two deep, a forbidden combination.
SearchSpace rich_space() {
  return space_of(R"(
    {"name": "linear", "type": "float", "low": -3, "high": 7},
    {"name": "log", "type": "float", "low": 1e-8, "high": 1e3, "log": true},
    {"name": "stepped", "type": "float", "low": 0.1, "high": 0.9, "step": 0.1},
    {"name": "int", "type": "int", "low": -5, "high": 12},
    {"name": "stepped_int", "type": "int", "low": 16, "high": 512, "step": 16},
    {"name": "log_int", "type": "int", "low": 1, "high": 5000, "log": true},
    {"name": "kind", "type": "categorical", "choices": ["a", 1, true, null]},
    {"name": "size", "type": "ordinal", "choices": [16, 32, 64]},
    {"name": "flag", "type": "bool"},
    {"name": "fixed", "type": "float", "low": 0.25, "high": 0.25},
    {"name": "child", "type": "int", "low": 0, "high": 3, "when": {"kind": ["a", 1], "int": {"low": 0}}},
    {"name": "grandchild", "type": "float", "low": 0, "high": 1, "when": {"child": {"low": 2}}})",
                  R"([{"flag": true, "size": [16, 32], "linear": {"high": 0}}])");
}

// ---- conditions ----

TEST(SearchSpace, MakesChildrenOfInactiveParentsInactive) {
  const SearchSpace space = rich_space();
  std::vector<double> configuration = space.defaults();
  configuration[space.index_of("kind")] = 3;  // null
  configuration[space.index_of("child")] = 3;
  configuration[space.index_of("grandchild")] = 0.5;

  space.make_canonical(configuration);

  EXPECT_TRUE(std::isnan(configuration[space.index_of("child")]));
  EXPECT_TRUE(std::isnan(configuration[space.index_of("grandchild")]));
}

TEST(SearchSpace, NeedsAllParentsToAgree) {
  const SearchSpace space = rich_space();
  const std::size_t child = space.index_of("child");
  std::vector<double> configuration = space.defaults();

  configuration[space.index_of("kind")] = 1;
  configuration[space.index_of("int")] = -1;
  EXPECT_FALSE(space.active(child, configuration));
  configuration[space.index_of("int")] = 0;
  EXPECT_TRUE(space.active(child, configuration));
  configuration[space.index_of("kind")] = 2;
  EXPECT_FALSE(space.active(child, configuration));
}

TEST(SearchSpace, FillsActiveParametersWithTheirDefaults) {
  const SearchSpace space = space_of(R"(
    {"name": "given", "type": "float", "low": 0, "high": 1, "default": 0.3},
    {"name": "middle", "type": "float", "low": 0, "high": 1},
    {"name": "geometric", "type": "float", "low": 0.01, "high": 100, "log": true},
    {"name": "first", "type": "categorical", "choices": ["a", "b", "c"]},
    {"name": "off", "type": "bool"},
    {"name": "ordered", "type": "ordinal", "choices": [1, 2, 3]})");

  const std::vector<double> defaults = space.defaults();

  EXPECT_THAT(defaults, ElementsAre(0.3, 0.5, testing::DoubleNear(1.0, 1e-12), 0, 0, 1));
}

TEST(SearchSpace, BringsValuesOfAFloatWithAStepOntoIt) {
  const SearchSpace space = space_of(R"({"name": "x", "type": "float", "low": 0.1, "high": 0.9, "step": 0.1})");
  std::vector<double> rounded{0.1 + 2 * 0.1};
  std::vector<double> between{0.35};

  space.make_canonical(rounded);
  space.make_canonical(between);

  EXPECT_EQ(rounded[0], 0.3);
  EXPECT_EQ(between[0], 0.35);
  EXPECT_FALSE(space.contains(between));
}

// ---- the unit cube ----

class UnitCube : public testing::TestWithParam<std::string> {};

TEST_P(UnitCube, LeadsBackToTheSameConfiguration) {
  const SearchSpace space = GetParam() == "rich" ? rich_space() : space_of(GetParam());
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::vector<double> configuration = space.sample(7, i);

    const std::vector<double> cube = space.to_unit(configuration);
    const std::vector<double> back = space.from_unit(cube);

    for (std::size_t p = 0; p < space.size(); ++p) {
      const Parameter& parameter = space.parameters()[p];
      ASSERT_GE(cube[p], 0);
      ASSERT_LE(cube[p], 1);
      if (std::isnan(configuration[p])) {
        ASSERT_TRUE(std::isnan(back[p])) << parameter.name;
        ASSERT_EQ(cube[p], 0.5);
      } else if (std::isinf(parameter.cells())) {
        const double scale = parameter.log ? configuration[p] : parameter.high - parameter.low;
        ASSERT_NEAR(back[p], configuration[p], 1e-12 * scale) << parameter.name;
      } else {
        ASSERT_EQ(back[p], configuration[p]) << parameter.name;
      }
    }
  }
}

TEST_P(UnitCube, MapsItsCornersIntoTheSpace) {
  const SearchSpace space = GetParam() == "rich" ? rich_space() : space_of(GetParam());
  for (const double corner : {0.0, 1.0, std::nextafter(1.0, 0.0), 5e-324}) {
    const std::vector<double> cube(space.size(), corner);

    const std::vector<double> configuration = space.from_unit(cube);

    if (!space.is_forbidden(configuration)) {
      EXPECT_EQ(space.violation(configuration), std::nullopt) << corner;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Spaces, UnitCube,
    testing::Values("rich", R"({"name": "x", "type": "int", "low": -1125899906842624, "high": 1125899906842623})",
                    R"({"name": "x", "type": "int", "low": 1, "high": 1099511627776, "log": true})",
                    R"({"name": "x", "type": "int", "low": 1099511600000, "high": 1099511627776, "log": true})",
                    R"({"name": "x", "type": "float", "low": 1e-300, "high": 1e300, "log": true})",
                    R"({"name": "x", "type": "float", "low": -8e307, "high": 8e307})",
                    R"({"name": "x", "type": "float", "low": 0.1, "high": 1000000, "step": 0.001})",
                    R"({"name": "x", "type": "float", "low": -1e-7, "high": 1e-7, "step": 3.7e-12})",
                    R"({"name": "x", "type": "int", "low": 7, "high": 7, "log": true})"));

TEST(UnitCube, GivesBothEndsOfALogScaleExactly) {
  const SearchSpace space = space_of(R"({"name": "x", "type": "float", "low": 0.001, "high": 0.3, "log": true})");

  EXPECT_EQ(space.from_unit(std::vector{0.0})[0], 0.001);
  EXPECT_EQ(space.from_unit(std::vector{1.0})[0], 0.3);
}

TEST(UnitCube, SplitsIntegersIntoCellsOfEqualWidth) {
  const SearchSpace space = space_of(R"({"name": "n", "type": "int", "low": 3, "high": 6})");

  const std::map<double, double> expected{{0.0, 3}, {0.249, 3}, {0.251, 4}, {0.5, 5}, {0.749, 5}, {0.751, 6}, {1.0, 6}};
  for (const auto& [coordinate, value] : expected) EXPECT_EQ(space.from_unit(std::vector{coordinate})[0], value);
  EXPECT_EQ(space.to_unit(std::vector{4.0})[0], 0.375);
}

// Of [1, 3] on a log scale, with half-open borders 0.5, 1.5, 2.5, 3.5.
TEST(UnitCube, GivesIntegersOnALogScaleTheirShareOfIt) {
  const SearchSpace space = space_of(R"({"name": "n", "type": "int", "low": 1, "high": 3, "log": true})");
  const double whole = std::log(3.5 / 0.5);
  const double border = std::log(1.5 / 0.5) / whole;

  EXPECT_EQ(space.from_unit(std::vector{border - 1e-9})[0], 1);
  EXPECT_EQ(space.from_unit(std::vector{border + 1e-9})[0], 2);
  EXPECT_NEAR(space.to_unit(std::vector{1.0})[0], border / 2, 1e-15);
}

TEST(UnitCube, TakesWhatIsNoNumberAsZero) {
  const SearchSpace space = rich_space();

  const std::vector<double> configuration = space.from_unit(std::vector<double>(space.size(), kNaN));

  EXPECT_EQ(configuration_to_json(space, configuration),
            configuration_to_json(space, space.from_unit(std::vector<double>(space.size(), 0.0))));
}

// ---- drawing ----

TEST(Sample, IsAFunctionOfSeedAndIndex) {
  const SearchSpace space = rich_space();
  const auto text = [&](std::uint64_t seed, std::uint64_t index) {
    return configuration_to_json(space, space.sample(seed, index));
  };

  EXPECT_EQ(text(1, 5), text(1, 5));
  EXPECT_NE(text(1, 5), text(1, 6));
  EXPECT_NE(text(1, 5), text(2, 5));
  EXPECT_NE(text(1, 6), text(2, 5));
}

TEST(Sample, StaysInTheSpaceAndOutOfWhatIsForbidden) {
  const SearchSpace space = rich_space();
  for (std::uint64_t i = 0; i < 5000; ++i) ASSERT_EQ(space.violation(space.sample(3, i)), std::nullopt);
}

TEST(Sample, FindsTheOneCombinationThatIsAllowed) {
  const SearchSpace space = space_of(
      R"({"name": "a", "type": "int", "low": 0, "high": 99}, {"name": "b", "type": "int", "low": 0, "high": 99})",
      R"([{"a": {"low": 1}}, {"a": 0, "b": {"high": 98}}])");

  EXPECT_THAT(space.sample(1, 0), ElementsAre(0, 99));
}

// Chi-square with 5 degrees of freedom exceeds 36 with probability 1e-6.
TEST(Sample, IsUniformOverChoices) {
  const SearchSpace space = space_of(R"({"name": "c", "type": "categorical", "choices": [1, 2, 3, 4, 5, 6]})");
  std::vector<double> counts(6);
  for (std::uint64_t i = 0; i < 6000; ++i) ++counts[static_cast<std::size_t>(space.sample(11, i)[0])];

  double chi_square = 0;
  for (const double count : counts) chi_square += (count - 1000) * (count - 1000) / 1000;
  EXPECT_LT(chi_square, 36);
}

// Pinned, because a study file resumed elsewhere must draw the same numbers.
TEST(Random, GivesTheSameBitsEverywhere) {
  EXPECT_EQ(scrambled_bits(0x9E3779B97F4A7C15), 0xE220A8397B1DCDAFU);  // first output of SplitMix64 seeded with 0
  EXPECT_EQ(RandomStream(0).bits(), 0xE220A8397B1DCDAFU);
  EXPECT_EQ(mix(1, 2), 17405687883870564846U);
  EXPECT_EQ(trial_seed(1, 2), 17073341064994506788U);
}

TEST(Random, StaysInTheHalfOpenUnitInterval) {
  RandomStream stream(5);
  for (int i = 0; i < 10'000; ++i) {
    const double value = stream.uniform();
    ASSERT_TRUE(value >= 0 && value < 1);
  }
}

// ---- looking at the space ----

TEST(SearchSpace, CountsDistinctConfigurationsFromAbove) {
  EXPECT_EQ(space_of(R"({"name": "a", "type": "int", "low": 1, "high": 10, "step": 3}, {"name": "b", "type": "bool"})")
                .cells(),
            8);
  EXPECT_EQ(space_of(R"({"name": "a", "type": "float", "low": 0.1, "high": 0.75, "step": 0.1})").cells(), 7);
  EXPECT_EQ(space_of(R"({"name": "a", "type": "float", "low": 0.1, "high": 0.1})").cells(), 1);
  EXPECT_TRUE(std::isinf(space_of(R"({"name": "a", "type": "float", "low": 0.1, "high": 0.2})").cells()));
}

TEST(SearchSpace, PutsParentsBeforeChildrenAndKeepsTheOrderOtherwise) {
  const SearchSpace space = space_of(R"(
    {"name": "grandchild", "type": "bool", "when": {"child": true}},
    {"name": "first", "type": "bool"},
    {"name": "child", "type": "bool", "when": {"parent": true}},
    {"name": "parent", "type": "bool"},
    {"name": "last", "type": "bool"})",
                                     R"([{"grandchild": true, "last": true}])");

  std::vector<std::string> names;
  for (const Parameter& parameter : space.parameters()) names.push_back(parameter.name);

  EXPECT_THAT(names, ElementsAre("first", "parent", "last", "child", "grandchild"));
  EXPECT_TRUE(space.is_forbidden(std::vector<double>{0, 1, 1, 1, 1}));
  EXPECT_FALSE(space.contains(std::vector<double>{0, 1, 1, 0, 1}));
}

TEST(SearchSpace, FindsParametersByNameOrSuggestsOne) {
  const SearchSpace space = rich_space();

  EXPECT_THAT(space.find("int"), Optional(3));
  EXPECT_EQ(space.find("inz"), std::nullopt);
  EXPECT_THAT([&] { space.index_of("steppd"); },
              testing::ThrowsMessage<UserError>("there is no parameter 'steppd'. Did you mean 'stepped'?"));
}

// ---- violations ----

struct Violation {
  std::string parameter;
  double value;
  std::string message;
};

class SpaceViolation : public testing::TestWithParam<Violation> {};

TEST_P(SpaceViolation, SaysWhatIsWrong) {
  const SearchSpace space = rich_space();
  std::vector<double> configuration = space.defaults();
  configuration[space.index_of("kind")] = 2;
  space.make_canonical(configuration);
  configuration[space.index_of(GetParam().parameter)] = GetParam().value;

  EXPECT_THAT(space.violation(configuration), Optional(GetParam().message));
  EXPECT_FALSE(space.contains(configuration));
}

INSTANTIATE_TEST_SUITE_P(
    Values, SpaceViolation,
    testing::Values(Violation{"linear", 7.5, "linear = 7.5 is above 7"},
                    Violation{"linear", -3.5, "linear = -3.5 is below -3"},
                    Violation{"linear", INFINITY, "linear = inf is above 7"},
                    Violation{"linear", kNaN, "linear is missing or not a number"},
                    Violation{"int", 2.5, "int = 2.5 is not a whole number"},
                    Violation{"stepped_int", 17, "stepped_int = 17 is not 16 plus a multiple of 16"},
                    Violation{"stepped", 0.35, "stepped = 0.35 is not 0.1 plus a multiple of 0.1"},
                    Violation{"kind", 4, "kind = 4 is not the index of one of its 4 choices"},
                    Violation{"kind", 0.5, "kind = 0.5 is not the index of one of its 4 choices"},
                    Violation{"flag", -1, "flag = -1 is not the index of one of its 2 choices"},
                    Violation{"child", 1,
                              "child has a value but is inactive here (it needs kind = \"a\" or 1 and int >= 0)"}));

TEST(SpaceViolation, NamesTheForbiddenCombination) {
  const SearchSpace space = rich_space();
  std::vector<double> configuration = space.defaults();
  configuration[space.index_of("linear")] = -1;
  configuration[space.index_of("size")] = 1;
  configuration[space.index_of("flag")] = 1;

  EXPECT_THAT(space.violation(configuration),
              Optional(std::string("flag = true and size = 16 or 32 and linear <= 0 is forbidden")));
}

TEST(SpaceViolation, NoticesAConfigurationOfAnotherSize) {
  EXPECT_THAT(rich_space().violation(std::vector<double>{1, 2}),
              Optional(std::string("2 values were given for 12 parameters")));
}

}  // namespace
}  // namespace tuner
