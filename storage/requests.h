// Requests to a live run: one file each, NAME.request in the folder study.h5.requests, put there whole by a rename. The
// run answers in NAME.answer, which whoever asked takes away. No port and no lock; any file system will do.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/request.h"
#include "storage/file.h"
#include "storage/study_files.h"

namespace tuner {

struct Request {
  RequestKind kind = RequestKind::stop;
  std::string by;             // "ada@login1, pid 12"
  std::string configuration;  // of enqueue, as typed
};

struct Answer {
  enum class Kind { done, refused };
  Kind kind = Kind::done;
  std::string text;  // for people
};

// What whoever asks does. Returns the request's name.
std::string post_request(FileCalls& files, const StudyFiles& names, const Request& request);
std::filesystem::path request_file(const StudyFiles& names, const std::string& name);
// Nothing while there is none. Takes it away.
std::optional<Answer> take_answer(FileCalls& files, const StudyFiles& names, const std::string& name);
// Nobody has begun to act upon it where it was still there.
Removed withdraw_request(FileCalls& files, const StudyFiles& names, const std::string& name);

// What the run finds; anybody who may write into the folder can put anything there.
struct Arrived {
  std::string name;
  std::variant<Request, std::string> content;  // or what is wrong with it
};

// In the order in which they were asked, a few at a time, without those that were seen before. An error of the file
// system finds none.
std::vector<Arrived> arrived_requests(FileCalls& files, const StudyFiles& names,
                                      const std::set<std::string>& seen = {});
void answer_request(FileCalls& files, const StudyFiles& names, const std::string& name, const Answer& answer);
// Answers that nobody waits for any more.
void remove_answers(FileCalls& files, const StudyFiles& names);

}  // namespace tuner
