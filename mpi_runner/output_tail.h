// The end of what a process has printed: bounded, however much it prints, and made safe to show.
#pragma once

#include <string>
#include <string_view>

namespace tuner {

// UTF-8 without control characters other than newline and tab: what a plugin printed cannot steer a terminal, and is
// fit for JSON. What is neither becomes '?'; a carriage return becomes a newline.
std::string printable(std::string_view text);

class OutputTail {
 public:
  void append(std::string_view text);
  void clear() { text_.clear(); }
  bool holds(std::string_view text) const { return text_.find(text) != std::string::npos; }

  std::string_view text() const { return text_; }  // as it was printed: 64 KiB of it and a little more

  // At most 20 lines and 4 KiB, printable, without trailing newlines.
  std::string last_lines() const;

 private:
  std::string text_;
};

// "problem" or, where there is output, "problem\nlast output:\n  …".
std::string with_output(const std::string& problem, const OutputTail& output);

}  // namespace tuner
