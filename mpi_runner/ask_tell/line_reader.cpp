#include "mpi_runner/ask_tell/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tuner {

std::optional<std::string> LineReader::next(double longest_s) {
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched_);
    const bool last = end == std::string::npos && ended_ && start_ < buffer_.size();
    if (end != std::string::npos || last) {
      std::string line = buffer_.substr(start_, (last ? buffer_.size() : end) - start_);
      start_ = searched_ = last ? buffer_.size() : end + 1;
      return line;
    }
    searched_ = buffer_.size();
    if (!read_more(longest_s)) return std::nullopt;
  }
}

bool LineReader::read_more(double longest_s) {
  if (ended_) return false;
  pollfd readable{descriptor_, POLLIN, 0};
  if (poll(&readable, 1, static_cast<int>(longest_s * 1e3)) <= 0) return false;
  std::array<char, 64 << 10> bytes;
  const ssize_t size = ::read(descriptor_, bytes.data(), bytes.size());
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return false;
  buffer_.erase(0, start_);
  searched_ -= start_;
  start_ = 0;
  if (size <= 0)
    ended_ = true;
  else
    buffer_.append(bytes.data(), static_cast<std::size_t>(size));
  return true;
}

}  // namespace tuner
