#include "storage/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/error.h"
#include "storage/event_codec.h"
#include "storage/export.h"
#include "storage/file_calls.h"
#include "storage/hdf5_reader.h"
#include "storage/study_tables.h"
#include "storage/verify.h"
#include "tests/storage/study_fixture.h"

namespace tuner {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

// Four complete trials, one that crashed, one that waits, and one of everything else.
std::vector<Event> eventful_life() {
  std::vector<Event> events = {StudyCreated{rich_definition().to_json()}, epoch_started(1)};
  for (std::uint64_t trial = 0; trial < 4; ++trial)
    for (auto& event : life_of_trial(trial)) events.push_back(std::move(event));
  for (auto& event : std::vector<Event>{asked(4), answered(4, 4), attempt_started(4), attempt_crashed(4), asked(5),
                                        answered(5, 5), SettingChanged{"trials", "400"},
                                        HoldoutScored{{2}, 1500.0, R"({"auc": 0.5})"}, epoch_ended()})
    events.push_back(std::move(event));
  return events;
}

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() {
    for (const auto& event : eventful_life()) happen(event);
  }

  void happen(const Event& event) {
    Bytes bytes;
    encode(event, bytes);
    study_.apply(event);
    log_.append(bytes);
  }
  FileImage image() const {
    return make_checkpoint(study_, log_.snapshot(),
                           {.study_id = rich_definition().study_id, .next_journal = 3, .end = StudyEnd::clean});
  }
  void put() const {
    put_checkpoint({.files = system_files(), .names = StudyFiles(path_), .token = "me", .before_rename = [] {}},
                   image());
  }
  static std::string bytes_of(const LogSnapshot& log) {
    std::string all;
    for (const auto& piece : log.pieces) all.append(reinterpret_cast<const char*>(piece.bytes.get()), piece.size);
    return all;
  }
  std::string slurp() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void spill(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  // Where the bytes of the text stand in the file, which must be one place.
  std::size_t place_of(std::string_view text) const {
    const auto bytes = slurp();
    const auto place = bytes.find(text);
    EXPECT_NE(place, std::string::npos);
    EXPECT_EQ(bytes.find(text, place + 1), std::string::npos);
    return place;
  }
  void change_byte(std::size_t place) const {
    auto bytes = slurp();
    bytes[place] = static_cast<char>(bytes[place] ^ 4);
    spill(bytes);
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "study.h5";
  Study study_;
  EventLog log_;
};

TEST_F(CheckpointTest, TheLogComesBackByteForByte) {
  put();

  const auto checkpoint = read_checkpoint(path_);

  EXPECT_EQ(bytes_of(checkpoint.log.snapshot()), bytes_of(log_.snapshot()));
  EXPECT_EQ(checkpoint.facts.study_id, rich_definition().study_id);
  EXPECT_EQ(checkpoint.facts.next_journal, 3U);
  EXPECT_EQ(checkpoint.facts.end, StudyEnd::clean);
}

TEST_F(CheckpointTest, PeopleReadItWithH5py) {
  put();

  const std::string command = "/usr/bin/python3 " TUNER_READ_STUDY " '" + path_.string() + "'";

  EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe): no other thread runs
}

TEST_F(CheckpointTest, AStudyWithoutTrialsHasEmptyTables) {
  study_ = Study();
  log_ = EventLog();
  happen(StudyCreated{rich_definition().to_json()});
  put();

  EXPECT_EQ(read_checkpoint(path_).log.end(), Sequence{1});
  EXPECT_THAT(Hdf5Reader(path_).datasets(), Contains("trials/parameters/eta"));
}

TEST_F(CheckpointTest, TheOldFileStaysWhereTheNewOneMayNotBeWritten) {
  put();
  const auto before = slurp();
  happen(epoch_started(2));

  const CheckpointPlace place{.files = system_files(), .names = StudyFiles(path_), .token = "me", .before_rename = [] {
                                throw Interrupted("replaced");
                              }};
  EXPECT_THROW(put_checkpoint(place, image()), Interrupted);

  EXPECT_EQ(slurp(), before);
  EXPECT_FALSE(std::filesystem::exists(StudyFiles(path_).temporary("me")));
}

TEST_F(CheckpointTest, AChangedByteOfTheLogIsFound) {
  put();
  const auto start = place_of(bytes_of(log_.snapshot()));
  const auto whole = slurp();
  for (std::size_t offset = 0; offset < log_.snapshot().bytes; offset += 7) {
    change_byte(start + offset);

    EXPECT_THROW(read_checkpoint(path_), DamagedStudy) << offset;
    spill(whole);
  }
}

TEST_F(CheckpointTest, AFileThatIsCutIsNamedAsDamaged) {
  put();
  const auto whole = slurp();
  // The last bytes of a file of HDF5 may be room that nothing uses.
  for (std::size_t size = 997; size < whole.size() / 2; size += 997) {
    spill(whole.substr(0, size));

    EXPECT_THROW(read_checkpoint(path_), DamagedStudy) << size;
  }
}

TEST_F(CheckpointTest, AnythingThatIsNoStudyIsTheUsersMistakeAndNoDamage) {
  std::filesystem::create_directory(path_);
  EXPECT_THAT([&] { read_checkpoint(path_); }, ThrowsMessage<UserError>(HasSubstr("it is a folder")));
  std::filesystem::remove(path_);

  EXPECT_THAT([] { read_checkpoint("/dev/null"); }, ThrowsMessage<UserError>(HasSubstr("it is no regular file")));

  spill("");
  EXPECT_THAT([&] { read_checkpoint(path_); }, ThrowsMessage<UserError>(HasSubstr("it is empty")));

  spill("loss,eta\n0.5,0.1\n");
  EXPECT_THAT([&] { read_checkpoint(path_); }, ThrowsMessage<UserError>(HasSubstr("it is no HDF5 file")));

  const auto other = Hdf5Writer().finish();
  spill({reinterpret_cast<const char*>(other.bytes().data()), other.bytes().size()});
  EXPECT_THAT([&] { read_checkpoint(path_); }, ThrowsMessage<UserError>(HasSubstr("HDF5 file of something else")));
}

TEST_F(CheckpointTest, AStudyOfANewerFormatIsToldApartFromADamagedOne) {
  Hdf5Writer newer;
  newer.attribute("/", "format_version", std::int64_t{2});
  newer.attribute("/", "tuner_version", std::string_view("9.1.0"));
  const auto image = newer.finish();
  spill({reinterpret_cast<const char*>(image.bytes().data()), image.bytes().size()});

  const auto says =
      ThrowsMessage<UserError>(HasSubstr("was written by a newer tuner (format 2; this one reads 1). Use tuner 9.1.0"));
  EXPECT_THAT([&] { read_checkpoint(path_); }, says);
  EXPECT_THAT([&] { verify_study(path_); }, says);
}

TEST_F(CheckpointTest, AStudyFileThatWasOverwrittenIsDamagedWhereItsJournalsTell) {
  spill("");
  std::ofstream(StudyFiles(path_).journal(1)) << "x";

  EXPECT_THROW(read_checkpoint(path_), DamagedStudy);
}

TEST_F(CheckpointTest, ANameThatHdf5DoesNotTakeIsWrittenOtherwise) {
  const std::vector<std::string> names = {"plain", "a/b", "50%", ".", "", "tab\t", "plain", "Größe"};

  EXPECT_THAT(link_names(names), ElementsAre("plain", "a%2Fb", "50%25", "%2E", "%", "tab%09", "plain%6", "Größe"));
}

TEST_F(CheckpointTest, AWholeStudyIsVerified) {
  put();

  const auto result = verify_study(path_);

  EXPECT_EQ(result.verdict, Verdict::whole);
  EXPECT_THAT(result.findings, Contains(HasSubstr("6 trials, 5 finished")));
  EXPECT_THAT(result.findings, Contains(HasSubstr("tables agree")));
}

TEST_F(CheckpointTest, AChangedTableIsFoundByVerify) {
  put();
  const std::array<std::int64_t, 6> depths = {2, 3, 4, 5, 6, 7};
  change_byte(place_of({reinterpret_cast<const char*>(depths.data()), sizeof depths}));

  const auto result = verify_study(path_);

  EXPECT_EQ(result.verdict, Verdict::damaged);
  EXPECT_THAT(result.findings, Contains(HasSubstr("/trials/parameters/max_depth does not say")));
}

TEST_F(CheckpointTest, AMissingTableIsFoundByVerify) {
  put();
  const std::string command =
      "/usr/bin/python3 -c \"import h5py, sys; "
      "del h5py.File(sys.argv[1], 'r+')['trials/parameters/max_depth']\" '" +
      path_.string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe): no other thread runs

