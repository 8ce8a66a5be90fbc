// The commands of `tuner`, one file each beside this one.
#pragma once

namespace tuner {

struct CommandCall;

int ask_tell_command(const CommandCall& call);
int best_command(const CommandCall& call);
int check_plugin_command(const CommandCall& call);
int continue_command(const CommandCall& call);
int describe_command(const CommandCall& call);
int doctor_command(const CommandCall& call);
int enqueue_command(const CommandCall& call);
int evaluate_command(const CommandCall& call);
int export_command(const CommandCall& call);
int pause_command(const CommandCall& call);
int plugins_command(const CommandCall& call);
int refit_command(const CommandCall& call);
int replay_command(const CommandCall& call);
int show_command(const CommandCall& call);
int status_command(const CommandCall& call);
int submit_command(const CommandCall& call);
int stop_command(const CommandCall& call);
int verify_command(const CommandCall& call);

}  // namespace tuner
