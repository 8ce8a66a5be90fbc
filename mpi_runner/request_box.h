// The requests of people to this run, and its answers. What fails here is no reason to end a run. One thread.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/ids.h"
#include "storage/requests.h"

namespace tuner {

class RequestBox {
 public:
  // `notice` tells people what is wrong with the folder.
  RequestBox(const std::filesystem::path& study, std::function<void(const std::string&)> notice);

  // Those that a run before this one has left; answers that it left are removed.
  std::vector<Arrived> left_behind();
  // Each once. Looks at most twice a second.
  std::vector<Arrived> arrived(double now_s);

  void answer(const std::string& name, const Answer& answer);
  // When the event that records the request is durable.
  void answer_after(Sequence event, const std::string& name, const Answer& answer);
  // Every event before this one is durable.
  void acknowledged(Sequence before);

 private:
  struct Pending {
    Sequence event;
    std::string name;
    Answer answer;
  };

  std::vector<Arrived> look();

  StudyFiles names_;
  std::function<void(const std::string&)> notice_;
  std::set<std::string> seen_;
  std::deque<Pending> pending_;
  double next_look_s_ = 0;
};

}  // namespace tuner
