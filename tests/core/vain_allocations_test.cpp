#include "core/vain_allocations.h"

#include <gtest/gtest.h>

#include "tests/core/study_builder.h"

namespace tuner {
namespace {

using testing::StudyBuilder;

// An hour from 1000 on for each epoch, in which one trial runs and, at the end, is given back.
class VainAllocations : public ::testing::Test {
 protected:
  void begin_allocation() {
    builder_.apply(EpochStarted{EpochNumber{builder_.study().epochs().size() + 1}, 1000, "{}"});
    builder_.apply(AllocationSeen{1000, 4600, "test"});
    builder_.start(0);
  }
  void end_allocation(double at = 4570) {
    builder_.end(0, Cause::preempted, {});
    builder_.apply(EpochEnded{at, "the allocation ends"});
  }
  void report(std::int64_t step) {
    builder_.apply(Reported{TrialId{0}, builder_.study().trial(TrialId{0}).attempt, step, 0.5});
  }
  std::size_t in_vain() const { return allocations_in_vain(builder_.study()); }

  StudyBuilder builder_;
};

TEST_F(VainAllocations, AreThoseSinceTheLastProgress) {
  builder_.suggest({0.1, 0.2});
  builder_.run(1, 0.5);

  for (std::size_t count = 0; count < 3; ++count) {
    begin_allocation();
    EXPECT_EQ(in_vain(), count);
    end_allocation();
  }

  EXPECT_EQ(in_vain(), 3U);
}

TEST_F(VainAllocations, ATrialComesFurtherWhereItReportsANewStep) {
  builder_.suggest({0.1});
  begin_allocation();
  report(10);
  end_allocation();
  EXPECT_EQ(in_vain(), 0U);

  begin_allocation();
  report(9);
  report(10);
  end_allocation();
  EXPECT_EQ(in_vain(), 1U);

  begin_allocation();
  report(11);
  end_allocation();
  EXPECT_EQ(in_vain(), 0U);
}

TEST_F(VainAllocations, ThatWereTakenAwayEarlyDoNotCount) {
  builder_.suggest({0.1});
  begin_allocation();
  end_allocation(2000);

  EXPECT_EQ(in_vain(), 0U);
}

}  // namespace
}  // namespace tuner
