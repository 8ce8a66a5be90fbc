#include "tests/plugins/strategies/strategy_study.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/configuration_text.h"

namespace tuner::test {
namespace {

const tuner_strategy_v1_t& table_of(const std::string& strategy) {
  const std::string file = std::string(TUNER_STRATEGY_FOLDER) + "/" + strategy + ".so";
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const void* table = dlsym(library, "tuner_strategy_v1");
  if (table == nullptr) throw std::runtime_error(dlerror());
  return *static_cast<const tuner_strategy_v1_t*>(table);
}

class ErrorText {
 public:
  const tuner_text* text() const { return &text_; }
  void throw_unless(bool fine) const {
    if (!fine) throw std::runtime_error(buffer_.data());
  }

 private:
  std::array<char, 4096> buffer_{};
  tuner_text text_{buffer_.data(), buffer_.size()};
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tuner-strategies-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::map<std::string, std::string> with_defaults(const StrategySetup& setup) {
  auto options = setup.options;
  const auto description = nlohmann::json::parse(description_of(setup.strategy));
  for (const auto& option : description.at("options"))
    if (!option.at("required").get<bool>()) options.emplace(option.at("name"), option.at("default"));
  return options;
}

}  // namespace

std::string temporary_file(const std::string& text) {
  static const TemporaryFolder folder;
  static int files = 0;
  const auto file = folder.path() / (std::to_string(++files) + ".json");
  std::ofstream(file) << text;
  return file.string();
}

std::string description_of(const std::string& strategy) {
  std::string json;
  const tuner_writer writer{&json, [](void* context, const char* bytes, std::size_t size) {
                              static_cast<std::string*>(context)->append(bytes, size);
                            }};
  const ErrorText error;
  error.throw_unless(table_of(strategy).describe(&writer, error.text()) == TUNER_OK);
  return json;
}

struct StrategyStudy::Plugin {
  Plugin(const StrategySetup& setup, const SpaceView& view)
      : table(table_of(setup.strategy)), option_texts(with_defaults(setup)) {
    std::vector<tuner_option> items;
    for (const auto& [name, value] : option_texts) items.push_back({name.c_str(), value.c_str()});
    const tuner_options options{sizeof(tuner_options), static_cast<std::uint32_t>(items.size()), items.data()};
    const ErrorText error;
    error.throw_unless(table.create(&view.c_space(), &goal, setup.seed, &options, &instance, error.text()) == TUNER_OK);
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() { table.destroy(instance); }

  const tuner_strategy_v1_t& table;
  std::map<std::string, std::string> option_texts;
  std::int32_t maximize = 0;
  tuner_goal goal{sizeof(tuner_goal), 1, &maximize, 0, 0, nullptr, nullptr};
  void* instance = nullptr;
};

StrategyStudy::StrategyStudy(StrategySetup setup)
    : setup_(std::move(setup)),
      view_(SearchSpace::from_json(setup_.space, "space")),
      plugin_(std::make_shared<Plugin>(setup_, view_)) {}

Configurations StrategyStudy::suggested_trials() const {
  Configurations suggested;
  for (std::size_t i = 0; i < trials_.size(); ++i)
    if (!enqueued_[i]) suggested.push_back(trials_[i]);
  return suggested;
}

std::vector<std::string> StrategyStudy::trial_texts() const {
  std::vector<std::string> texts;
  for (const auto& trial : trials_) texts.push_back(configuration_to_json(space(), trial));
  return texts;
}

Configurations StrategyStudy::ask(std::uint32_t want) {
  std::vector<tuner_pending> pending;
  for (std::size_t i = told_; i < trials_.size(); ++i)
    pending.push_back({sizeof(tuner_pending), enqueued_[i] ? TUNER_ORIGIN_ENQUEUED : TUNER_ORIGIN_STRATEGY, i,
                       trials_[i].data(), nullptr});
  std::vector<const tuner_pending*> pending_pointers;
  for (const tuner_pending& trial : pending) pending_pointers.push_back(&trial);
  const tuner_ask_request request{sizeof(tuner_ask_request), want, asks_++, suggested_, pending.size(),
                                  pending_pointers.data()};

  Configurations answer(want, std::vector<double>(space().size()));
  std::vector<tuner_suggestion> suggestions;
  for (auto& configuration : answer)
    suggestions.push_back({sizeof(tuner_suggestion), 0, configuration.data(), nullptr, -1, {}});
  std::vector<tuner_suggestion*> suggestion_pointers;
  for (tuner_suggestion& suggestion : suggestions) suggestion_pointers.push_back(&suggestion);

  std::uint64_t count = 0;
  const ErrorText error;
  const tuner_status status =
      plugin_->table.ask(plugin_->instance, &request, suggestion_pointers.data(), &count, error.text());
  error.throw_unless(status == TUNER_OK || status == TUNER_EXHAUSTED);
  exhausted_ = status == TUNER_EXHAUSTED;
  answer.resize(count);
  return answer;
}

void StrategyStudy::take(std::uint32_t want) {
  for (auto& configuration : ask(want)) {
    trials_.push_back(std::move(configuration));
    enqueued_.push_back(false);
    ++suggested_;
  }
}

void StrategyStudy::take_one_by_one(std::uint32_t want) {
  while (want-- > 0) take(1);
}

void StrategyStudy::look_ahead(std::uint32_t want) {
  ask(want);
}

void StrategyStudy::enqueue(std::string_view configuration) {
  trials_.push_back(configuration_from_text(space(), configuration));
  enqueued_.push_back(true);
}

void StrategyStudy::tell(std::size_t first, std::size_t last) {
  const double value = 1.0;
  const double noise = 0.0;
  std::vector<tuner_result> results;
  for (std::size_t i = first; i < last; ++i)
    results.push_back({sizeof(tuner_result), TUNER_CAUSE_VALUE, i, -1, trials_[i].data(), nullptr, &value, nullptr,
                       &noise, enqueued_[i] ? TUNER_ORIGIN_ENQUEUED : TUNER_ORIGIN_STRATEGY, 0, nullptr, nullptr});
  std::vector<const tuner_result*> pointers;
  for (const tuner_result& result : results) pointers.push_back(&result);
  const ErrorText error;
  error.throw_unless(plugin_->table.tell(plugin_->instance, pointers.data(), pointers.size(), error.text()) ==
                     TUNER_OK);
}

void StrategyStudy::finish(std::size_t count) {
  const std::size_t last = std::min(told_ + count, trials_.size());
  tell(told_, last);
  told_ = last;
}

void StrategyStudy::finish_all() {
  finish(trials_.size());
}

void StrategyStudy::restart() {
  plugin_ = std::make_shared<Plugin>(setup_, view_);
  tell(0, told_);
}

}  // namespace tuner::test
