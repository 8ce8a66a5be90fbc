// What a client may say, one JSON object a line, as data. Described for people in commands/ask_tell.cpp (--help) and in
// the README.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/definition.h"
#include "mpi_runner/ask_tell/session.h"
#include "mpi_runner/host_launch.h"

namespace tuner {

// Of a study that exists, what is left out is taken from it, and what is given must be the same.
struct CreateRequest {
  std::optional<SearchSpace> space;
  std::vector<ObjectiveInfo> objectives;  // empty: one, "value", minimized
  std::optional<std::vector<std::string>> constraints;
  std::string strategy;               // empty: the default
  PluginOptions options;              // of the strategy
  std::optional<std::uint64_t> seed;  // default: 0
  std::string study;                  // file; empty: in memory only
  std::uint64_t workers = 1;
  std::vector<std::string> enqueue;     // configurations as JSON
  std::vector<std::string> warm_start;  // files of earlier studies
  double ask_timeout_s = 600;           // of the strategy; 0 = none
  bool durable = true;                  // results are acknowledged when they are synced
  bool accept_loss = false;
};

struct AskRequest {
  std::size_t count = 1;
};

struct TellRequest {
  ClientResult result;
};

struct BestRequest {};
struct SyncRequest {};
struct CloseRequest {};

using Request = std::variant<CreateRequest, AskRequest, TellRequest, BestRequest, SyncRequest, CloseRequest>;

// Throws UserError; where the line is no JSON it begins with the column.
Request request_from(std::string_view line);

}  // namespace tuner
