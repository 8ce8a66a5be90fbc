#include "mpi_runner/plugin_host/host.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <variant>

#include "core/error.h"
#include "mpi_runner/plugin_host/frame_socket.h"
#include "mpi_runner/plugin_host/guard_report.h"
#include "mpi_runner/plugin_host/loader.h"
#include "mpi_runner/plugin_host/objective_server.h"
#include "mpi_runner/plugin_host/protocol.h"
#include "mpi_runner/plugin_host/stack_dump.h"
#include "mpi_runner/plugin_host/strategy_server.h"

namespace tuner {
namespace {

// SLURM sends these to every process of a job, and the rank may want running trials to end well. A handler, not
// SIG_IGN: the programs that a plugin starts get the default action back, so that it can end them.
void survive_signals_to_the_job() {
  struct sigaction nothing {};
  nothing.sa_handler = [](int) {};
  nothing.sa_flags = SA_RESTART;
  for (const int signal_number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2})
    sigaction(signal_number, &nothing, nullptr);
}

// Children that a plugin forks do not keep the connection open when the host is gone, and cannot write into it.
void keep_connection_from_children() {
  fcntl(kDataFd, F_SETFD, FD_CLOEXEC);
  pthread_atfork(nullptr, nullptr, [] {
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup3(nowhere, kDataFd, O_CLOEXEC);
    close(nowhere);
  });
}

class PluginServer {
 public:
  PluginServer(FrameSocket& socket, const std::string& plugin) : socket_(socket) {
    try {
      start(load_plugin(plugin));
    } catch (const PluginError& error) {
      load_error_ = error.what();
    }
  }

  // False once the rank needs the host no longer.
  bool serve(protocol::Request request) {
    return std::visit([&](auto&& one) { return on(std::forward<decltype(one)>(one)); }, std::move(request));
  }

 private:
  void start(const PluginTable& table) {
    if (const auto* objective = std::get_if<tuner_objective_v1_t>(&table))
      server_.emplace<ObjectiveServer>(*objective, socket_);
    else
      server_.emplace<StrategyServer>(std::get<tuner_strategy_v1_t>(table));
  }

  bool on(const protocol::Finish&) { return false; }
  bool on(const protocol::Stop&) { return true; }  // came after its trial had ended
  bool on(protocol::Tell tell) {
    if (auto* strategy = std::get_if<StrategyServer>(&server_)) strategy->keep(std::move(tell));
    return true;
  }
  template <class Request>
  bool on(const Request& request) {
    reply(std::visit([&](auto& server) { return answer(server, request); }, server_));
    return true;
  }

  template <class Server, class Request>
  protocol::Reply answer(Server& server, const Request& request) {
    if constexpr (std::is_same_v<Server, std::monostate>)
      return protocol::Failed{protocol::Blame::plugin, load_error_};
    else if constexpr (requires { server.answer(request); })
      return server.answer(request);
    else
      return protocol::Failed{protocol::Blame::user,
                              std::string("is ") + Server::kKind + ", which is not what was asked for"};
  }

  void reply(const protocol::Reply& reply) {
    std::fflush(stdout);  // output stands before the reply that it belongs to
    append_frame(socket_.outbox(), reply);
    socket_.flush_blocking();
  }

  FrameSocket& socket_;
  std::string load_error_;
  std::variant<std::monostate, ObjectiveServer, StrategyServer> server_;
};

}  // namespace

int run_host(const std::string& plugin) {
  survive_signals_to_the_job();
  install_stack_dump();
  keep_connection_from_children();
  setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // a crash must not take the last lines along
  FrameSocket socket{UniqueFd(kDataFd)};
  try {
    PluginServer server(socket, plugin);
    while (const auto frame = socket.receive_blocking())
      if (!server.serve(protocol::read_request(*frame))) return 0;
    return kConnectionLost;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "tuner-plugin-host: %s\n", failure.what());
    return 70;  // EX_SOFTWARE of sysexits.h: tuner's fault, not the plugin's
  }
}

}  // namespace tuner
