#include "mpi_runner/plugin_host/frame_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace tuner {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;
constexpr std::size_t kKeptOutbox = std::size_t{1} << 20;  // of an empty outbox; the results of a resume are far more
// More than any study's results need (10^6 trials × 100 parameters), and what a damaged length most likely exceeds.
constexpr std::size_t kLongestFrame = std::size_t{1} << 30;

}  // namespace

void FrameSocket::flush() {
  flush(Mode::now);
}

void FrameSocket::flush_blocking() {
  flush(Mode::wait);
}

void FrameSocket::flush(Mode mode) {
  const int flags = MSG_NOSIGNAL | (mode == Mode::now ? MSG_DONTWAIT : 0);
  while (has_unsent() && !closed_) {
    const ssize_t sent = ::send(fd(), outbox_.data() + sent_, outbox_.size() - sent_, flags);
    if (sent >= 0) {
      sent_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR) {
      closed_ = true;
    }
  }
  outbox_.clear();
  if (outbox_.capacity() > kKeptOutbox) Bytes().swap(outbox_);
  sent_ = 0;
}

std::optional<std::span<const std::byte>> FrameSocket::receive() {
  for (;;) {
    if (const auto frame = buffered()) return frame;
    if (!read_more(Mode::now)) return std::nullopt;
  }
}

std::optional<std::span<const std::byte>> FrameSocket::receive_blocking() {
  for (;;) {
    if (const auto frame = buffered()) return frame;
    if (!read_more(Mode::wait)) return std::nullopt;
  }
}

std::optional<std::span<const std::byte>> FrameSocket::buffered() {
  std::uint32_t length = 0;
  const std::size_t available = filled_ - taken_;
  if (available < sizeof length) return std::nullopt;
  std::memcpy(&length, inbox_.data() + taken_, sizeof length);
  if (length > kLongestFrame)
    throw MalformedBytes("a frame of " + std::to_string(length) + " bytes is announced (the most is " +
                         std::to_string(kLongestFrame) + ")");
  if (available < sizeof length + length) return std::nullopt;
  const std::span<const std::byte> frame(inbox_.data() + taken_ + sizeof length, length);
  taken_ += sizeof length + length;
  return frame;
}

// False where nothing came: not yet, or never again.
bool FrameSocket::read_more(Mode mode) {
  if (!socket_) return false;
  if (taken_ > 0) {
    std::memmove(inbox_.data(), inbox_.data() + taken_, filled_ - taken_);
    filled_ -= taken_;
    taken_ = 0;
  }
  if (inbox_.size() - filled_ < kReadBytes) inbox_.resize(std::max(2 * inbox_.size(), filled_ + kReadBytes));

  const int flags = mode == Mode::now ? MSG_DONTWAIT : 0;
  ssize_t got = 0;
  do got = ::recv(fd(), inbox_.data() + filled_, inbox_.size() - filled_, flags);
  while (got < 0 && errno == EINTR);
  if (got > 0) {
    filled_ += static_cast<std::size_t>(got);
    return true;
  }
  if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) closed_ = true;
  return false;
}

}  // namespace tuner
