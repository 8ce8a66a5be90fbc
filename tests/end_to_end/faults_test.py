"""Runs in which plugins, ranks and nodes fail: what is tried again, what is blamed, and that the rest goes on."""
import pathlib
import re
import json
import os
import signal
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

    def test_a_trial_that_hangs_is_told_with_the_place_where_it_does(self):
        tuner.run(*self.misbehave("print_and_hang", "--hang-after", "0.5s", on_trial=3))

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

    def test_no_retries_where_none_are_wanted_and_none_of_what_would_fail_again(self):
        tuner.run(*self.misbehave("segfault", "--retries", 0, on_trial=2))
        self.assertEqual(tuner.trials(self.study)[2][:2], ("failed", 1))
        for how in ("throw", "nan"):
            self.study = self.folder / f"{how}.h5"
            tuner.run(*self.misbehave(how, on_trial=2))
            self.assertEqual(tuner.trials(self.study)[2][:2], ("failed", 1))

    def test_a_rank_where_trials_crash_that_succeed_elsewhere_is_taken_out(self):
        arguments = self.misbehave("segfault_in_sick_place", trials=30)
        output = tuner.run_on_ranks(arguments, [{}, {}, {"SICK_PLACE": "1"}])

        self.assertEqual({row[0] for row in tuner.trials(self.study).values()}, {"complete"})
        self.assertEqual(output.count("is taken out of this run"), 1, output)
        self.assertRegex(output, r"taken out rank 2 on \S+: 3 trials in a row")
        self.assertRegex(tuner.run("status", self.study), r"taken out *rank 2 on ")
        self.assertIn("30 finished, 0 failed", output)

    def test_a_trial_that_kills_its_node_three_times_is_the_suspect_and_the_rest_goes_on(self):
        arguments = self.misbehave("kill_rank", on_trial=3)
        for _ in range(3):
            tuner.run(*arguments, expect=-9)

        output = tuner.run(*arguments)

        self.assertIn("trial 3 has failed as the suspected reason", output)
        self.assertEqual(tuner.trials(self.study)[3][:2], ("failed", 3))
        self.assertIn("5 complete, 0 pruned, 1 failed", tuner.run("status", self.study))
        self.assertEqual(self.story(3).count("lost, rank 0 on"), 4, self.story(3))
        tuner.run("replay", self.study)

    def test_the_last_rank_is_never_taken_out(self):
        arguments = self.misbehave("segfault_once", trials=20)
        output = tuner.run(*arguments)

        self.assertNotIn("taken out", output)
        self.assertEqual({row[0] for row in tuner.trials(self.study).values()}, {"complete"})


class LostRanks(tuner.TunerTest):
    """Ranks that are killed while the others work, placed by what the journal holds."""

    def start(self, *mpirun_options, trials):
        return tuner.start(*self.sphere("--set", "sleep_ms=20", "--rank-timeout", "4s", trials=trials), ranks=4,
                           mpirun_options=mpirun_options)

    def wait_for_trials(self):
        journal = lambda: sum(path.stat().st_size for path in self.folder.glob(self.study.name + ".journal.*"))
        tuner.wait_for(lambda: journal() > 5000, "some trials")

    def kill_rank(self, process, rank):
        self.wait_for_trials()
        tuner.kill(tuner.ranks(process.pid)[rank])

    def wait_for_the_end(self, process):
        """Of all ranks. With --enable-recovery Open MPI's mpirun sometimes outlives them (facts/environment.md)."""
        tuner.wait_for(lambda: not tuner.ranks(process.pid), "the end of all ranks")
        tuner.kill(process.pid)
        return process.communicate()[0]

    def test_the_study_goes_on_without_a_worker_that_died(self):
        process = self.start("--enable-recovery", trials=2000)
        self.kill_rank(process, 2)
        output = self.wait_for_the_end(process)

        self.assertRegex(output, r"rank 2 on \S+ has said nothing for 4 s and counts as lost")
        self.assertEqual(len([row for row in tuner.trials(self.study).values() if row[0] == "complete"]), 2000)
        tuner.run("status", self.study, "--exit-code")
        tuner.run("verify", self.study)
        tuner.run("replay", self.study)

    def test_the_job_ends_without_a_worker_that_was_stopped(self):
        process = self.start("--enable-recovery", trials=2000)
        self.wait_for_trials()
        stopped = tuner.ranks(process.pid)[2]
        os.kill(stopped, signal.SIGSTOP)
        output = process.communicate(timeout=tuner.HANG_GUARD_S)[0]

        self.assertRegex(output, r"rank 2 on \S+ has said nothing for 4 s and counts as lost")
        tuner.wait_for(lambda: not tuner.processes(str(self.study)), "the end of the stopped rank")
        tuner.run("status", self.study, "--exit-code")

    def test_workers_leave_a_manager_that_died_and_the_study_goes_on_later(self):
        process = self.start("--enable-recovery", trials=100000)
        self.kill_rank(process, 0)
        self.wait_for_the_end(process)

        tuner.run("status", self.study, "--exit-code", expect=4)
        done = int(tuner.run("status", self.study).split("trials ")[1].split()[0])
        self.assertGreater(done, 10)
        tuner.run("--resume", self.study, "--trials", done + 20, ranks=2)
        tuner.run("replay", self.study)

    def test_without_recovery_the_job_ends_by_itself_and_is_resumable(self):
        for rank in (0, 2):
            with self.subTest(rank=rank):
                self.study = self.folder / f"killed-{rank}.h5"
                process = self.start(trials=100000)
                self.kill_rank(process, rank)
                process.communicate(timeout=tuner.HANG_GUARD_S)

                self.assertEqual(tuner.ranks(process.pid), {})
                tuner.run("status", self.study, "--exit-code", expect=4)

    def test_a_job_that_was_killed_as_a_whole_leaves_no_shared_memory(self):
        process = self.start(trials=100000)
        tuner.wait_for(lambda: self.study.exists() and len(tuner.ranks(process.pid)) == 4, "the ranks")
        ranks = tuner.ranks(process.pid)
        lines = [line for pid in ranks.values() for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()]
        segments = {line.split()[5] for line in lines if "vader_segment" in line}
        self.assertEqual(len(segments), 4)
        for pid in [process.pid, *ranks.values()]:
            tuner.kill(pid)
        process.communicate()
        tuner.wait_for(lambda: not tuner.processes(str(self.study)), "the end of all processes")

        self.assertEqual([name for name in segments if os.path.exists(name)], [])


if __name__ == "__main__":
    unittest.main()