  const auto result = verify_study(path_);

  EXPECT_EQ(result.verdict, Verdict::damaged);
  EXPECT_THAT(result.findings, Contains(HasSubstr("/trials/parameters/max_depth is missing")));
}

TEST_F(CheckpointTest, TheTrialsAsCsv) {
  std::ostringstream out;

  export_csv(study_, out);

  std::istringstream lines(out.str());
  std::string header;
  std::string first;
  std::getline(lines, header);
  std::getline(lines, first);
  EXPECT_EQ(
      header,
      "number,state,cause,origin,attempt,parent,rank,ask,known,pending,seed,started,ended,duration_s,parameter.eta,"
      "parameter.max_depth,parameter.booster,parameter.batch,parameter.warm,parameter.rate_drop,"
      "parameter.drop_size,value.loss,value.accuracy,constraint.memory,fidelity.rounds,note.trees\r");
  EXPECT_THAT(first, testing::StartsWith("0,complete,value,strategy,1,,3,0,0,0,"));
  EXPECT_THAT(first, testing::EndsWith(",1001,1002,0.25,0.01,2,gbtree,16,true,,,0,-0,-1,1,0\r"));
  EXPECT_EQ(std::ranges::count(out.str(), '\n'), 7);
}

TEST_F(CheckpointTest, NamesThatCouldBreakATableOrATerminalAreMadeHarmless) {
  happen(attempt_started(5));
  happen(AttemptEnded{{5}, 1, Cause::value, 1, 1, {1, 2}, {0}, {{"a,\"b\"\x1b[2J\n\xC2\x9B", 1}}, ""});
  std::ostringstream out;

  export_csv(study_, out);

  EXPECT_THAT(out.str(), HasSubstr("\"note.a,\"\"b\"\"\\x1b[2J\\n\\u009b\""));
}

TEST_F(CheckpointTest, TheTrialsAsJson) {
  std::ofstream(folder_ / "out.json") << [&] {
    std::ostringstream out;
    export_json(study_, out);
    return out.str();
  }();

  const std::string command =
      "/usr/bin/python3 -c \"import json, sys; s = json.load(open(sys.argv[1])); t = s['trials']; "
      "assert s['objectives'][1] == {'name': 'accuracy', 'direction': 'maximize'}; "
      "assert len(t) == 6 and t[0]['parameters'] == "
      "{'eta': 0.01, 'max_depth': 2, 'booster': 'gbtree', 'batch': 16, 'warm': True}; "
      "assert t[4]['values']['loss'] is None and s['failures'][0]['cause'] == 'crash'; "
      "assert t[1]['intermediate'] == [{'attempt': 1, 'step': 5, 'value': 0.5}]\" '" +
      (folder_ / "out.json").string() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe): no other thread runs
}

}  // namespace
}  // namespace tuner
