// Lines from a descriptor, with a way to know whether another one is there already. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace tuner {

class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  // A line without its end, or nothing: none is complete `longest_s` seconds from now, or a signal came, or the input
  // has ended. The last line needs no end.
  std::optional<std::string> next(double longest_s);
  bool ended() const { return ended_ && buffer_.size() == start_; }

 private:
  bool read_more(double longest_s);

  int descriptor_;
  std::string buffer_;
  std::size_t start_ = 0;     // of the first line that was not returned
  std::size_t searched_ = 0;  // no line ends before
  bool ended_ = false;
};

}  // namespace tuner
