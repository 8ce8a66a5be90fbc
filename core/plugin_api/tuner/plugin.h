// What authors of objectives and of strategies share: options, the search space as seen by a plugin, and the fence that
// turns C++ exceptions into status codes. Header-only, needs nothing but the standard library.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tuner/abi.h"

namespace tuner::plugin {

// Throw this where the user's options or data are wrong: the run stops before the first trial with this message.
struct UserMistake : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throw this from evaluate() after stop_reason() asked to stop.
struct Pruned : std::exception {};

enum class OptionType { text, integer, real, boolean };

// An option that `--set name=value` sets. `required` options have no default.
struct Option {
  std::string name = {};
  OptionType type = OptionType::text;
  std::string default_value = {};
  std::string help = {};
  bool required = false;
  bool executes_code = false;  // names a script or command: never taken over from a study file without --trust
  bool identity = true;        // another value makes it another study
};

// The options as set, defaults filled in and types checked by tuner.
class Options {
 public:
  explicit Options(const tuner_options& options) : items_(options.items, options.items + options.count) {}

  // Throws UserMistake when there is no option of that name.
  std::string_view text(std::string_view name) const {
    for (const tuner_option& item : items_)
      if (name == item.name) return item.value;
    throw UserMistake("option '" + std::string(name) +
                      "' is not set (it has no default). Set it by --set (of an objective) or --strategy-set (of a "
                      "strategy)");
  }
  bool has(std::string_view name) const {
    return std::any_of(items_.begin(), items_.end(), [&](const auto& item) { return name == item.name; });
  }
  double real(std::string_view name) const { return number<double>(name); }
  std::int64_t integer(std::string_view name) const { return number<std::int64_t>(name); }
  bool flag(std::string_view name) const { return text(name) == "true"; }

 private:
  template <class Number>
  Number number(std::string_view name) const {
    const std::string_view value = text(name);
    Number result{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
    if (error != std::errc{} || end != value.data() + value.size())
      throw UserMistake("option '" + std::string(name) + "' = '" + std::string(value) + "' is not a number");
    return result;
  }

  std::vector<tuner_option> items_;  // texts belong to the host, which keeps them as long as the instance
};

namespace detail {

inline void append_utf8(std::uint32_t code, std::string& text) {
  const auto append = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    append(code);
  } else if (code < 0x800) {
    append(0xC0 | code >> 6);
    append(0x80 | (code & 0x3F));
  } else {
    if (code < 0x10000) append(0xE0 | code >> 12);
    if (code >= 0x10000) append(0xF0 | code >> 18);
    if (code >= 0x10000) append(0x80 | (code >> 12 & 0x3F));
    append(0x80 | (code >> 6 & 0x3F));
    append(0x80 | (code & 0x3F));
  }
}

// The code of an escape u at `position`, which moves behind it; two of them make a character beyond 16 bits (RFC 8259).
inline std::uint32_t escaped_code(std::string_view json, std::size_t& position) {
  const auto unit = [&] {
    std::uint32_t code = 0;
    const std::string_view digits = json.substr(std::min(position, json.size()), 4);
    std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    position += 4;
    return code;
  };
  const std::uint32_t first = unit();
  if (first < 0xD800 || first > 0xDBFF || json.substr(std::min(position, json.size()), 2) != "\\u") return first;
  position += 2;
  return 0x10000 + ((first - 0xD800) << 10) + (unit() - 0xDC00);
}

// A JSON scalar as authors want to compare it: of a string what it means, of others the text itself.
inline std::string decoded_scalar(std::string_view json) {
  if (json.size() < 2 || json.front() != '"') return std::string(json);
  json = json.substr(1, json.size() - 2);
  std::string text;
  for (std::size_t position = 0; position < json.size();) {
    const char character = json[position++];
    if (character != '\\' || position == json.size()) {
      text += character;
      continue;
    }
    const char escape = json[position++];
    if (escape == 'u') {
      append_utf8(escaped_code(json, position), text);
      continue;
    }
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kMeanings = "\b\f\n\r\t";
    const std::size_t letter = kLetters.find(escape);
    text += letter == std::string_view::npos ? escape : kMeanings[letter];  // \" \\ \/ mean themselves
  }
  return text;
}

}  // namespace detail

// The search space of the study, by name and by index. A view: copy freely.
class Space {
 public:
  explicit Space(const tuner_space& space) : space_(&space), choices_(decoded_choices(space)) {}

