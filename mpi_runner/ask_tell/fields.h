// The keys of one JSON object, read strictly: unknown ones are refused with the nearest known, wrong types with what
// they should be.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tuner {

class Fields {
 public:
  // The object must outlive this. Throws UserError for keys that are not known.
  Fields(const nlohmann::ordered_json& object, const std::vector<std::string>& known);

  bool has(const char* key) const;
  const nlohmann::ordered_json& at(const char* key) const;  // throws UserError where it is missing

  // Nothing where the key is missing. Throw UserError.
  std::optional<std::string> text(const char* key) const;
  std::optional<std::uint64_t> count(const char* key) const;
  std::optional<bool> yes_or_no(const char* key) const;
  std::optional<double> number(const char* key) const;
  std::optional<std::vector<std::string>> texts(const char* key) const;
  // JSON has no NaN: null and "NaN" stand for it, "Infinity" and "-Infinity" for the others.
  std::vector<double> measured(const char* key) const;
  std::vector<std::pair<std::string, double>> named_numbers(const char* key) const;
  // Scalars as they would be typed.
  std::map<std::string, std::string> options(const char* key) const;

 private:
  const nlohmann::ordered_json* find(const char* key) const;

  const nlohmann::ordered_json& object_;
};

}  // namespace tuner
