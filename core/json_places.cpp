#include "core/json_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"

namespace tuner {
namespace {

using Json = nlohmann::ordered_json;

// The parser tells its callback what it read, but not where. It reads one character at a time and never ahead of the
// token that it reports, so an iterator that shares its position with the callback knows the place.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

struct TextPlace {
  std::size_t line;
  std::size_t column;
};

TextPlace place_of(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, std::min(position, text.size()));
  const std::size_t line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 = 0
  return {line, before.size() - line_start + 1};
}

[[noreturn]] void refuse(std::string_view source, TextPlace place, std::string_view problem) {
  throw UserError(fmt::format("{}:{}:{}: {}.", source, place.line, place.column, problem));
}

// From "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while …; last read: '…'" without
// what we say better, and without the text itself, which may be long and not even UTF-8.
std::string_view own_words(std::string_view message) {
  message.remove_prefix(std::min(message.find("] ") + 2, message.size()));
  const std::size_t column = message.find(", column ");
  if (column != std::string_view::npos) message.remove_prefix(message.find(": ", column) + 2);
  return message.substr(0, message.find("; last read: "));
}

class PlaceRecorder {
 public:
  PlaceRecorder(std::string_view text, std::string_view source) : text_(text), source_(source), at_(text.data()) {}

  ArrayLines lines() const { return has_many_lines() ? lines_ : ArrayLines{}; }

  Json parse() {
    const auto callback = [this](int depth, Json::parse_event_t event, Json& parsed) {
      note(static_cast<std::size_t>(depth), event, parsed);
      return true;
    };
    try {
      const char* end = text_.data() + text_.size();
      return Json::parse(CountingIterator(text_.data(), &at_), CountingIterator(end, &at_), callback);
    } catch (const Json::parse_error& error) {
      refuse(source_, place_of(text_, error.byte == 0 ? 0 : error.byte - 1),
             fmt::format("this is not JSON ({})", own_words(error.what())));
    } catch (const Json::exception& error) {  // 1e999
      refuse(source_, place_of(text_, position()), own_words(error.what()));
    }
  }

 private:
  std::size_t position() const { return static_cast<std::size_t>(at_ - text_.data()); }
  bool has_many_lines() const {
    return text_.substr(0, text_.find_last_not_of(" \t\r\n") + 1).find('\n') != text_.npos;
  }

  void note(std::size_t depth, Json::parse_event_t event, const Json& parsed) {
    if (depth >= kMostNesting)
      refuse(source_, place_of(text_, position()),
             fmt::format("lists and objects stand more than {} deep inside each other. Remove some brackets",
                         kMostNesting));
    if (event == Json::parse_event_t::object_start) {
      keys_.resize(depth + 1);
      keys_[depth].clear();
      if (depth == 2) lines_[top_key_].push_back(place_of(text_, position()).line);
    } else if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_[depth - 1].insert(key).second)
        refuse(source_, place_of(text_, position()), fmt::format("the key {:?} is there twice. Remove one", key));
      if (depth == 1) top_key_ = key;
    }
  }

  std::string_view text_;
  std::string_view source_;
  const char* at_;
  std::vector<std::set<std::string>> keys_;  // of each open object, by depth
  std::string top_key_;
  ArrayLines lines_;
};

}  // namespace

bool nested_too_deeply(std::string_view json) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char character = json[i];
    if (quoted && character == '\\') ++i;
    if (character == '"') quoted = !quoted;
    if (quoted) continue;
    if (character == '[' || character == '{') ++depth;
    if ((character == ']' || character == '}') && depth > 0) --depth;
    if (depth > kMostNesting) return true;
  }
  return false;
}

Json parse_with_places(std::string_view text, std::string_view source, ArrayLines& lines) {
  PlaceRecorder recorder(text, source);
  Json value = recorder.parse();
  lines = recorder.lines();
  return value;
}

}  // namespace tuner