  std::size_t size() const { return space_->parameter_count; }
  const tuner_parameter& operator[](std::size_t index) const { return *space_->parameters[index]; }
  double cells() const { return space_->cells; }
  std::string_view json() const { return space_->json; }

  // Index of a parameter, or size() when there is none of that name.
  std::size_t find(std::string_view name) const {
    std::size_t index = 0;
    while (index < size() && name != space_->parameters[index]->name) ++index;
    return index;
  }

  // A choice as text, a string without quotes and escapes: gbtree, 16, true. Lives as long as a copy of this space.
  std::string_view choice(std::size_t parameter, std::size_t index) const { return choices_->at(parameter).at(index); }

  std::vector<double> from_unit(std::span<const double> cube) const {
    std::vector<double> configuration(size());
    space_->from_unit(space_->context, cube.data(), configuration.data());
    return configuration;
  }
  std::vector<double> to_unit(std::span<const double> configuration) const {
    std::vector<double> cube(size());
    space_->to_unit(space_->context, configuration.data(), cube.data());
    return cube;
  }
  void make_canonical(std::span<double> configuration) const {
    space_->make_canonical(space_->context, configuration.data());
  }
  bool contains(std::span<const double> configuration) const {
    return space_->contains(space_->context, configuration.data()) != 0;
  }
  std::vector<double> sample(std::uint64_t seed, std::uint64_t index) const {
    std::vector<double> configuration(size());
    space_->sample(space_->context, seed, index, configuration.data());
    return configuration;
  }

 private:
  using Choices = std::vector<std::vector<std::string>>;  // of each parameter

  static std::shared_ptr<const Choices> decoded_choices(const tuner_space& space) {
    Choices choices(space.parameter_count);
    for (std::size_t i = 0; i < choices.size(); ++i)
      for (std::uint32_t k = 0; k < space.parameters[i]->choice_count; ++k)
        choices[i].push_back(detail::decoded_scalar(space.parameters[i]->choices[k]));
    return std::make_shared<const Choices>(std::move(choices));
  }

  const tuner_space* space_;
  std::shared_ptr<const Choices> choices_;
};

namespace detail {

inline void set_text(const tuner_text* out, std::string_view text) noexcept {
  if (out == nullptr || out->capacity == 0) return;
  const std::size_t size = std::min(text.size(), out->capacity - 1);
  std::memcpy(out->data, text.data(), size);
  out->data[size] = '\0';
}

inline void write(const tuner_writer* out, std::string_view text) {
  out->write(out->context, text.data(), text.size());
}

// Runs `body`, which returns a tuner_status, and lets no exception out.
template <class Body>
tuner_status fenced(const tuner_text* error, Body&& body) noexcept {
  try {
    return body();
  } catch (const Pruned&) {
    return TUNER_PRUNED;
  } catch (const UserMistake& mistake) {
    set_text(error, mistake.what());
    return TUNER_USER_MISTAKE;
  } catch (const std::exception& failure) {
    set_text(error, failure.what());
    return TUNER_FAILED;
  } catch (...) {
    set_text(error, "threw something that is not a std::exception");
    return TUNER_FAILED;
  }
}

// Not called quoted: argument-dependent lookup would find std::quoted wherever <iomanip> is included.
inline std::string json_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result = "\"";
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      result += '\\';
      result += character;
    } else if (code < 0x20) {
      result += "\\u00";
      result += kHex[code >> 4];
      result += kHex[code & 0xF];
    } else {
      result += character;
    }
  }
  return result + '"';
}

// "[a, b]" from the JSON texts a and b.
template <class Range, class ToJson>
std::string json_array(const Range& items, ToJson to_json) {
  std::string result = "[";
  for (const auto& item : items) {
    if (result.size() > 1) result += ", ";
    result += to_json(item);
  }
  return result + "]";
}

inline std::string json_bool(bool value) {
  return value ? "true" : "false";
}

inline std::string json_number(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::isfinite(value) ? std::string(buffer, end) : "null";
}

inline std::string to_json(const Option& option) {
  static constexpr const char* kTypes[] = {"text", "int", "float", "bool"};
  return "{\"name\": " + json_string(option.name) + ", \"type\": \"" + kTypes[static_cast<int>(option.type)] +
         "\", \"default\": " + json_string(option.default_value) + ", \"help\": " + json_string(option.help) +
         ", \"required\": " + json_bool(option.required) + ", \"executes_code\": " + json_bool(option.executes_code) +
         ", \"identity\": " + json_bool(option.identity) + "}";
}

}  // namespace detail
}  // namespace tuner::plugin
