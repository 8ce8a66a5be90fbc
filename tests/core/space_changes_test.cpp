#include "core/space_changes.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/configuration_text.h"
#include "core/error.h"

namespace tuner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

SearchSpace original() {
  return SearchSpace::from_json(R"({"parameters": [
    {"name": "eta", "type": "float", "low": 0.001, "high": 0.5, "log": true, "default": 0.3},
    {"name": "depth", "type": "int", "low": 2, "high": 12},
    {"name": "rate", "type": "float", "low": 0.1, "high": 0.9, "step": 0.2},
    {"name": "booster", "type": "categorical", "choices": ["linear", "tree", "dart"]},
    {"name": "warm", "type": "bool"},
    {"name": "drop", "type": "float", "low": 0, "high": 1, "when": {"booster": ["linear", "dart"]}},
    {"name": "late", "type": "bool", "when": {"depth": {"low": 8}}},
    {"name": "hot", "type": "bool", "when": {"warm": true}}],
    "forbidden": [{"booster": "dart", "depth": {"low": 11}}]})",
                                "space");
}

const Parameter& parameter(const SearchSpace& changed, const char* name) {
  return changed.parameters()[changed.index_of(name)];
}

bool ever_active(const SearchSpace& changed, const char* name) {
  for (std::uint64_t i = 0; i < 300; ++i)
    if (!std::isnan(changed.sample(1, i)[changed.index_of(name)])) return true;
  return false;
}

TEST(Fixed, KeepsTheParameterInItsPlaceWithOneValue) {
  const SearchSpace changed = fixed(original(), "depth=6");

  EXPECT_EQ(changed.size(), original().size());
  EXPECT_EQ(changed.index_of("depth"), original().index_of("depth"));
  EXPECT_EQ(parameter(changed, "depth").low, 6);
  EXPECT_EQ(parameter(changed, "depth").high, 6);
}

TEST(Narrowed, KeepsADefaultThatIsStillInside) {
  EXPECT_EQ(narrowed(original(), "eta=0.2:0.4").defaults()[0], 0.3);
}

TEST(Fixed, GivesAnOldDefaultUp) {
  EXPECT_EQ(fixed(original(), "eta=0.1").defaults()[0], 0.1);
}

TEST(Fixed, MovesConditionsToTheNewPlacesOfTheChoices) {
  const SearchSpace changed = fixed(original(), "booster=dart");

  EXPECT_THAT(parameter(changed, "booster").choices, ElementsAre("\"dart\""));
  EXPECT_TRUE(ever_active(changed, "drop"));
  EXPECT_TRUE(changed.is_forbidden(configuration_from_text(fixed(original(), "booster=dart"), "depth=3")) == false);
  EXPECT_EQ(changed.forbidden().size(), 1U);
}

TEST(Fixed, LeavesChildrenThatCanNoLongerBeActiveInTheirPlace) {
  const SearchSpace changed = fixed(fixed(fixed(original(), "booster=tree"), "depth=3"), "warm=false");

  EXPECT_EQ(changed.size(), original().size());
  EXPECT_FALSE(ever_active(changed, "drop"));
  EXPECT_FALSE(ever_active(changed, "late"));
  EXPECT_FALSE(ever_active(changed, "hot"));
  EXPECT_TRUE(changed.forbidden().empty());
}

TEST(Fixed, CountsParametersThatAreNeverActiveAsOneValue) {
  SearchSpace changed = original();
  for (const char* assignment : {"eta=0.1", "booster=tree", "depth=3", "warm=false"})
    changed = fixed(changed, assignment);

  EXPECT_EQ(changed.cells(), 5);  // the rates
}

TEST(Fixed, KeepsABoolsValueAsItWas) {
  const SearchSpace changed = fixed(original(), "warm=true");

  EXPECT_EQ(changed.sample(1, 1)[changed.index_of("warm")], 1);
  EXPECT_TRUE(ever_active(changed, "hot"));
}

TEST(Fixed, SurvivesTheWayThroughJson) {
  for (const char* assignment : {"depth=6", "booster=tree", "warm=false", "warm=true", "rate=0.3", "eta=0.01"}) {
    const SearchSpace changed = fixed(original(), assignment);

    const SearchSpace again = SearchSpace::from_json(changed.to_json(), "again", SpaceAuthor::tuner);

    EXPECT_EQ(again.to_json(), changed.to_json());
    for (std::uint64_t i = 0; i < 50; ++i)
      EXPECT_EQ(configuration_to_json(again, again.sample(1, i)), configuration_to_json(changed, changed.sample(1, i)));
  }
}

