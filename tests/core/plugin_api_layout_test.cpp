// The numbers that plugins in the field were compiled with. A test that fails here means a broken contract: structs
// only grow at their end, and a new field is added here with its own numbers.
#include <gtest/gtest.h>

#include <bit>
#include <cstddef>

#include "tuner/abi.h"

namespace {

static_assert(sizeof(void*) == 8 && sizeof(std::size_t) == 8, "the layout below is that of 64-bit machines");
static_assert(std::endian::native == std::endian::little);

TEST(Layout, TextKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_text), 16U);
  EXPECT_EQ(offsetof(tuner_text, data), 0U);
  EXPECT_EQ(offsetof(tuner_text, capacity), 8U);
}

TEST(Layout, WriterKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_writer), 16U);
  EXPECT_EQ(offsetof(tuner_writer, context), 0U);
  EXPECT_EQ(offsetof(tuner_writer, write), 8U);
}

TEST(Layout, OptionKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_option), 16U);
  EXPECT_EQ(offsetof(tuner_option, name), 0U);
  EXPECT_EQ(offsetof(tuner_option, value), 8U);
}

TEST(Layout, OptionsKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_options), 16U);
  EXPECT_EQ(offsetof(tuner_options, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_options, count), 4U);
  EXPECT_EQ(offsetof(tuner_options, items), 8U);
}

TEST(Layout, ConditionKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_condition), 40U);
  EXPECT_EQ(offsetof(tuner_condition, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_condition, parent), 4U);
  EXPECT_EQ(offsetof(tuner_condition, values), 8U);
  EXPECT_EQ(offsetof(tuner_condition, value_count), 16U);
  EXPECT_EQ(offsetof(tuner_condition, low), 24U);
  EXPECT_EQ(offsetof(tuner_condition, high), 32U);
}

TEST(Layout, ParameterKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_parameter), 88U);
  EXPECT_EQ(offsetof(tuner_parameter, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_parameter, type), 4U);
  EXPECT_EQ(offsetof(tuner_parameter, name), 8U);
  EXPECT_EQ(offsetof(tuner_parameter, low), 16U);
  EXPECT_EQ(offsetof(tuner_parameter, high), 24U);
  EXPECT_EQ(offsetof(tuner_parameter, step), 32U);
  EXPECT_EQ(offsetof(tuner_parameter, log), 40U);
  EXPECT_EQ(offsetof(tuner_parameter, choice_count), 44U);
  EXPECT_EQ(offsetof(tuner_parameter, choices), 48U);
  EXPECT_EQ(offsetof(tuner_parameter, default_value), 56U);
  EXPECT_EQ(offsetof(tuner_parameter, cells), 64U);
  EXPECT_EQ(offsetof(tuner_parameter, condition_count), 72U);
  EXPECT_EQ(offsetof(tuner_parameter, conditions), 80U);
}

TEST(Layout, SpaceKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_space), 80U);
  EXPECT_EQ(offsetof(tuner_space, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_space, parameter_count), 4U);
  EXPECT_EQ(offsetof(tuner_space, parameters), 8U);
  EXPECT_EQ(offsetof(tuner_space, json), 16U);
  EXPECT_EQ(offsetof(tuner_space, cells), 24U);
  EXPECT_EQ(offsetof(tuner_space, context), 32U);
  EXPECT_EQ(offsetof(tuner_space, from_unit), 40U);
  EXPECT_EQ(offsetof(tuner_space, to_unit), 48U);
  EXPECT_EQ(offsetof(tuner_space, make_canonical), 56U);
  EXPECT_EQ(offsetof(tuner_space, contains), 64U);
  EXPECT_EQ(offsetof(tuner_space, sample), 72U);
}

TEST(Layout, TrialKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_trial), 120U);
  EXPECT_EQ(offsetof(tuner_trial, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_trial, attempt), 4U);
  EXPECT_EQ(offsetof(tuner_trial, number), 8U);
  EXPECT_EQ(offsetof(tuner_trial, seed), 16U);
  EXPECT_EQ(offsetof(tuner_trial, configuration), 24U);
  EXPECT_EQ(offsetof(tuner_trial, fidelities), 32U);
  EXPECT_EQ(offsetof(tuner_trial, threads), 40U);
  EXPECT_EQ(offsetof(tuner_trial, fidelity_count), 44U);
  EXPECT_EQ(offsetof(tuner_trial, context), 48U);
  EXPECT_EQ(offsetof(tuner_trial, directory), 56U);
  EXPECT_EQ(offsetof(tuner_trial, parent_directory), 64U);
  EXPECT_EQ(offsetof(tuner_trial, report), 72U);
  EXPECT_EQ(offsetof(tuner_trial, stop_reason), 80U);
  EXPECT_EQ(offsetof(tuner_trial, note), 88U);
  EXPECT_EQ(offsetof(tuner_trial, log), 96U);
  EXPECT_EQ(offsetof(tuner_trial, extension), 104U);
  EXPECT_EQ(offsetof(tuner_trial, checkpoint_due), 112U);
}

