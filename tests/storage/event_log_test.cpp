#include "storage/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>

#include "core/bytes.h"
#include "storage/file.h"

namespace tuner {
namespace {

std::vector<std::string> events_of(const LogSnapshot& snapshot) {
  std::vector<std::string> events;
  for_each_event(snapshot, [&](Sequence sequence, std::span<const std::byte> event) {
    EXPECT_EQ(sequence.value, events.size());
    events.emplace_back(reinterpret_cast<const char*>(event.data()), event.size());
  });
  return events;
}

TEST(EventLog, EventsComeBackInOrderWhateverTheirSize) {
  EventLog log;
  std::vector<std::string> written;
  for (std::size_t size : {0, 1, 100, 300'000, 7, 262'140, 1'000'000, 3}) written.emplace_back(size, 'x');

  for (const auto& event : written) log.append(as_bytes(event));

  EXPECT_EQ(log.end(), Sequence{written.size()});
  EXPECT_EQ(events_of(log.snapshot()), written);
}

TEST(EventLog, ASnapshotStaysAsItWasWhileTheLogGrows) {
  EventLog log;
  for (int i = 0; i < 1000; ++i) log.append(as_bytes(std::to_string(i)));
  const auto snapshot = log.snapshot();
  std::vector<std::string> seen;

  std::thread reader([&] { seen = events_of(snapshot); });
  for (int i = 1000; i < 50'000; ++i) log.append(as_bytes(std::to_string(i)));
  reader.join();

  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(seen.back(), "999");
  EXPECT_EQ(snapshot.end, Sequence{1000});
}

TEST(EventLog, ALogFromItsBytesIsTheSame) {
  EventLog log;
  for (int i = 0; i < 100'000; ++i) log.append(as_bytes(std::to_string(i)));
  const auto snapshot = log.snapshot();
  Bytes whole;
  for (const auto& piece : snapshot.pieces) whole.insert(whole.end(), piece.span().begin(), piece.span().end());
  auto bytes = std::make_unique<std::byte[]>(whole.size());
  std::ranges::copy(whole, bytes.get());

  const EventLog again(std::move(bytes), whole.size());

  EXPECT_EQ(snapshot.bytes, whole.size());
  EXPECT_EQ(again.snapshot().crc32c, snapshot.crc32c);
  EXPECT_EQ(events_of(again.snapshot()), events_of(snapshot));
}

TEST(EventLog, BytesThatAreNotWholeFramesAreRefused) {
  const std::vector<std::string> wrong = {std::string("\1", 1), std::string("\2\0\0\0x", 5),
                                          std::string("\xff\xff\xff\xff", 4)};
  for (const auto& bytes : wrong) {
    auto memory = std::make_unique<std::byte[]>(bytes.size());
    std::memcpy(memory.get(), bytes.data(), bytes.size());

    EXPECT_THROW(EventLog(std::move(memory), bytes.size()), MalformedBytes);
  }
}

}  // namespace
}  // namespace tuner
