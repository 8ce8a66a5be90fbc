#include "storage/log_salvage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/bytes.h"
#include "storage/crc32c.h"
#include "storage/event_log.h"

namespace tuner {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Five events, each of its own size.
class SmallLog : public testing::Test {
 protected:
  SmallLog() {
    EventLog made;
    for (std::size_t i = 0; i < 5; ++i) {
      const Bytes event(10 + i, static_cast<std::byte>(i + 1));
      checksums_.push_back(crc32c(event));
      starts_.push_back(made.snapshot().bytes);
      made.append(event);
    }
    for (const auto& piece : made.snapshot().pieces) log_.insert(log_.end(), piece.span().begin(), piece.span().end());
  }
  std::vector<std::uint64_t> numbers_behind() const {
    std::vector<std::uint64_t> numbers;
    for (const JournalEvent& event : salvage_log(log_, checksums_).behind) numbers.push_back(event.sequence.value);
    return numbers;
  }

  Bytes log_;
  std::vector<std::uint32_t> checksums_;
  std::vector<std::size_t> starts_;
};

TEST_F(SmallLog, EverySingleWrongBitIsFoundAndPutRight) {
  const auto whole = log_;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    log_[bit / 8] ^= std::byte{1} << (bit % 8);

    EXPECT_EQ(mend_one_bit(log_, crc32c(whole)), bit / 8);
    EXPECT_EQ(log_, whole);
  }
}

TEST_F(SmallLog, OfTwoWrongBitsNothingIsPutRight) {
  const auto crc = crc32c(log_);
  log_[3] ^= std::byte{1};
  log_[20] ^= std::byte{16};
  const auto damaged = log_;

  EXPECT_EQ(mend_one_bit(log_, crc), std::nullopt);
  EXPECT_EQ(log_, damaged);
}

TEST_F(SmallLog, WhatStandsBeforeAndBehindADamagedEventIsKnown) {
  log_[starts_[2] + 6] = std::byte{99};

  const SalvagedLog left = salvage_log(log_, checksums_);

  EXPECT_EQ(left.good_events, 2U);
  EXPECT_EQ(left.good_bytes, starts_[2]);
  EXPECT_THAT(numbers_behind(), ElementsAre(3, 4));
  EXPECT_THAT(left.behind.back().bytes, SizeIs(14));
  EXPECT_THAT(left.behind.back().bytes, Each(std::byte{5}));
}

TEST_F(SmallLog, ADamagedLengthHidesOnlyItsEvent) {
  for (const std::size_t byte : {0U, 3U}) {
    const auto whole = log_;
    log_[starts_[1] + byte] ^= std::byte{7};

    EXPECT_EQ(salvage_log(log_, checksums_).good_events, 1U);
    EXPECT_THAT(numbers_behind(), ElementsAre(2, 3, 4));
    log_ = whole;
  }
}

TEST_F(SmallLog, WithoutChecksumsNothingIsKnownToBeWhole) {
  EXPECT_EQ(salvage_log(log_, {}).good_bytes, 0U);
  EXPECT_THAT(salvage_log(log_, {}).behind, IsEmpty());
}

}  // namespace
}  // namespace tuner