TEST(Layout, RefitRequestKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_refit_request), 40U);
  EXPECT_EQ(offsetof(tuner_refit_request, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_refit_request, part), 4U);
  EXPECT_EQ(offsetof(tuner_refit_request, seed), 8U);
  EXPECT_EQ(offsetof(tuner_refit_request, configuration), 16U);
  EXPECT_EQ(offsetof(tuner_refit_request, directory), 24U);
  EXPECT_EQ(offsetof(tuner_refit_request, threads), 32U);
  EXPECT_EQ(offsetof(tuner_refit_request, zero), 36U);
}

TEST(Layout, ObjectiveKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_objective_v1_t), 64U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, abi_minor), 4U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, describe), 8U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, space), 16U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, inputs), 24U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, create), 32U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, evaluate), 40U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, refit), 48U);
  EXPECT_EQ(offsetof(tuner_objective_v1_t, destroy), 56U);
}

TEST(Layout, GoalKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_goal), 40U);
  EXPECT_EQ(offsetof(tuner_goal, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_goal, objective_count), 4U);
  EXPECT_EQ(offsetof(tuner_goal, maximize), 8U);
  EXPECT_EQ(offsetof(tuner_goal, constraint_count), 16U);
  EXPECT_EQ(offsetof(tuner_goal, fidelity_count), 20U);
  EXPECT_EQ(offsetof(tuner_goal, fidelity_low), 24U);
  EXPECT_EQ(offsetof(tuner_goal, fidelity_high), 32U);
}

TEST(Layout, ResultKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_result), 88U);
  EXPECT_EQ(offsetof(tuner_result, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_result, cause), 4U);
  EXPECT_EQ(offsetof(tuner_result, trial), 8U);
  EXPECT_EQ(offsetof(tuner_result, parent), 16U);
  EXPECT_EQ(offsetof(tuner_result, configuration), 24U);
  EXPECT_EQ(offsetof(tuner_result, fidelities), 32U);
  EXPECT_EQ(offsetof(tuner_result, values), 40U);
  EXPECT_EQ(offsetof(tuner_result, constraints), 48U);
  EXPECT_EQ(offsetof(tuner_result, noise_sd), 56U);
  EXPECT_EQ(offsetof(tuner_result, origin), 64U);
  EXPECT_EQ(offsetof(tuner_result, report_count), 68U);
  EXPECT_EQ(offsetof(tuner_result, report_steps), 72U);
  EXPECT_EQ(offsetof(tuner_result, report_values), 80U);
}

TEST(Layout, PendingKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_pending), 32U);
  EXPECT_EQ(offsetof(tuner_pending, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_pending, origin), 4U);
  EXPECT_EQ(offsetof(tuner_pending, trial), 8U);
  EXPECT_EQ(offsetof(tuner_pending, configuration), 16U);
  EXPECT_EQ(offsetof(tuner_pending, fidelities), 24U);
}

TEST(Layout, AskRequestKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_ask_request), 40U);
  EXPECT_EQ(offsetof(tuner_ask_request, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_ask_request, want), 4U);
  EXPECT_EQ(offsetof(tuner_ask_request, number), 8U);
  EXPECT_EQ(offsetof(tuner_ask_request, suggested), 16U);
  EXPECT_EQ(offsetof(tuner_ask_request, pending_count), 24U);
  EXPECT_EQ(offsetof(tuner_ask_request, pending), 32U);
}

TEST(Layout, SuggestionKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_suggestion), 48U);
  EXPECT_EQ(offsetof(tuner_suggestion, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_suggestion, zero), 4U);
  EXPECT_EQ(offsetof(tuner_suggestion, configuration), 8U);
  EXPECT_EQ(offsetof(tuner_suggestion, fidelities), 16U);
  EXPECT_EQ(offsetof(tuner_suggestion, parent), 24U);
  EXPECT_EQ(offsetof(tuner_suggestion, note), 32U);
}

TEST(Layout, StrategyKeepsItsPlaces) {
  EXPECT_EQ(sizeof(tuner_strategy_v1_t), 56U);
  EXPECT_EQ(offsetof(tuner_strategy_v1_t, struct_size), 0U);
  EXPECT_EQ(offsetof(tuner_strategy_v1_t, abi_minor), 4U);
  EXPECT_EQ(offsetof(tuner_strategy_v1_t, describe), 8U);
  EXPECT_EQ(offsetof(tuner_strategy_v1_t, create), 16U);
  EXPECT_EQ(offsetof(tuner_strategy_v1_t, tell), 24U);
  EXPECT_EQ(offsetof(tuner_strategy_v1_t, ask), 32U);
  EXPECT_EQ(offsetof(tuner_strategy_v1_t, describe_model), 40U);
  EXPECT_EQ(offsetof(tuner_strategy_v1_t, destroy), 48U);
}

// No struct ends in padding, so that a field appended later lies beyond the old struct_size.
template <class Last>
bool ends_with(std::size_t size, std::size_t offset) {
  return offset + sizeof(Last) == size;
}

