// What objectives do that they should not, each on one trial: its cause, and that nothing else is touched.
#include <gmock/gmock.h>

#include "mpi_runner/objective_host.h"
#include "tests/mpi_runner/plugin_host/host_testing.h"

namespace tuner::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What a plugin does, and what must come of it.
struct Deed {
  std::string misbehave;
  Cause cause;
  std::string message;
};

void PrintTo(const Deed& deed, std::ostream* out) {
  *out << deed.misbehave;
}

class BadObjective : public ::testing::TestWithParam<Deed> {};

TEST_P(BadObjective, FailsOneTrialWithItsCauseAndLeavesNoProcess) {
  const Descendants descendants(GetParam().misbehave);
  {
    ObjectiveSetup setup = fixture_setup(misbehave(GetParam().misbehave, 1));
    setup.trial_timeout_s = GetParam().cause == Cause::timeout ? 10 : 1000;
    if (GetParam().cause == Cause::out_of_memory) setup.launch.memory_limit_bytes = std::uint64_t{256} << 20;
    ObjectiveHost host(setup);

    EXPECT_EQ(evaluate(host, trial(0)).cause, Cause::value);
    const AttemptEnded ended = evaluate(host, trial(1));
    const AttemptEnded next = evaluate(host, trial(2));

    EXPECT_EQ(ended.cause, GetParam().cause) << ended.message;
    EXPECT_THAT(ended.message, HasSubstr(GetParam().message));
    EXPECT_THAT(ended.values, SizeIs(ended.cause == Cause::value ? 1 : 0));
    EXPECT_EQ(next.cause, Cause::value) << next.message;
    EXPECT_THAT(next.values, ElementsAre(kGoodValue));
  }
  EXPECT_THAT(descendants.left(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, BadObjective,
    ::testing::Values(Deed{"segfault", Cause::crash, "crashed (SIGSEGV)"},
                      Deed{"abort", Cause::crash, "crashed (SIGABRT)"}, Deed{"exit_0", Cause::crash, "called exit(0)"},
                      Deed{"exit_3", Cause::crash, "called exit(3)"},
                      Deed{"throw", Cause::exception, "the matrix is singular"},
                      Deed{"throw_int", Cause::exception, "threw something that is not a std::exception"},
                      Deed{"user_mistake", Cause::exception, "column 7 is empty"},
                      Deed{"two_values", Cause::exception, "evaluate returned 2 values but describe declares 1"},
                      Deed{"nan", Cause::bad_value, "objective 'value' is nan"},
                      Deed{"inf_constraint", Cause::bad_value, "constraint 'size' is inf"},
                      Deed{"report_for_ever", Cause::bad_value, "more than 1000000 intermediate values"},
                      Deed{"hang", Cause::timeout, "took longer than 10 s"},
                      Deed{"sleep_ignoring_term", Cause::timeout, "took longer than 10 s"},
                      Deed{"orphan", Cause::value, ""}, Deed{"orphan_and_segfault", Cause::crash, "crashed (SIGSEGV)"},
                      Deed{"orphan_and_hang", Cause::timeout, "took longer than 10 s"},
                      Deed{"hog", Cause::out_of_memory, "the limit is 0.25 GiB"},
                      Deed{"child_hog", Cause::out_of_memory, "the limit is 0.25 GiB"},
                      Deed{"close_all", Cause::crash, "closed its connection to tuner"},
                      Deed{"orphan_and_close_all", Cause::crash, "closed its connection to tuner"},
                      Deed{"stop_guard_and_abort", Cause::crash, "crashed (SIGABRT)"},
                      Deed{"kill_guard", Cause::crash, "was killed together with its guard"},
                      Deed{"corrupt_socket", Cause::crash, "what came from it is no message"},
                      Deed{"print_100_mb", Cause::value, ""}, Deed{"damage_environment", Cause::value, ""}),
    [](const auto& deed) { return deed.param.misbehave; });

}  // namespace
}  // namespace tuner::testing
