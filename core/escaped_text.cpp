#include "core/escaped_text.h"

#include <fmt/format.h>

#include <array>

namespace tuner {
namespace {

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// A character of UTF-8 text. Size 0: the bytes are not one.
struct Character {
  char32_t code = 0;
  std::size_t size = 0;
};

// RFC 3629, section 4: the lead byte gives the size; what a shorter form could say, surrogates, and codes beyond
// U+10FFFF are refused.
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || size > text.size()) return {};
  char32_t code = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) return {};
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < kSmallest[size] || surrogate || code > 0x10FFFF ? Character{} : Character{code, size};
}

// C0 and C1 controls, line and paragraph separators, and the marks that reorder text (Unicode's Bidi_Control).
bool is_dangerous(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

std::string escape_of(char32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      return code < 0x80 ? fmt::format("\\x{:02x}", static_cast<unsigned>(code))
                         : fmt::format("\\u{:04x}", static_cast<unsigned>(code));
  }
}

std::string escaped_except(std::string_view text, std::string_view kept) {
  std::string result;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.size == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view bytes = text.substr(0, character.size);
    if (is_dangerous(character.code) && kept.find(bytes) == std::string_view::npos)
      result += escape_of(character.code);
    else
      result += bytes;
    text.remove_prefix(character.size);
  }
  return result;
}

}  // namespace

std::string escaped(std::string_view text) {
  return escaped_except(text, "");
}

std::string escaped_lines(std::string_view text) {
  return escaped_except(text, "\n\t");
}

}  // namespace tuner
