// What a run and its commands tell people beside their results, on standard error. That nobody can read it (a log on a
// full disk, a pipe whose reader has gone, a terminal that takes nothing more) is no reason to stop: then it is lost.
#pragma once

#include <string_view>

namespace tuner {

// "tuner: the text", with its line end.
void say(std::string_view text);
// The text as it is.
void say_raw(std::string_view text);

// First of all: where standard error is closed, the next file that is opened takes its place, and messages would go
// into a study's journal.
void occupy_closed_streams();

}  // namespace tuner
