// One end of the stream socket between a rank and its plugin host: whole frames in, whole frames out. Frames that the
// socket does not take at once wait in a buffer, so that a rank never blocks on its host.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "core/bytes.h"
#include "mpi_runner/unique_fd.h"

namespace tuner {

class FrameSocket {
 public:
  explicit FrameSocket(UniqueFd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  bool closed() const { return closed_; }  // the other end is gone; frames that came before may still be read

  // Append frames here, then flush.
  Bytes& outbox() { return outbox_; }
  bool has_unsent() const { return sent_ < outbox_.size(); }
  void flush();           // as much as the socket takes now
  void flush_blocking();  // all of it

  // The next whole frame without its length, valid until the next call; nothing where none has arrived. Throws
  // MalformedBytes for a length that no frame has.
  std::optional<std::span<const std::byte>> receive();
  // Waits for it; nothing where the other end is gone.
  std::optional<std::span<const std::byte>> receive_blocking();

 private:
  enum class Mode { now, wait };
  void flush(Mode mode);
  bool read_more(Mode mode);
  std::optional<std::span<const std::byte>> buffered();

  UniqueFd socket_;
  bool closed_ = false;
  Bytes outbox_;
  std::size_t sent_ = 0;
  Bytes inbox_;  // capacity; the bytes not yet taken are [taken_, filled_)
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace tuner
