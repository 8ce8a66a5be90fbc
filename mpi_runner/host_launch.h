// How plugin hosts are started: plain data, and where the program that they are is found.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

using PluginOptions = std::map<std::string, std::string>;  // as set, defaults filled in

inline constexpr double kStartTimeout_s = 600;

struct HostLaunch {
  enum class Debugger {
    none,
    gdb
  };  // gdb: the host runs under `gdb --args` on the terminal, without guard or time-outs

  std::filesystem::path executable;           // tuner-plugin-host
  std::filesystem::path plugin;               // the shared library
  std::uint32_t threads = 1;                  // for each trial
  std::vector<std::uint32_t> cores = {};      // to bind the host to; empty: those of the rank
  std::vector<std::string> environment = {};  // "NAME=value", in place of the rank's
  std::uint64_t memory_limit_bytes = 0;       // of the host and all its descendants; 0 = none
  double start_timeout_s = kStartTimeout_s;   // for describe, space, inputs and create
  Debugger debugger = Debugger::none;
};

// tuner-plugin-host beside this executable, or where it is installed. Throws UserError when it is in neither place.
std::filesystem::path find_host_executable();

// "strategy 'bayes' (/opt/x/bayes.so)": how messages name the owner of a failure.
std::string named(std::string_view kind, const std::filesystem::path& plugin);

}  // namespace tuner
