// The last resort when a guard was killed: its descendants are found by a mark in the environment they inherited.
#pragma once

#include <string>

namespace tuner {

// "TUNER_PLUGIN_HOST=…", another one for each host that this process starts.
std::string new_process_mark();

// Kills all processes of this machine that carry the mark, also those that start meanwhile. Takes milliseconds.
void kill_marked_processes(const std::string& mark);

}  // namespace tuner