TEST(Narrowed, ShrinksARange) {
  const SearchSpace changed = narrowed(original(), "eta=0.01:0.3");

  EXPECT_EQ(parameter(changed, "eta").low, 0.01);
  EXPECT_EQ(parameter(changed, "eta").high, 0.3);
  EXPECT_TRUE(parameter(changed, "eta").log);
}

TEST(Narrowed, KeepsTheBoundThatIsLeftOut) {
  EXPECT_EQ(parameter(narrowed(original(), "depth=:6"), "depth").low, 2);
  EXPECT_EQ(parameter(narrowed(original(), "depth=6:"), "depth").high, 12);
}

TEST(Narrowed, GoesInwardToTheNextStep) {
  const SearchSpace changed = narrowed(original(), "rate=0.2:0.8");

  EXPECT_EQ(parameter(changed, "rate").low, 0.3);
  EXPECT_EQ(parameter(changed, "rate").high, 0.7);
  EXPECT_EQ(parameter(changed, "rate").cells(), 3);
}

TEST(Narrowed, KeepsSomeChoicesInTheirOldOrder) {
  const SearchSpace changed = narrowed(original(), "booster=dart,linear");

  EXPECT_THAT(parameter(changed, "booster").choices, ElementsAre("\"linear\"", "\"dart\""));
  EXPECT_EQ(configuration_from_text(changed, "booster=linear,drop=0.5")[changed.index_of("drop")], 0.5);
  EXPECT_THAT([&] { configuration_from_text(changed, "booster=dart,depth=12"); }, testing::Throws<UserError>());
}

struct BadChange {
  std::string assignment;
  std::string message;
};

class FixMistake : public testing::TestWithParam<BadChange> {};

TEST_P(FixMistake, IsOneClearMessage) {
  EXPECT_THAT([] { fixed(original(), GetParam().assignment); },
              ThrowsMessage<UserError>(HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Assignments, FixMistake,
    testing::Values(BadChange{"depth", "--fix depth: it is not of the form name=value"},
                    BadChange{"depht=3", "--fix depht=3: there is no parameter 'depht'. Did you mean 'depth'?"},
                    BadChange{"depth=x", "depth = 'x' is not a number"},
                    BadChange{"depth=", "depth = '' is not a number"}, BadChange{"depth=13", "depth = 13 is above 12"},
                    BadChange{"depth=2.5", "depth = 2.5 is not a whole number"},
                    BadChange{"booster=drat", "booster = \"drat\" is not one of its choices. Did you mean 'dart'?"},
                    BadChange{"rate=0.2", "rate = 0.2 is not 0.1 plus a multiple of 0.2"},
                    BadChange{"eta=nan", "eta = 'nan' is not a number"},
                    BadChange{"eta=inf", "eta = 'inf' is not a number"}));

class NarrowMistake : public testing::TestWithParam<BadChange> {};

TEST_P(NarrowMistake, IsOneClearMessage) {
  EXPECT_THAT([] { narrowed(original(), GetParam().assignment); },
              ThrowsMessage<UserError>(HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Assignments, NarrowMistake,
    testing::Values(BadChange{"eta", "--narrow eta: it is not of the form name=low:high or name=choice,choice"},
                    BadChange{"eta=0.1", "'0.1' is not a range low:high. Use --fix eta=0.1"},
                    BadChange{"eta=0.3:0.1", "the range is empty (0.3 is above 0.1). Swap them"},
                    BadChange{"eta=0.1:0.9", "0.9 is outside [0.001, 0.5] (it can only be narrowed)"},
                    BadChange{"eta=0.0001:0.1", "0.0001 is outside [0.001, 0.5]"},
                    BadChange{"rate=0.15:0.25", "none of the values 0.1 plus a multiple of 0.2 lies in it"},
                    BadChange{"depth=2.1:2.9", "none of the values 2 plus a multiple of 1 lies in it"},
                    BadChange{"booster=dart,gblinear", "booster = \"gblinear\" is not one of its choices"}));

TEST(Narrowed, RefusesToLeaveOnlyWhatIsForbidden) {
  const SearchSpace dart = fixed(original(), "booster=dart");

  EXPECT_THAT([&] { narrowed(dart, "depth=11:12"); },
              ThrowsMessage<UserError>(HasSubstr("--narrow depth=11:12: the forbidden combinations leave nothing")));
}

}  // namespace
}  // namespace tuner
