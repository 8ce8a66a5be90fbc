#include "core/shell_word.h"

#include <algorithm>

#include "core/escaped_text.h"

namespace tuner {
namespace {

bool is_plain(char character) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  return kPlain.find(character) != std::string_view::npos;
}

// $'...', as bash reads it.
std::string escaped_word(std::string_view text) {
  std::string quoted;
  for (const char character : text) {
    if (character == '\'' || character == '\\') quoted += '\\';
    quoted += character;
  }
  return "$'" + escaped(quoted) + "'";
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  if (escaped(text) != text) return escaped_word(text);
  std::string word = "'";
  for (const char character : text) {
    if (character == '\'')
      word += R"('\'')";
    else
      word += character;
  }
  return word + "'";
}

}  // namespace tuner
