#include "mpi_runner/plugin_host/protocol.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <thread>

#include "mpi_runner/plugin_host/frame_socket.h"

namespace tuner::protocol {
namespace {

using ::testing::ElementsAre;

std::span<const std::byte> without_length(const Bytes& frame) {
  return std::span(frame).subspan(sizeof(std::uint32_t));
}

template <class Message>
Message round_trip(const Message& message) {
  Bytes frame;
  append_frame(frame, Request(message));
  return std::get<Message>(read_request(without_length(frame)));
}

TEST(Protocol, EveryFieldOfAnAssignmentArrives) {
  const Evaluate read = round_trip(Evaluate{TrialId{7}, 2, 99, TrialId{3}, {0.5, 1}, {9}});

  EXPECT_EQ(read.trial, TrialId{7});
  EXPECT_EQ(read.attempt, 2U);
  EXPECT_EQ(read.seed, 99U);
  EXPECT_EQ(read.parent, TrialId{3});
  EXPECT_THAT(read.configuration, ElementsAre(0.5, 1));
  EXPECT_THAT(read.fidelities, ElementsAre(9));
}

TEST(Protocol, OptionsAndGoalArrive) {
  const CreateStrategy read = round_trip(CreateStrategy{"{}", {{1, 0}, 2, {1}, {9}}, 5, {{"a", "1"}, {"b", ""}}});

  EXPECT_THAT(read.goal.maximize, ElementsAre(1, 0));
  EXPECT_EQ(read.goal.constraint_count, 2U);
  EXPECT_EQ(read.options.at("a"), "1");
  EXPECT_EQ(read.options.at("b"), "");
}

TEST(Protocol, AnswersArrive) {
  Bytes frame;
  append_frame(frame, Reply(Answered{4, 1, {{{0.5}, {}, -1, "{}"}, {{0.25}, {}, 3, ""}}}));

  const auto read = std::get<Answered>(read_reply(without_length(frame)));
  EXPECT_EQ(read.number, 4U);
  EXPECT_EQ(read.exhausted, 1);
  EXPECT_EQ(read.suggestions.at(1).parent, 3);
  EXPECT_EQ(read.suggestions.at(0).note, "{}");
}

TEST(Protocol, EveryShortenedFrameIsMalformed) {
  Bytes frame;
  append_frame(frame, Reply(Answered{4, 1, {{{0.5}, {1}, -1, "{}"}}}));
  const auto whole = without_length(frame);

  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(read_reply(whole.first(size)), MalformedBytes) << size;
}

TEST(Protocol, UnknownKindsAndHugeCountsAreMalformed) {
  const Bytes unknown(1, std::byte{200});
  EXPECT_THROW(read_reply(unknown), MalformedBytes);

  Bytes frame;
  append_frame(frame, Reply(Answered{}));
  for (std::size_t i = frame.size() - sizeof(std::uint32_t); i < frame.size(); ++i) frame[i] = std::byte{0xFF};
  EXPECT_THROW(read_reply(without_length(frame)), MalformedBytes);
}

struct Pair {
  Pair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    near = UniqueFd(fds[0]);
    far = UniqueFd(fds[1]);
  }
  UniqueFd near;
  UniqueFd far;
};

TEST(FrameSocket, NeverBlocksOnAPeerThatDoesNotRead) {
  Pair pair;
  FrameSocket near(std::move(pair.near));
  append_frame(near.outbox(), Request(Describe{}));
  append_frame(near.outbox(), Request(DeclareSpace{{{"text", std::string(10'000'000, 'x')}}}));

  near.flush();
  EXPECT_TRUE(near.has_unsent());

  std::thread reader([&] {
    FrameSocket far(std::move(pair.far));
    EXPECT_TRUE(std::holds_alternative<Describe>(read_request(*far.receive_blocking())));
    const Request request = read_request(*far.receive_blocking());
    EXPECT_EQ(std::get<DeclareSpace>(request).options.at("text").size(), 10'000'000U);
  });
  near.flush_blocking();
  reader.join();
  EXPECT_FALSE(near.has_unsent());
}

TEST(FrameSocket, GivesTheFramesThatCameBeforeTheEnd) {
  Pair pair;
  FrameSocket near(std::move(pair.near));
  {
    FrameSocket far(std::move(pair.far));
    append_frame(far.outbox(), Reply(Created{}));
    far.flush();
  }

  EXPECT_TRUE(near.receive().has_value());
  EXPECT_FALSE(near.receive().has_value());
  EXPECT_TRUE(near.closed());
}

TEST(FrameSocket, RefusesALengthThatNoFrameHas) {
  Pair pair;
  FrameSocket near(std::move(pair.near));
  const std::string garbage(100, '\xFF');
  ASSERT_EQ(write(pair.far.get(), garbage.data(), garbage.size()), 100);

  EXPECT_THROW(near.receive(), MalformedBytes);
}

}  // namespace
}  // namespace tuner::protocol
