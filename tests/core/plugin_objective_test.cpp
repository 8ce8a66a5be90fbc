// What authors of objectives read a configuration with: tuner/objective.h.
#include <gmock/gmock.h>

#include "core/space_view.h"
#include "tuner/objective.h"

namespace tuner {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr const char* kParameters = R"({"parameters": [
  {"name": "rate", "type": "float", "low": 0, "high": 1},
  {"name": "depth", "type": "int", "low": 1, "high": 9},
  {"name": "kind", "type": "categorical",
   "choices": ["plain", "a\"b", "C:\\x", "tab\tend", "\u00e9\ud83d\ude00", "\/", 16, null]},
  {"name": "size", "type": "ordinal", "choices": [16, 32]},
  {"name": "warm", "type": "bool"},
  {"name": "child", "type": "int", "low": 0, "high": 3, "when": {"warm": false}}]})";

class ObjectiveApi : public testing::Test {
 protected:
  plugin::Configuration configuration() const { return {plugin::Space(view_.c_space()), values_.data()}; }

  SpaceView view_{SearchSpace::from_json(kParameters, "the test")};
  std::vector<double> values_{0.5, 3, 0, 1, 1, std::nan("")};
};

TEST_F(ObjectiveApi, ReadsEachParameterByItsType) {
  EXPECT_EQ(configuration().real("rate"), 0.5);
  EXPECT_EQ(configuration().real("depth"), 3);
  EXPECT_EQ(configuration().integer("depth"), 3);
  EXPECT_EQ(configuration().choice("kind"), "plain");
  EXPECT_EQ(configuration().choice("size"), "32");
  EXPECT_EQ(configuration().choice("warm"), "true");
  EXPECT_TRUE(configuration().flag("warm"));
}

TEST_F(ObjectiveApi, GivesChoicesAsTheyAreMeantAndNotAsJsonWritesThem) {
  const std::vector<std::string> meant{"plain", "a\"b", "C:\\x", "tab\tend", "\u00e9\U0001F600", "/", "16", "null"};
  for (std::size_t i = 0; i < meant.size(); ++i) {
    values_[2] = static_cast<double>(i);

    EXPECT_EQ(configuration().choice("kind"), meant[i]);
  }
}

TEST_F(ObjectiveApi, DecodesEscapesThatOtherWritersOfJsonUse) {
  EXPECT_EQ(plugin::detail::decoded_scalar(R"("\u00e9\u0416\u20ac\ud83d\ude00")"), "\u00e9\u0416\u20ac\U0001F600");
  EXPECT_EQ(plugin::detail::decoded_scalar(R"("\b\f\n\r\t\/\\\"")"), "\b\f\n\r\t/\\\"");
  EXPECT_EQ(plugin::detail::decoded_scalar(R"("")"), "");
  EXPECT_EQ(plugin::detail::decoded_scalar("16"), "16");
}

TEST_F(ObjectiveApi, KeepsAChoiceAliveLongerThanTheConfiguration) {
  const plugin::Space space(view_.c_space());
  values_[2] = 1;

  const std::string_view choice = plugin::Configuration(space, values_.data()).choice("kind");

  EXPECT_EQ(choice, "a\"b");
}

TEST_F(ObjectiveApi, RefusesToReadAParameterOfAnotherType) {
  const auto refuses = [](const auto& read, const std::string& message) {
    EXPECT_THAT(read, ThrowsMessage<std::invalid_argument>(HasSubstr(message)));
  };

  refuses([&] { configuration().choice("rate"); },
          "parameter 'rate' is a float in this search space, which choice() does not read");
  refuses([&] { configuration().choice("depth"); }, "'depth' is an int in");
  refuses([&] { configuration().integer("rate"); }, "'rate' is a float in this search space, which integer()");
  refuses([&] { configuration().integer("size"); }, "'size' is ordinal in");
  refuses([&] { configuration().real("kind"); }, "'kind' is categorical in");
  refuses([&] { configuration().real("warm"); }, "'warm' is a bool in");
  refuses([&] { configuration().flag("depth"); }, "'depth' is an int in this search space, which flag()");
}

TEST_F(ObjectiveApi, RefusesUnknownAndInactiveParameters) {
  EXPECT_THAT([&] { configuration().real("eta"); },
              ThrowsMessage<std::invalid_argument>("no parameter 'eta' in this space"));
  EXPECT_THAT([&] { configuration().integer("child"); },
              ThrowsMessage<std::invalid_argument>("parameter 'child' is inactive in this configuration"));
  EXPECT_FALSE(configuration().active("child"));
}

}  // namespace
}  // namespace tuner