TEST(Layout, NoStructEndsInPadding) {
  EXPECT_TRUE(ends_with<decltype(tuner_text::capacity)>(sizeof(tuner_text), offsetof(tuner_text, capacity)));
  EXPECT_TRUE(ends_with<decltype(tuner_writer::write)>(sizeof(tuner_writer), offsetof(tuner_writer, write)));
  EXPECT_TRUE(ends_with<decltype(tuner_option::value)>(sizeof(tuner_option), offsetof(tuner_option, value)));
  EXPECT_TRUE(ends_with<decltype(tuner_options::items)>(sizeof(tuner_options), offsetof(tuner_options, items)));
  EXPECT_TRUE(ends_with<decltype(tuner_condition::high)>(sizeof(tuner_condition), offsetof(tuner_condition, high)));
  EXPECT_TRUE(
      ends_with<decltype(tuner_parameter::conditions)>(sizeof(tuner_parameter), offsetof(tuner_parameter, conditions)));
  EXPECT_TRUE(ends_with<decltype(tuner_space::sample)>(sizeof(tuner_space), offsetof(tuner_space, sample)));
  EXPECT_TRUE(
      ends_with<decltype(tuner_trial::checkpoint_due)>(sizeof(tuner_trial), offsetof(tuner_trial, checkpoint_due)));
  EXPECT_TRUE(
      ends_with<decltype(tuner_refit_request::zero)>(sizeof(tuner_refit_request), offsetof(tuner_refit_request, zero)));
  EXPECT_TRUE(ends_with<decltype(tuner_objective_v1_t::destroy)>(sizeof(tuner_objective_v1_t),
                                                                 offsetof(tuner_objective_v1_t, destroy)));
  EXPECT_TRUE(ends_with<decltype(tuner_goal::fidelity_high)>(sizeof(tuner_goal), offsetof(tuner_goal, fidelity_high)));
  EXPECT_TRUE(
      ends_with<decltype(tuner_result::report_values)>(sizeof(tuner_result), offsetof(tuner_result, report_values)));
  EXPECT_TRUE(
      ends_with<decltype(tuner_pending::fidelities)>(sizeof(tuner_pending), offsetof(tuner_pending, fidelities)));
  EXPECT_TRUE(
      ends_with<decltype(tuner_ask_request::pending)>(sizeof(tuner_ask_request), offsetof(tuner_ask_request, pending)));
  EXPECT_TRUE(ends_with<decltype(tuner_suggestion::note)>(sizeof(tuner_suggestion), offsetof(tuner_suggestion, note)));
  EXPECT_TRUE(ends_with<decltype(tuner_strategy_v1_t::destroy)>(sizeof(tuner_strategy_v1_t),
                                                                offsetof(tuner_strategy_v1_t, destroy)));
}

TEST(Layout, NumbersKeepTheirMeaning) {
  EXPECT_EQ(TUNER_OK, 0);
  EXPECT_EQ(TUNER_FAILED, 1);
  EXPECT_EQ(TUNER_PRUNED, 2);
  EXPECT_EQ(TUNER_EXHAUSTED, 3);
  EXPECT_EQ(TUNER_USER_MISTAKE, 4);
  EXPECT_EQ(TUNER_FLOAT, 0);
  EXPECT_EQ(TUNER_INT, 1);
  EXPECT_EQ(TUNER_CATEGORICAL, 2);
  EXPECT_EQ(TUNER_ORDINAL, 3);
  EXPECT_EQ(TUNER_BOOL, 4);
  EXPECT_EQ(TUNER_CONTINUE, 0);
  EXPECT_EQ(TUNER_STOP_PRUNE, 1);
  EXPECT_EQ(TUNER_STOP_CANCEL, 2);
  EXPECT_EQ(TUNER_LOG_DEBUG, 0);
  EXPECT_EQ(TUNER_LOG_INFO, 1);
  EXPECT_EQ(TUNER_LOG_WARNING, 2);
  EXPECT_EQ(TUNER_LOG_ERROR, 3);
  EXPECT_EQ(TUNER_REFIT_WITHOUT_HOLDOUT, 0);
  EXPECT_EQ(TUNER_REFIT_ALL, 1);
  EXPECT_EQ(TUNER_CAUSE_VALUE, 0);
  EXPECT_EQ(TUNER_CAUSE_PRUNED, 1);
  EXPECT_EQ(TUNER_CAUSE_BAD_VALUE, 2);
  EXPECT_EQ(TUNER_CAUSE_EXCEPTION, 3);
  EXPECT_EQ(TUNER_CAUSE_CRASH, 4);
  EXPECT_EQ(TUNER_CAUSE_TIMEOUT, 5);
  EXPECT_EQ(TUNER_CAUSE_OUT_OF_MEMORY, 6);
  EXPECT_EQ(TUNER_ORIGIN_STRATEGY, 0);
  EXPECT_EQ(TUNER_ORIGIN_ENQUEUED, 1);
  EXPECT_EQ(TUNER_ORIGIN_FALLBACK, 2);
  EXPECT_EQ(TUNER_ORIGIN_REPLICATE, 3);
  EXPECT_EQ(TUNER_ORIGIN_IMPORTED, 4);
  EXPECT_EQ(TUNER_ABI_MAJOR, 1);
}

}  // namespace
