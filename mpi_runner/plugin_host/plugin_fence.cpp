#include "mpi_runner/plugin_host/plugin_fence.h"

#include <utility>

namespace tuner {

protocol::Failed failure(const std::string& function, const Outcome& outcome) {
  if (outcome.status == TUNER_USER_MISTAKE) return {protocol::Blame::user, outcome.message};
  if (outcome.status != TUNER_FAILED)
    return {protocol::Blame::plugin, "returned status " + std::to_string(outcome.status) + " from " + function +
                                         "(), which means nothing there (see tuner/abi.h)"};
  const std::string why = outcome.message.empty() ? "it gave no reason" : outcome.message;
  return {protocol::Blame::plugin, "failed in " + function + "(): " + why};
}

OptionsView::OptionsView(protocol::Options options) : options_(std::move(options)) {
  for (const auto& [name, value] : options_) items_.push_back({name.c_str(), value.c_str()});
  c_options_ = {sizeof(tuner_options), static_cast<std::uint32_t>(items_.size()), items_.data()};
}

tuner_writer writer_into(std::string& text) {
  return {&text, [](void* context, const char* bytes, std::size_t size) {
            static_cast<std::string*>(context)->append(bytes, size);
          }};
}

}  // namespace tuner
