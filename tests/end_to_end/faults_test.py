"""Runs in which plugins and places fail: what is tried again, what is blamed, and that the rest goes on."""
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import unittest

import tuner_program as tuner

MISBEHAVING = tuner.BUILD / "lib/tuner/fixtures/misbehaving_objective.so"


class Faults(tuner.TunerTest):
    def misbehave(self, how, *more, on_trial=-1, trials=6):
        return ["--plugin", MISBEHAVING, "--set", f"misbehave={how}", "--set", f"on_trial={on_trial}", "--strategy",
                "sobol", "--trials", trials, "--study", self.study, *more]

    def story(self, trial):
        return tuner.run("show", self.study, "--trial", trial)

    def test_a_crash_is_tried_once_more_on_another_rank(self):
        output = tuner.run(*self.misbehave("segfault_once", on_trial=3, trials=8), ranks=2)

        self.assertEqual(tuner.trials(self.study)[3][:2], ("complete", 2))
        story = self.story(3)
        self.assertEqual(sorted(re.findall(r"attempt \d: \w+, rank (\d) on", story)), ["0", "1"], story)
        self.assertIn("8 finished, 0 failed; failed attempts: 1 crash", output)
        tuner.run("replay", self.study)

    def test_show_tells_what_a_trial_printed_and_the_ranks_log_what_happened(self):
        tuner.run(*self.misbehave("print_and_go_on", on_trial=3), ranks=2)

        story = self.story(3)
        self.assertRegex(story, r"last output of attempt 1 \(all that was kept: .*study.h5.logs/trial-3-attempt-1.log\)\n"
                                r"    reading the data\n")
        self.assertNotIn("\x1b", story)
        self.assertNotIn("last output", self.story(2))
        logs = self.folder / "study.h5.logs"
        self.assertEqual([path.name for path in logs.glob("trial-*")], ["trial-3-attempt-1.log"])
        for line in (logs / "rank-0.log").read_text().splitlines():
            self.assertIn("event", json.loads(line))

    def test_a_study_that_is_named_by_a_link_has_its_logs_beside_itself(self):
        (self.folder / "scratch").mkdir()
        self.study.symlink_to(self.folder / "scratch" / "real.h5")
        tuner.run(*self.misbehave("print_and_go_on", on_trial=3))

        self.assertIn("reading the data", self.story(3))
        self.assertTrue((self.folder / "scratch" / "real.h5.logs" / "rank-0.log").exists())
        self.assertFalse((self.folder / "study.h5.logs").exists())

    def test_a_trial_that_hangs_is_told_with_the_place_where_it_does(self):
        tuner.run(*self.misbehave("print_and_hang", "--hang-after", "5s", on_trial=3))

        story = self.story(3)
        self.assertIn("attempt 1: timeout, rank 0", story)
        self.assertIn("misbehaving_objective.so(", story)
        self.assertIn("reading the data", story)
        self.assertEqual(tuner.trials(self.study)[3][:2], ("failed", 1))

    def test_a_configuration_that_crashes_twice_is_to_blame(self):
        output = tuner.run(*self.misbehave("segfault", on_trial=2))

        self.assertEqual(tuner.trials(self.study)[2][:2], ("failed", 2))
        self.assertIn("6 finished, 1 failed; failed attempts: 2 crash", output)

    def test_a_folder_that_cannot_be_made_is_no_fault_of_a_configuration(self):
        pathlib.Path(f"{self.study}.trials").touch()
        output = tuner.run(*self.misbehave("write_folder"), expect=2)

        self.assertIn("no rank can evaluate", output)
        self.assertRegex(output, r"the trial's directory \S+\.trials/\S+ cannot be made: Not a directory")
        pathlib.Path(f"{self.study}.trials").unlink()
        self.assertIn("6 finished, 0 failed", tuner.run(*self.misbehave("write_folder")))

    def test_a_plugin_that_hangs_while_it_names_its_space_can_be_interrupted(self):
        process = tuner.start(*self.misbehave("hang", "--set", "at=space"))
        tuner.wait_for(lambda: tuner.descendants(process.pid), "the plugin's host")
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=tuner.HANG_GUARD_S)[0]

        self.assertIn("stopped by a signal, while a plugin was asked", output)
        self.assertEqual(process.returncode, 4)

    def test_training_of_the_final_model_has_the_time_of_a_trial(self):
        output = tuner.run(*self.misbehave("hang", "--set", "at=refit", "--trial-timeout", "2s"))

        self.assertIn("training the final model took longer than 2 s (--trial-timeout)", output)

    def test_training_of_the_final_model_hangs_as_a_trial_does(self):
        output = tuner.run(*self.misbehave("hang", "--set", "at=refit", "--hang-after", "2s"))

        self.assertIn("training the final model printed nothing for 2 s (--hang-after)", output)

    def test_no_retries_where_none_are_wanted_and_none_of_what_would_fail_again(self):
        tuner.run(*self.misbehave("segfault", "--retries", 0, on_trial=2))
        self.assertEqual(tuner.trials(self.study)[2][:2], ("failed", 1))
        for how in ("throw", "nan"):
            self.study = self.folder / f"{how}.h5"
            tuner.run(*self.misbehave(how, on_trial=2))
            self.assertEqual(tuner.trials(self.study)[2][:2], ("failed", 1))

    def run_with_sick_ranks(self, healthy, sick):
        """A run that is stopped once all sick ranks, its last ones, are taken out; what it says after that."""
        arguments = self.misbehave("segfault_in_sick_place", trials=10**7)
        process = tuner.start_line(tuner.command_on_ranks(arguments, [{}] * healthy + [{"SICK_PLACE": "1"}] * sick))
        self.addCleanup(process.communicate)
        for _ in range(sick):
            tuner.line_like("is taken out of this run", process.stdout)
        self.steer("stop")
        output = process.stdout.read()
        self.assertNotIn("is taken out of this run", output)
        self.failed = int(re.search(r"finished, (\d+) failed", output)[1])
        return output

    def test_a_rank_where_trials_crash_that_succeed_elsewhere_is_taken_out(self):
        output = self.run_with_sick_ranks(healthy=2, sick=1)

        self.assertRegex(output, r"taken out rank 2 on \S+: 3 trials in a row")
        self.assertRegex(tuner.run("status", self.study), r"taken out *rank 2 on ")
        self.assertEqual(self.failed, 0, output)

    def test_two_ranks_of_four_where_trials_crash_spoil_no_trial(self):
        output = self.run_with_sick_ranks(healthy=2, sick=2)

        # A sick rank may be the second judge before it has failed at anything itself; that is said, then.
        in_doubt = re.search(r"in doubt +(\d+) trial", output)
        self.assertEqual(self.failed, int(in_doubt[1]) if in_doubt else 0, output)
        self.assertLessEqual(self.failed, 2, output)
        crashes = int(re.search(r"failed attempts: (\d+) crash", output)[1])
        self.assertLessEqual(crashes, 30, "a rank is left alone until what failed there has run elsewhere")

    def test_a_retry_does_not_wait_for_a_rank_that_takes_long_while_others_are_free(self):
        arguments = self.misbehave("segfault_once_while_the_first_waits", trials=3)
        output = tuner.run(*arguments, ranks=3)  # the first waits for values of the others

        self.assertIn("3 finished, 0 failed; failed attempts: 2 crash", output)

    def test_where_most_configurations_crash_no_rank_waits_for_one_that_takes_long(self):
        arguments = self.misbehave("segfault_mostly_while_the_30th_waits", trials=100)
        tuner.run(*arguments, ranks=3)  # the 30th waits for second attempts of 30 that crash

        trials = tuner.trials(self.study)
        self.assertEqual([number for number, row in trials.items() if row[0] == "complete"], list(range(0, 100, 3)))

    def test_a_rank_whose_trials_crash_goes_on_now_and_then_while_others_take_long(self):
        output = tuner.run(*self.misbehave("segfault_six_while_the_first_waits", trials=10), ranks=2)

        self.assertIn("10 finished, 6 failed", output)  # the first waits for the three that are left

    def test_a_rank_that_was_taken_out_works_again_where_no_other_is_left(self):
        arguments = self.misbehave("segfault_in_sick_place", "--rank-timeout", "20s", trials=10**7)
        line = tuner.command_on_ranks(arguments, [{"SICK_PLACE": "1"}, {}])
        process = tuner.start_line([line[0], "--enable-recovery", *line[1:]])
        self.addCleanup(process.communicate)
        self.addCleanup(lambda: [tuner.kill(pid) for pid in (*tuner.ranks(process.pid).values(), process.pid)])

        tuner.line_like("is taken out of this run", process.stdout)
        tuner.kill(tuner.ranks(process.pid)[1])

        tuner.line_like("takes trials again: no other rank is left", process.stdout)

    def run_unheard(self, output, *more):
        """A run of six trials whose standard output and error are this file."""
        process = subprocess.run(tuner.command(self.misbehave("segfault_once", *more, on_trial=3)),
                                 env=tuner.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                 timeout=tuner.HANG_GUARD_S, check=False)
        self.assertEqual(process.returncode, 0)
        self.assertEqual({row[0] for row in tuner.trials(self.study).values()}, {"complete"})

    def test_a_log_on_a_full_disk_ends_no_run(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.run_unheard(full)

    def test_closed_streams_end_no_run_and_no_message_goes_into_its_files(self):
        line = " ".join(map(shlex.quote, tuner.command(self.misbehave("segfault_once", on_trial=3))))
        subprocess.run(f"exec {line} >&- 2>&-", shell=True, env=tuner.ENVIRONMENT, stdin=subprocess.DEVNULL,
                       timeout=tuner.HANG_GUARD_S, check=True)
        self.assertEqual({row[0] for row in tuner.trials(self.study).values()}, {"complete"})

    def test_a_reader_of_the_output_that_goes_away_ends_no_run(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        self.run_unheard(writer)

    def test_a_reader_of_the_output_that_takes_nothing_ends_no_run(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        os.set_blocking(writer, False)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(writer, b"x" * 4096)
        self.run_unheard(writer)

    def test_a_rank_whose_plugin_hangs_at_its_start_is_named(self):
        arguments = self.misbehave("hang_in_sick_place", "--set", "at=create", trials=10**7)
        process = tuner.start_line(tuner.command_on_ranks(arguments, [{}, {"SICK_PLACE": "1"}]))
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)

        tuner.line_like("rank 1: the objective is not ready there after 5 s; waiting for it, at most 600 s", process.stdout)

    def test_a_plugin_that_hangs_at_its_start_is_named_and_a_signal_ends_the_wait(self):
        process = tuner.start("--plugin", MISBEHAVING, "--set", "misbehave=hang", "--set", "at=create", "--study",
                              self.study)
        self.addCleanup(process.kill)

        tuner.line_like("objective 'misbehaving_objective' .* is not ready after 5 s; waiting for it, at most 600 s",
                        process.stdout)
        process.terminate()
        process.communicate(timeout=tuner.HANG_GUARD_S)

        self.assertFalse(self.study.exists())

    def test_a_trial_that_kills_its_node_three_times_is_the_suspect_and_the_rest_goes_on(self):
        arguments = self.misbehave("kill_rank", on_trial=3)
        for _ in range(3):
            tuner.run(*arguments, expect=-9)

        output = tuner.run(*arguments)

        self.assertIn("trial 3 has failed as the suspected reason", output)
        self.assertEqual(tuner.trials(self.study)[3][:2], ("failed", 3))
        self.assertIn("5 complete, 0 pruned, 1 failed", tuner.run("status", self.study))
        self.assertEqual(self.story(3).count("lost, rank 0 on"), 3, self.story(3))
        tuner.run("replay", self.study)

    def test_a_trial_that_kills_the_whole_run_three_times_is_the_suspect_on_whichever_rank(self):
        arguments = self.misbehave("kill_rank", on_trial=3)
        for _ in range(3):
            tuner.run(*arguments, ranks=2, expect=137)

        output = tuner.run(*arguments, ranks=2)

        self.assertEqual(tuner.trials(self.study)[3][:2], ("failed", 3), output)
        self.assertEqual({row[0] for row in tuner.trials(self.study).values()}, {"complete", "failed"})
        tuner.run("replay", self.study)

    def test_a_plugin_that_is_changed_during_a_run_is_not_started_again(self):
        plugin = self.folder / "objective.so"
        shutil.copy(MISBEHAVING, plugin)
        process = tuner.start("--plugin", plugin, "--set", "misbehave=hang", "--set", "on_trial=3", "--strategy",
                              "sobol", "--trials", 6, "--study", self.study)
        tuner.wait_for(lambda: re.search("3 finished .* 1 running", tuner.run("status", self.study, expect=None)),
                       "the trial that hangs")
        shutil.copy(tuner.BUILD / "lib/tuner/plugins/functions.so", self.folder / "other.so")
        os.replace(self.folder / "other.so", plugin)

        tuner.kill(next(iter(tuner.processes(f"tuner-plugin-host host {plugin}"))))
        output = process.communicate(timeout=tuner.HANG_GUARD_S)[0]

        self.assertIn(f"{plugin} has been changed since the run began", output)
        self.assertEqual(process.returncode, 2)
        self.assertEqual({row[0] for row in tuner.trials(self.study).values()}, {"complete", "waiting"})

    def test_the_last_rank_is_never_taken_out(self):
        arguments = self.misbehave("segfault_once", trials=20)
        output = tuner.run(*arguments)

        self.assertNotIn("taken out", output)
        self.assertEqual({row[0] for row in tuner.trials(self.study).values()}, {"complete"})


if __name__ == "__main__":
    unittest.main()
