#include "storage/event_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tuner {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

Bytes bytes_of(const Event& event) {
  Bytes bytes;
  encode(event, bytes);
  return bytes;
}

std::vector<Event> one_of_each() {
  const NewTrial plain{.trial = {7}, .configuration = {}, .fidelities = {}, .parent = {}, .note = {}};
  const NewTrial full{
      .trial = {8}, .configuration = {0.1, kNaN, -0.0}, .fidelities = {9}, .parent = TrialId{3}, .note = R"({"a": 1})"};
  return {StudyCreated{R"({"seed": 1})"},
          EpochStarted{{2}, 1.5, "{}"},
          EpochEnded{2.5, "drained\n"},
          Asked{{4}, 3, 99},
          Answered{{4}, 1, {plain, full}},
          TrialAdded{Origin::imported, full},
          Discarded{{5}},
          StrategyRestarted{"died"},
          AttemptStarted{{6}, 2, {63}, 1e9},
          Reported{{6}, 2, -4, std::numeric_limits<double>::infinity()},
          AttemptEnded{{6}, 2, Cause::preempted, 1e9, 0.5, {1, 2}, {-1}, {{"trees", 50}, {"", kNaN}}, "output"},
          SettingChanged{"trials", "400"},
          HoldoutScored{{6}, 1e9, R"({"auc": 0.9})"},
          AttemptReturned{{6}, 2},
          RankJoined{{3}, "n1"},
          AttemptRetried{{6}, 2, Cause::crash, 1e9, 0.5, "output"},
          Suspected{{6}, 1e9, "three deaths"},
          RankQuarantined{{3}, 1e9, "crashes"},
          Requested{RequestKind::enqueue, 1e9, "ada@n1, pid 7", "x=1"},
          AllocationSeen{1e9, 1e9 + 3600, "--time-limit"},
          Blocked{1e9, "too short"},
          RequestRefused{{RequestKind::enqueue, 1e9, "ada@n1, pid 7", "x=1"}, "known already"},
          Kept{{6}, 2, 61.5},
          JobSuspended{1e9, 61.5}};
}

TEST(EventCodec, EveryEventComesBackWithTheSameBytes) {
  for (const auto& event : one_of_each()) {
    const auto bytes = bytes_of(event);

    const Event decoded = decode(bytes);

    EXPECT_EQ(decoded.index(), event.index());
    EXPECT_EQ(bytes_of(decoded), bytes) << "event " << event.index();
  }
}

TEST(EventCodec, OneOfEachIsReallyOneOfEach) {
  EXPECT_EQ(one_of_each().size(), std::variant_size_v<Event>);
}

TEST(EventCodec, FieldsComeBackInTheirPlaces) {
  const auto ended = std::get<AttemptEnded>(
      decode(bytes_of(AttemptEnded{{6}, 2, Cause::timeout, 10, 0.5, {1, 2}, {-1}, {{"trees", 50}}, "last words"})));

  EXPECT_EQ(ended.trial, TrialId{6});
  EXPECT_EQ(ended.attempt, 2U);
  EXPECT_EQ(ended.cause, Cause::timeout);
  EXPECT_EQ(ended.duration_s, 0.5);
  EXPECT_THAT(ended.values, testing::ElementsAre(1, 2));
  EXPECT_THAT(ended.constraints, testing::ElementsAre(-1));
  EXPECT_THAT(ended.notes, testing::ElementsAre(testing::Pair("trees", 50)));
  EXPECT_EQ(ended.message, "last words");
}

// Files of version 1 hold these numbers: a change here makes them unreadable.
TEST(EventCodec, TypesKeepTheirNumbers) {
  int expected = 1;
  for (const auto& event : one_of_each()) EXPECT_EQ(static_cast<int>(bytes_of(event).front()), expected++);
}

TEST(EventCodec, BytesThatEndEarlyAreRefused) {
  for (const auto& event : one_of_each()) {
    const auto bytes = bytes_of(event);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_THROW(decode(std::span(bytes).first(size)), MalformedBytes) << event.index() << " cut at " << size;
  }
}

TEST(EventCodec, BytesBehindTheEndAreRefused) {
  for (const auto& event : one_of_each()) {
    auto bytes = bytes_of(event);
    bytes.push_back(std::byte{0});

    EXPECT_THROW(decode(bytes), MalformedBytes);
  }
}

TEST(EventCodec, ChangedBytesGiveAnotherEventOrAreRefused) {
  for (const auto& event : one_of_each()) {
    const auto bytes = bytes_of(event);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      auto changed = bytes;
      changed[bit / 8] ^= std::byte{1} << (bit % 8);
      try {
        EXPECT_EQ(bytes_of(decode(changed)), changed) << event.index() << " bit " << bit;
      } catch (const MalformedBytes&) {
        continue;
      }
    }
  }
}

TEST(EventCodec, EnumerationsOutOfRangeAreRefused) {
  auto added = bytes_of(TrialAdded{Origin::enqueued, {}});
  added[1] = std::byte{5};
  auto answered = bytes_of(Answered{{1}, 0, {}});
  answered[9] = std::byte{2};

  EXPECT_THROW(decode(added), MalformedBytes);
  EXPECT_THROW(decode(answered), MalformedBytes);
  EXPECT_THROW(decode(Bytes{std::byte{0}}), MalformedBytes);
  EXPECT_THROW(decode(Bytes{std::byte{14}}), MalformedBytes);
}

}  // namespace
}  // namespace tuner
