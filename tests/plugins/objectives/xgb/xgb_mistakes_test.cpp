#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/plugins/objectives/objective_driver.h"
#include "tests/plugins/objectives/xgb/scratch_folder.h"

extern "C" const tuner_objective_v1_t tuner_objective_v1;

namespace tuner::testing {
namespace {

using ::testing::HasSubstr;

// 30 rows of three columns; `label` of row i is taken from the list in turn.
std::string table(const std::vector<std::string>& labels) {
  std::string csv = "x,z,label\n";
  for (std::size_t i = 0; i < 30; ++i) csv += fmt::format("{},{},{}\n", i, i % 7, labels[i % labels.size()]);
  return csv;
}

struct Mistake {
  const char* name;
  std::string csv;
  Settings settings;
  const char* message;
};

class XgbMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(XgbMistakes, StopBeforeTheFirstTrialWithOneMessage) {
  const ScratchFolder folder;
  Settings settings = GetParam().settings;
  settings.insert({"data", folder.write("t.csv", GetParam().csv)});

  const std::string message = mistake_in(tuner_objective_v1, settings);

  EXPECT_THAT(message, HasSubstr(GetParam().message));
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Xgb, XgbMistakes,
    ::testing::Values(
        Mistake{"MissingFile", "", {{"data", "no/such.csv"}}, "data 'no/such.csv' cannot be opened"},
        Mistake{"EmptyFile", "", {}, "t.csv' is empty"},
        Mistake{"LabelNotFound", table({"0", "1"}), {{"label", "lable"}}, "'lable' is no column of"},
        Mistake{"StrayText", table({"0", "1"}) + "abc,1,0\n", {}, "t.csv:32: column 'x' has the text 'abc'"},
        Mistake{"RaggedLine", table({"0", "1"}) + "1,2\n", {}, "t.csv:32: this line has 2 cells, the header has 3"},
        Mistake{"LabelMissing", table({"0", "1"}) + "1,2,NA\n", {}, "t.csv:32: the label 'label' is missing"},
        Mistake{"OneClass", table({"yes"}), {}, "has the same value in every row"},
        Mistake{"FewerRowsThanFolds", "x,label\n1,0.5\n2,1.5\n3,2.5\n4,4.5\n5,6\n", {}, "fewer rows than folds: 4"},
        Mistake{"RareClass", table({"0", "1"}) + "1,2,2\n", {}, "class '2' of label 'label' has fewer rows than folds"},
        Mistake{"UnfitMetric", table({"0", "1"}), {{"metric", "rmse"}}, "does not fit a binary label"},
        Mistake{"UnknownTask",
                table({"0", "1"}),
                {{"task", "binray"}},
                "option task = 'binray' is not known. Did you mean 'binary'?"},
        Mistake{"UnknownMetric",
                table({"0", "1"}),
                {{"metric", "loglos"}},
                "option metric = 'loglos' is not known. Did you mean 'logloss'?"},
        Mistake{"HoldoutOfMoreThanAll", table({"0", "1"}), {{"holdout", "20"}}, "option holdout = 20 is outside"},
        Mistake{"NegativeHoldout", table({"0", "1"}), {{"holdout", "-0.1"}}, "option holdout = -0.1 is outside"},
        Mistake{"OneFold", table({"0", "1"}), {{"folds", "1"}}, "option folds = 1 is outside [2, "},
        Mistake{"NegativeEarlyStopping", table({"0", "1"}), {{"early_stopping", "-1"}}, "early_stopping = -1"},
        Mistake{"UnknownCategorical", table({"0", "1"}), {{"categorical", "x, q"}}, "categorical names 'q'"}),
    [](const auto& each) { return each.param.name; });

TEST(XgbMistakes, AreNoneInASoundTable) {
  const ScratchFolder folder;

  EXPECT_EQ(mistake_in(tuner_objective_v1, {{"data", folder.write("t.csv", table({"0", "1"}))}}), "");
}

}  // namespace
}  // namespace tuner::testing
