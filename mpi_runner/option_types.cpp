#include "mpi_runner/option_types.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"

namespace tuner {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 12> kTimeUnits = {{{"", 1},
                                              {"s", 1},
                                              {"sec", 1},
                                              {"ms", 1e-3},
                                              {"m", 60},
                                              {"min", 60},
                                              {"h", 3600},
                                              {"d", 86400},
                                              {"S", 1},
                                              {"M", 60},
                                              {"H", 3600},
                                              {"D", 86400}}};

constexpr double kKibi = 1024;

// The factor of "K", "KB", "KiB" and the like, in either case.
std::optional<double> memory_factor(std::string_view unit) {
  if (unit.empty() || unit == "B" || unit == "b") return 1;
  constexpr std::string_view kLetters = "KMGT";
  const auto power = kLetters.find(static_cast<char>(unit[0] & ~0x20));
  const std::string_view rest = unit.substr(1);
  if (power == std::string_view::npos || !(rest.empty() || rest == "B" || rest == "b" || rest == "iB")) return {};
  return std::pow(kKibi, static_cast<double>(power + 1));
}

// A finite number >= 0 at the start of `text`, which keeps the rest.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number) || std::signbit(number)) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// "1:30:00" and "15:00", as SLURM writes them.
std::optional<double> clock_seconds(std::string_view text) {
  double seconds = 0;
  for (int parts = 1; parts <= 3; ++parts) {
    const auto number = take_number(text);
    if (!number || (parts > 1 && *number >= 60)) return {};
    seconds = seconds * 60 + *number;
    if (text.empty()) return seconds;
    if (text[0] != ':') return {};
    text.remove_prefix(1);
  }
  return {};
}

std::optional<double> unit_seconds(std::string_view text) {
  const auto number = take_number(text);
  if (!number) return {};
  for (const Unit& unit : kTimeUnits)
    if (text == unit.name) return *number * unit.factor;
  return {};
}

template <class Value>
void validate_one(boost::any& out, const std::vector<std::string>& texts, Value (*from_text)(std::string_view)) {
  boost::program_options::validators::check_first_occurrence(out);
  out = from_text(boost::program_options::validators::get_single_string(texts));
}

}  // namespace

Duration duration_from_text(std::string_view text) {
  const auto seconds = text.find(':') == std::string_view::npos ? unit_seconds(text) : clock_seconds(text);
  if (!seconds)
    throw UserError("is not a duration (needs seconds, or a number with s, m, h or d). Try 90, 15m or 1:30:00");
  return {*seconds};
}

MemorySize memory_size_from_text(std::string_view text) {
  const auto number = take_number(text);
  const auto factor = memory_factor(text);
  if (!number || !factor || *number * *factor >= static_cast<double>(std::numeric_limits<std::int64_t>::max()))
    throw UserError("is not a size (needs bytes, or a number with K, M, G or T). Try 512M or 4G");
  return {static_cast<std::uint64_t>(std::llround(*number * *factor))};
}

Count count_from_text(std::string_view text) {
  Count count;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count.value);
  if (error == std::errc::result_out_of_range) throw UserError("is too large (needs a number below 2^64)");
  if (error != std::errc{} || end != text.data() + text.size())
    throw UserError("is not a count (needs a whole number, 0 or more). Try 100");
  return count;
}

std::ostream& operator<<(std::ostream& out, Duration duration) {
  fmt::print(out, "{}s", duration.seconds);
  return out;
}

std::ostream& operator<<(std::ostream& out, MemorySize size) {
  constexpr std::string_view kLetters = " KMGT";
  std::size_t power = 0;
  while (power + 1 < kLetters.size() && size.bytes != 0 && size.bytes % 1024 == 0) {
    size.bytes /= 1024;
    ++power;
  }
  fmt::print(out, "{}{}", size.bytes, power == 0 ? "" : kLetters.substr(power, 1));
  return out;
}

std::ostream& operator<<(std::ostream& out, Count count) {
  return out << count.value;
}

void validate(boost::any& out, const std::vector<std::string>& texts, Duration*, int) {
  validate_one(out, texts, duration_from_text);
}

void validate(boost::any& out, const std::vector<std::string>& texts, MemorySize*, int) {
  validate_one(out, texts, memory_size_from_text);
}

void validate(boost::any& out, const std::vector<std::string>& texts, Count*, int) {
  validate_one(out, texts, count_from_text);
}

}  // namespace tuner
