#include "plugins/objectives/xgb/checkpoint.h"

#include <fmt/format.h>

#include <boost/crc.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tuner::xgb {

// For nlohmann's JSON, which finds them by their names. A score that is not a number comes back as null, which is
// refused like damage: the trial then starts again.
void to_json(nlohmann::json& out, const FoldScore& score) {
  out = {score.value, score.rounds, score.model_bytes};
}
void from_json(const nlohmann::json& in, FoldScore& score) {
  score = {in.at(0), in.at(1), in.at(2)};
}

namespace {

using Json = nlohmann::json;

constexpr std::string_view kMagic = "tuner xgb checkpoint 1 ";
constexpr std::size_t kChecksumLetters = 8;
constexpr std::size_t kBodyOffset = kMagic.size() + kChecksumLetters + 1;

std::string checksum(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return fmt::format("{:08x}", crc.checksum());
}

// One line of JSON, then the booster's bytes.
std::string body_of(const std::string& owner, const CrossValidationState& state) {
  const Json header = {
      {"owner", owner}, {"done", state.done}, {"round", state.round}, {"best", state.best}, {"seconds", state.seconds}};
  return header.dump() + '\n' + state.model;
}

CrossValidationState state_from(const Json& header, std::string model) {
  return {header.at("done"), header.at("round"), header.at("best"), std::move(model), header.at("seconds")};
}

}  // namespace

std::string owner_text(const Problem& problem, const Training& training) {
  std::string text = fmt::format("{}; {}; early_stopping={} rounds={}", problem.fingerprint, xgboost_version(),
                                 problem.judgement.early_stopping, training.rounds);
  for (const auto& [name, value] : training.parameters)
    if (name != "nthread") text += fmt::format(" {}={}", name, value);
  return text;
}

void write_checkpoint(const std::filesystem::path& file, const std::string& owner, const CrossValidationState& state) {
  const std::string body = body_of(owner, state);
  const std::filesystem::path temporary = file.string() + ".tmp";
  std::ofstream out(temporary, std::ios::binary);
  out << kMagic << checksum(body) << '\n' << body;
  out.close();
  if (!out) throw std::runtime_error(fmt::format("'{}' cannot be written", temporary.string()));
  std::filesystem::rename(temporary, file);
}

std::optional<CrossValidationState> read_checkpoint(const std::filesystem::path& file, const std::string& owner) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::string_view body = bytes.size() > kBodyOffset ? std::string_view(bytes).substr(kBodyOffset) : "";
  if (!bytes.starts_with(kMagic) || bytes.substr(kMagic.size(), kChecksumLetters) != checksum(body))
    throw std::runtime_error("it is damaged");
  const std::size_t end = body.find('\n');
  const Json header = Json::parse(body.substr(0, end));
  if (header.at("owner") != owner)
    throw std::runtime_error("it is of a trial with another configuration, other options or other data");
  return state_from(header, std::string(body.substr(end + 1)));
}

}  // namespace tuner::xgb
