// What a client of `tuner ask-tell` says and is answered, without the streams: a line in, a line out. It never throws:
// whatever goes wrong is an answer. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mpi_runner/ask_tell/requests.h"
#include "mpi_runner/ask_tell/session.h"

namespace tuner {

struct Answer {
  std::string text;             // one line, without its end
  bool waits_for_sync = false;  // may be sent after sync() only
};

class Dialogue {
 public:
  Answer answer(std::string_view line);

  // Makes what was told so far durable, for all answers that wait for it. Returns the answer to send in the place of
  // each of them where that fails, else an empty text.
  std::string sync();

  void tend();                             // now and then
  bool closed() const { return closed_; }  // by the client; nothing more is answered
  std::string end_of_input();              // as "close"; an error as text, else empty
  void leave();                            // as at SIGTERM

 private:
  Answer on(const CreateRequest& request);
  Answer on(const AskRequest& request);
  Answer on(const TellRequest& request);
  Answer on(const BestRequest& request);
  Answer on(const SyncRequest& request);
  Answer on(const CloseRequest& request);
  Session& session() const;

  std::unique_ptr<Session> session_;
  bool durable_ = false;
  bool closed_ = false;
  std::uint64_t line_ = 0;
};

}  // namespace tuner
