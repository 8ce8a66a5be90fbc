#include "core/shell_word.h"

#include <algorithm>

namespace tuner {
namespace {

bool is_plain(char character) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  return kPlain.find(character) != std::string_view::npos;
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
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
