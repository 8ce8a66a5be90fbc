// Any bytes are a journal of which a beginning counts. Half of the inputs get right checksums, so that the fuzzer also
// reaches what stands behind them: the events, and the study that they make.
#include <algorithm>
#include <cstring>

#include "core/bytes.h"
#include "core/definition.h"
#include "core/error.h"
#include "core/study.h"
#include "storage/crc32c.h"
#include "storage/event_codec.h"
#include "storage/journal_reader.h"
#include "tests/fuzz/fuzzer.h"

namespace {

using tuner::fuzz::require;

void put_crc(std::uint8_t* covered, std::size_t size, std::uint8_t* place) {
  const std::uint32_t crc = tuner::crc32c(tuner::fuzz::bytes(covered, size));
  std::memcpy(place, &crc, sizeof crc);
}

// Of the file's header and of each record as far as their sizes lead.
void mend_checksums(std::uint8_t* data, std::size_t size) {
  using namespace tuner;
  if (size < kJournalHeaderBytes) return;
  put_crc(data, 76, data + 76);
  for (std::size_t at = kJournalHeaderBytes; size - at >= kRecordHeaderBytes;) {
    std::uint32_t payload_bytes = 0;
    std::memcpy(&payload_bytes, data + at + 4, sizeof payload_bytes);
    std::uint8_t* const payload = data + at + kRecordHeaderBytes;
    payload_bytes = std::min(payload_bytes, static_cast<std::uint32_t>(size - at - kRecordHeaderBytes));
    put_crc(payload, payload_bytes, data + at + 16);
    put_crc(data + at, 20, data + at + 20);
    at += kRecordHeaderBytes + payload_bytes;
  }
}

// Without trials, of the kind of those in the corpus.
tuner::Study empty_study() {
  const tuner::StudyDefinition definition{
      .study_id = "0123456789abcdef0123456789abcdef",
      .seed = 0,
      .space = tuner::SearchSpace::from_json(
          R"({"parameters": [{"name": "x", "type": "float", "low": -5, "high": 5},
                             {"name": "c", "type": "categorical", "choices": ["a", "b"]}]})",
          "fuzzer"),
      .goal = {.objectives = {{.name = "value", .maximize = false}}, .constraints = {"cost"}, .fidelities = {}},
      .objective = {},
      .strategy = {},
      .inputs = {},
      .settings = {}};
  tuner::Study study;
  study.apply(tuner::StudyCreated{definition.to_json()});
  return study;
}

// An event that can be read is written as the same bytes. False where it cannot be read or contradicts the study.
bool apply(tuner::Study& study, std::span<const std::byte> bytes) {
  try {
    const tuner::Event event = tuner::decode(bytes);
    tuner::Bytes again;
    tuner::encode(event, again);
    require(std::ranges::equal(again, bytes), "an event is written as it was read");
    study.apply(event);
    return true;
  } catch (const tuner::MalformedBytes&) {
    return false;
  } catch (const tuner::DamagedStudy&) {
    return false;
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  if (seed % 2 == 0) mend_checksums(data, size);
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto contents = tuner::read_journal(tuner::fuzz::bytes(data, size));

  require(contents.good_bytes <= size, "what is good lies in the file");
  require(!contents.damage || contents.damage->offset <= size, "damage lies in the file");
  if (!contents.header) require(contents.events.empty(), "a file without a header has no events");
  if (contents.events.empty()) return 0;
  static const tuner::Study kEmpty = empty_study();
  tuner::Study study = kEmpty;
  for (const auto event : contents.events)
    if (!apply(study, event)) break;
  return 0;
}
