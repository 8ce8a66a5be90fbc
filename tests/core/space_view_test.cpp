#include "core/space_view.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/configuration_text.h"
#include "tuner/plugin.h"

namespace tuner {
namespace {

using testing::ElementsAre;

SearchSpace viewed_space() {
  return SearchSpace::from_json(R"({"parameters": [
    {"name": "eta", "type": "float", "low": 0.001, "high": 0.5, "log": true, "default": 0.3},
    {"name": "kind", "type": "categorical", "choices": ["a", 2]},
    {"name": "depth", "type": "int", "low": 2, "high": 8, "when": {"kind": ["a"]}},
    {"name": "late", "type": "bool", "when": {"depth": {"low": 5}, "kind": "a"}}],
    "forbidden": [{"kind": 2, "eta": {"low": 0.1}}]})",
                                "space");
}

TEST(SpaceView, ShowsEveryParameter) {
  const SpaceView view(viewed_space());
  const tuner_space& c = view.c_space();

  ASSERT_EQ(c.parameter_count, 4U);
  EXPECT_EQ(c.struct_size, sizeof(tuner_space));
  EXPECT_TRUE(std::isinf(c.cells));
  const tuner_parameter& eta = *c.parameters[0];
  EXPECT_STREQ(eta.name, "eta");
  EXPECT_EQ(eta.struct_size, sizeof(tuner_parameter));
  EXPECT_EQ(eta.type, TUNER_FLOAT);
  EXPECT_EQ(eta.low, 0.001);
  EXPECT_EQ(eta.high, 0.5);
  EXPECT_EQ(eta.log, 1);
  EXPECT_EQ(eta.default_value, 0.3);
  const tuner_parameter& kind = *c.parameters[1];
  ASSERT_EQ(kind.choice_count, 2U);
  EXPECT_STREQ(kind.choices[0], "\"a\"");
  EXPECT_STREQ(kind.choices[1], "2");
  EXPECT_EQ(kind.cells, 2);
  EXPECT_TRUE(std::isnan(kind.default_value));
}

TEST(SpaceView, ShowsTheConditions) {
  const SpaceView view(viewed_space());
  const tuner_parameter& late = *view.c_space().parameters[3];

  ASSERT_EQ(late.condition_count, 2U);
  EXPECT_EQ(late.conditions[0]->parent, 2U);
  EXPECT_EQ(late.conditions[0]->value_count, 0U);
  EXPECT_EQ(late.conditions[0]->low, 5);
  EXPECT_EQ(late.conditions[0]->high, 8);
  ASSERT_EQ(late.conditions[1]->value_count, 1U);
  EXPECT_EQ(late.conditions[1]->values[0], 0);
}

TEST(SpaceView, AnswersAsTheSpaceDoes) {
  const SpaceView view(viewed_space());
  const plugin::Space seen(view.c_space());
  const auto text = [&](const std::vector<double>& configuration) {
    return configuration_to_json(view.space(), configuration);
  };
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::vector<double> configuration = view.space().sample(3, i);

    EXPECT_EQ(text(seen.sample(3, i)), text(configuration));
    EXPECT_TRUE(seen.contains(configuration));
    EXPECT_EQ(seen.to_unit(configuration), view.space().to_unit(configuration));
    EXPECT_EQ(text(seen.from_unit(seen.to_unit(configuration))),
              text(view.space().from_unit(seen.to_unit(configuration))));
  }
  std::vector<double> forbidden{0.2, 1, 3, 1};
  seen.make_canonical(forbidden);
  EXPECT_TRUE(std::isnan(forbidden[2]) && std::isnan(forbidden[3]));
  EXPECT_FALSE(seen.contains(forbidden));
}

TEST(SpaceView, CarriesTheJsonThatMakesTheSameSpace) {
  const SpaceView view(viewed_space());

  EXPECT_EQ(SearchSpace::from_json(view.c_space().json, "view").to_json(), viewed_space().to_json());
}

}  // namespace
}  // namespace tuner
