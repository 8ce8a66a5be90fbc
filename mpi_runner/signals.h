// What the outside asks of a run by signals: USR1 = finish what runs and end; TERM, INT and HUP = sync and leave at
// once. And CONT, by which it learns that it stood still.
#pragma once

namespace tuner {

enum class StopRequest { none, drain, leave };

// Writing to who has gone away fails then, and is no reason to die.
void ignore_broken_pipes();
void install_signal_handlers();  // and ignores broken pipes

// The strongest request that has arrived.
StopRequest stop_request();

// How often the process was stopped and continued.
int times_continued();

}  // namespace tuner
