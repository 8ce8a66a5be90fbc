// The bytes of a journal file, all numbers little endian; storage/FORMAT.md says what they mean after a crash.
//
//   file header, 80 bytes        record header, 24 bytes
//     0  magic "TUNERJNL"          0  magic "EVNT" or "MARK"
//     8  version, u32              4  bytes of the payload, u32
//    12  bytes of this header      8  sequence, u64
//    16  study id, 32 letters     16  CRC-32C of the payload
//    48  number, u64              20  CRC-32C of bytes 0-19 of this header
//    56  base sequence, u64      then the payload: EVNT an event (event_codec), MARK nothing
//    64  carried events, u64
//    72  zero, u32
//    76  CRC-32C of bytes 0-75
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/ids.h"

namespace tuner {

inline constexpr std::string_view kJournalMagic = "TUNERJNL";
inline constexpr std::uint32_t kJournalVersion = 1;
inline constexpr std::size_t kJournalHeaderBytes = 80;
inline constexpr std::size_t kStudyIdLetters = 32;

inline constexpr std::string_view kEventMagic = "EVNT";
inline constexpr std::string_view kMarkMagic = "MARK";  // every event before its sequence survives a power cut
inline constexpr std::size_t kRecordHeaderBytes = 24;

// The first `carried` events of a file stood in earlier files already, where they were not known to be durable. A file
// that does not hold them all died while it was being made and counts for nothing.
struct JournalHeader {
  std::string study_id;
  std::uint64_t number = 0;
  Sequence base;  // of the first event in this file
  std::uint64_t carried = 0;
};

}  // namespace tuner
