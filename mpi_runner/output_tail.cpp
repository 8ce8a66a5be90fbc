#include "mpi_runner/output_tail.h"

#include <algorithm>
#include <cstddef>

namespace tuner {
namespace {

constexpr std::size_t kKeptBytes = std::size_t{64} << 10;
constexpr std::size_t kShownBytes = std::size_t{4} << 10;
constexpr std::size_t kShownLines = 20;

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// Length of the well-formed UTF-8 character at the start of `text` (Unicode 15, table 3-7), 0 where there is none.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U;
  if (first < 0x80) return 1;
  if (!continues(text, 1) || first < 0xC2 || first > 0xF4) return 0;
  if (first < 0xE0) return second < 0xA0 && first == 0xC2 ? 0 : 2;  // U+0080 to U+009F are control characters
  if (!continues(text, 2)) return 0;
  if (first < 0xF0) return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? 0 : 3;
  if (!continues(text, 3)) return 0;
  return (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ? 0 : 4;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const char first = text[0];
    const bool control = length == 1 && (static_cast<unsigned char>(first) < 0x20 || first == 0x7F);
    if (first == '\r')
      result += text.size() > 1 && text[1] == '\n' ? "" : "\n";
    else if (length == 0 || (control && first != '\n' && first != '\t'))
      result += '?';
    else
      result += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

void OutputTail::append(std::string_view text) {
  if (text.size() > kKeptBytes) text.remove_prefix(text.size() - kKeptBytes);
  text_ += text;
  // Cutting only at twice the size makes the cost of a byte constant.
  if (text_.size() > 2 * kKeptBytes) text_.erase(0, text_.size() - kKeptBytes);
}

std::string OutputTail::last_lines() const {
  std::string_view tail = text_;
  if (tail.size() > kShownBytes) tail.remove_prefix(tail.size() - kShownBytes);
  std::string shown = printable(tail);
  while (!shown.empty() && (shown.back() == '\n' || shown.back() == ' ')) shown.pop_back();

  std::size_t start = shown.size();
  for (std::size_t lines = 0; lines < kShownLines && start != std::string::npos && start > 0; ++lines)
    start = shown.rfind('\n', start - 1);
  return start == std::string::npos || start == 0 ? shown : shown.substr(start + 1);
}

std::string with_output(const std::string& problem, const OutputTail& output) {
  const std::string lines = output.last_lines();
  return lines.empty() ? problem : problem + "\nlast output:\n" + lines;
}

}  // namespace tuner
