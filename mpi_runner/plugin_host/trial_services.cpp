#include "mpi_runner/plugin_host/trial_services.h"

#include <string.h>

#include <string>
#include <system_error>

namespace tuner {
namespace {

namespace fs = std::filesystem;

TrialServices& self(void* context) {
  return *static_cast<TrialServices*>(context);
}

fs::path folder_of(const fs::path& trials, TrialId trial) {
  return trials / std::to_string(trial.value);
}

constexpr std::size_t kMostKeyBytes = 256;
constexpr std::size_t kMostLogBytes = std::size_t{64} << 10;

// A plugin may hand out whatever it has in memory.
std::string beginning_of(const char* text, std::size_t most_bytes) {
  return {text, strnlen(text, most_bytes)};
}

}  // namespace

void TrialServices::attach(tuner_trial& trial) {
  trial.context = this;
  trial.directory = [](void* context) { return self(context).directory(); };
  trial.parent_directory = [](void* context) { return self(context).parent_directory(); };
  trial.stop_reason = [](void* context) { return self(context).stop_reason(); };
  trial.report = [](void* context, std::int64_t step, double value) {
    self(context).send(protocol::Report{step, value});
  };
  trial.note = [](void* context, const char* key, double value) {
    if (key != nullptr) self(context).send(protocol::Note{beginning_of(key, kMostKeyBytes), value});
  };
  trial.log = [](void* context, tuner_log_level level, const char* text) {
    if (text != nullptr) self(context).send(protocol::Log{level, beginning_of(text, kMostLogBytes)});
  };
  trial.checkpoint_due = [](void* context) -> std::int32_t { return self(context).checkpoint_due() ? 1 : 0; };
  trial.extension = [](void*, const char*) -> const void* { return nullptr; };
}

const char* TrialServices::directory() {
  const std::lock_guard lock(mutex_);
  if (directory_.empty()) {
    const fs::path folder = folder_of(keeping_.directory, evaluate_.trial);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
      directory_error_ = "the trial's directory " + folder.string() + " cannot be made: " + error.message();
      return nullptr;
    }
    directory_ = folder;
  }
  return directory_.c_str();
}

const char* TrialServices::parent_directory() {
  const std::lock_guard lock(mutex_);
  if (!evaluate_.parent) return nullptr;
  parent_directory_ = folder_of(keeping_.directory, *evaluate_.parent);
  std::error_code error;
  return fs::is_directory(parent_directory_, error) ? parent_directory_.c_str() : nullptr;
}

tuner_stop_reason TrialServices::stop_reason() {
  const std::lock_guard lock(mutex_);
  // The rank sends nothing else while a trial runs; a stop for an earlier attempt came too late to matter.
  while (const auto frame = socket_.receive()) {
    const protocol::Request request = protocol::read_request(*frame);
    const auto* stop = std::get_if<protocol::Stop>(&request);
    if (stop != nullptr && stop->trial == evaluate_.trial && stop->attempt == evaluate_.attempt)
      stop_reason_ = stop->reason;
  }
  return socket_.closed() ? TUNER_STOP_CANCEL : stop_reason_;
}

bool TrialServices::checkpoint_due() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (std::chrono::duration<double>(now - last_checkpoint_).count() < keeping_.checkpoint_every_s) return false;
    last_checkpoint_ = now;
  }
  send(protocol::CheckpointDue{});
  return true;
}

void TrialServices::remove_empty_directory() {
  std::error_code not_empty;
  if (!directory_.empty()) fs::remove(directory_, not_empty);
}

void TrialServices::send(const protocol::Reply& reply) {
  const std::lock_guard lock(mutex_);
  append_frame(socket_.outbox(), reply);
  socket_.flush_blocking();
}

}  // namespace tuner
