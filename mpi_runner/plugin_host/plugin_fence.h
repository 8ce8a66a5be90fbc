// How the host calls a plugin: whatever the plugin does short of dying comes back as a status and a text.
#pragma once

#include <array>
#include <cfenv>
#include <exception>
#include <string>
#include <vector>

#include "mpi_runner/plugin_host/protocol.h"
#include "tuner/abi.h"

namespace tuner {

struct Outcome {
  tuner_status status = TUNER_OK;
  std::string message;

  bool ok() const { return status == TUNER_OK; }
};

// `call` gets the error buffer and returns the plugin's status. Exceptions should not cross the line, and do where an
// author fills the table by hand. Each call starts in the default floating-point mode, so that what a plugin did to it
// changes no later trial.
template <class Call>
Outcome call_plugin(Call&& call) {
  std::fesetenv(FE_DFL_ENV);
  std::array<char, 4096> buffer{};
  const tuner_text error{buffer.data(), buffer.size()};
  try {
    const tuner_status status = call(&error);
    buffer.back() = '\0';
    return {status, buffer.data()};
  } catch (const std::exception& escaped) {
    return {TUNER_FAILED, std::string("an exception crossed the C line: ") + escaped.what()};
  } catch (...) {
    return {TUNER_FAILED, "something that is no std::exception was thrown across the C line"};
  }
}

// "failed in describe(): why".
protocol::Failed failure(const std::string& function, const Outcome& outcome);

// The user's options as plugins see them; the texts live as long as this.
class OptionsView {
 public:
  explicit OptionsView(protocol::Options options);
  OptionsView(const OptionsView&) = delete;
  OptionsView& operator=(const OptionsView&) = delete;

  const tuner_options& c_options() const { return c_options_; }

 private:
  protocol::Options options_;
  std::vector<tuner_option> items_;
  tuner_options c_options_;
};

// A tuner_writer that collects into `text`.
tuner_writer writer_into(std::string& text);

}  // namespace tuner
