#include "storage/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>

namespace tuner {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kRequest = ".request";
constexpr std::string_view kAnswer = ".answer";
constexpr std::string_view kUnfinished = ".tmp";
constexpr std::uint64_t kLargestBytes = 64 << 10;
constexpr std::size_t kMostAtOnce = 16;

fs::path file_of(const StudyFiles& names, const std::string& name, std::string_view suffix) {
  return names.requests() / (name + std::string(suffix));
}

// Names sort by their time.
std::string new_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::random_device device;
  return fmt::format("{:020}-{:08x}", std::chrono::duration_cast<std::chrono::microseconds>(now).count(), device());
}

void put_whole(FileCalls& files, const StudyFiles& names, const std::string& name, std::string_view suffix,
               const json& value) {
  const fs::path temporary = file_of(names, name, std::string(suffix) + std::string(kUnfinished));
  const std::string text = value.dump(1, ' ', false, json::error_handler_t::replace);
  write_new_file(files, temporary, as_bytes(text));
  rename_file(files, temporary, file_of(names, name, suffix));
}

std::vector<fs::path> files_that_end_in(const StudyFiles& names, std::string_view suffix) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(names.requests(), error), end; !error && entry != end; entry.increment(error))
    if (entry->path().filename().string().ends_with(suffix)) found.push_back(entry->path());
  std::ranges::sort(found);
  return found;
}

// Nothing for what is no object. A FIFO would block whoever opens it, a link lead anywhere.
std::optional<json> read_object(FileCalls& files, const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path, error)) || fs::file_size(path, error) > kLargestBytes || error)
    return std::nullopt;
  const auto bytes = read_file(files, path);
  if (!bytes || bytes->size() > kLargestBytes) return std::nullopt;
  const char* text = reinterpret_cast<const char*>(bytes->data());
  json value = json::parse(text, text + bytes->size(), nullptr, false);
  return value.is_object() ? std::optional(std::move(value)) : std::nullopt;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::variant<Request, std::string> read_request(FileCalls& files, const fs::path& path) {
  const std::optional<json> value = read_object(files, path);
  if (!value) return fmt::format("it is no file that holds a JSON object of at most {} bytes", kLargestBytes);
  const std::string name = text_at(*value, "request");
  const std::optional<RequestKind> kind = request_named(name);
  if (!kind) return fmt::format("'{}' is no request", name);
  return Request{*kind, text_at(*value, "by"), text_at(*value, "configuration")};
}

}  // namespace

std::string post_request(FileCalls& files, const StudyFiles& names, const Request& request) {
  std::error_code error;
  fs::create_directory(names.requests(), error);
  if (error) throw_file_error("make the folder", names.requests(), error.value());
  std::string name = new_name();
  put_whole(files, names, name, kRequest,
            {{"request", name_of(request.kind)}, {"by", request.by}, {"configuration", request.configuration}});
  return name;
}

std::optional<Answer> take_answer(FileCalls& files, const StudyFiles& names, const std::string& name) {
  const fs::path path = file_of(names, name, kAnswer);
  const std::optional<json> value = read_object(files, path);
  if (!value) return std::nullopt;
  remove_file(files, path);
  return Answer{text_at(*value, "answer") == "done" ? Answer::Kind::done : Answer::Kind::refused,
                text_at(*value, "text")};
}

fs::path request_file(const StudyFiles& names, const std::string& name) {
  return file_of(names, name, kRequest);
}

Removed withdraw_request(FileCalls& files, const StudyFiles& names, const std::string& name) {
  return remove_file(files, request_file(names, name));
}

std::vector<Arrived> arrived_requests(FileCalls& files, const StudyFiles& names, const std::set<std::string>& seen) {
  std::vector<Arrived> arrived;
  for (const fs::path& path : files_that_end_in(names, kRequest)) {
    if (arrived.size() == kMostAtOnce) break;
    std::string name = path.stem().string();
    if (seen.contains(name)) continue;
    try {
      arrived.push_back({std::move(name), read_request(files, path)});
    } catch (const std::runtime_error&) {
      continue;  // withdrawn, or not ours to read
    }
  }
  return arrived;
}

void answer_request(FileCalls& files, const StudyFiles& names, const std::string& name, const Answer& answer) {
  put_whole(files, names, name, kAnswer,
            {{"answer", answer.kind == Answer::Kind::done ? "done" : "refused"}, {"text", answer.text}});
  withdraw_request(files, names, name);
}

void remove_answers(FileCalls& files, const StudyFiles& names) {
  for (const fs::path& path : files_that_end_in(names, kAnswer)) remove_file(files, path);
}

}  // namespace tuner
