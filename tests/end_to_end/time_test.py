"""Runs whose time ends: what they start, what they leave, and what they say."""
import os
import signal
import stat
import time
import unittest

import h5py

import tuner_program as tuner

TIMED = tuner.BUILD / "lib/tuner/fixtures/timed_objective.so"


def job(begun_s_ago, ends_in_s):
    """What SLURM tells a job."""
    now = int(time.time())
    return {"SLURM_JOB_START_TIME": str(now - begun_s_ago), "SLURM_JOB_END_TIME": str(now + ends_in_s)}


class Time(tuner.TunerTest):
    def timed(self, *more, trials, enqueue=()):
        wanted = [word for ms in enqueue for word in ("--enqueue", f"ms={ms}")]
        return ["--plugin", TIMED, "--strategy", "sobol", "--study", self.study, "--trials", trials, *wanted, *more]

    def study_of_short_trials(self):
        """From which one of 15 minutes is known to take more than two. Made again where this machine stood still, since
        then a short trial may have taken as long as a long one."""
        for _ in range(20):
            tuner.run(*self.timed(trials=6, enqueue=(200, 400, 800, 1200, 1600, 2000)))
            with h5py.File(self.study, "r") as file:
                late = file["trials/duration_s"][:] * 1000 / file["trials/parameters/ms"][:]
            if max(late) < 1.1:
                return
            self.study.unlink()
        self.fail(f"sleeping takes {late} times as long as it was asked to")

    def status(self, expect):
        return tuner.run("status", self.study, "--exit-code", expect=expect)

    def attempts(self):
        """{ms: attempts} of all trials."""
        return {row[3][0]: row[1] for row in tuner.trials(self.study).values()}

    def test_what_cannot_end_in_time_is_not_started_and_shorter_trials_are(self):
        self.study_of_short_trials()

        output = tuner.run(*self.timed(trials=9, enqueue=(900000, 600, 1000)), expect=4, **job(9000, 120))

        self.assertIn("the allocation ends at", output)
        self.assertIn("none of 1 waiting trials is expected to end by then", output)
        attempts = self.attempts()
        self.assertEqual((attempts[900000], attempts[600], attempts[1000]), (0, 1, 1))
        self.assertIn("to be resumed", self.status(expect=4))

    def test_a_walltime_in_which_no_trial_ends_is_said_and_not_to_be_resumed(self):
        self.study_of_short_trials()

        output = tuner.run(*self.timed(trials=9, enqueue=(900000, 600, 1000)), expect=2, **job(1, 120))

        self.assertIn("none of 1 waiting trials is expected to end in a whole allocation of 2 min", output)
        self.assertEqual(self.attempts()[900000], 0)
        self.assertIn("cannot go on like this: none of 1 waiting trials", self.status(expect=2))

    def test_a_run_that_its_job_keeps_waiting_is_told_so_all_the_same(self):
        self.study_of_short_trials()
        late = job(50, 60)

        output = tuner.run(*self.timed(trials=7, enqueue=(900000,)), expect=2, SLURM_JOB_ID="77", TUNER_BEGINS_JOB="1",
                           **late)

        self.assertIn("none of 1 waiting trials is expected to end in a whole allocation", output)

    def test_a_run_that_begins_late_in_its_job_by_chance_is_resumed_in_another(self):
        self.study_of_short_trials()

        tuner.run(*self.timed(trials=7, enqueue=(100000,)), expect=4, SLURM_JOB_ID="77", **job(100000, 60))

    def test_a_first_allocation_in_which_no_trial_ends_is_said_and_not_to_be_resumed(self):
        # A run that is ready before its allocation begins has begun with it, however slow this machine is.
        output = tuner.run(*self.timed(trials=5, enqueue=(900000,)), expect=2, **job(-30, 35))

        self.assertIn("no trial has ended in a whole allocation", output)
        self.assertIn("cannot go on like this", self.status(expect=2))

    def test_the_time_in_which_a_job_was_suspended_belongs_to_no_trial(self):
        process = tuner.start(*self.timed(trials=1, enqueue=(20000,)), "--trial-timeout", "28s",
                              SLURM_JOB_ID="77", **job(0, 10000))
        self.addCleanup(process.communicate)
        tuner.wait_for(lambda: "1 running" in tuner.run("status", self.study, expect=None), "the trial's start")
        everything = [process.pid, *tuner.descendants(process.pid)]

        for pid in everything:
            tuner.send(signal.SIGSTOP, pid)
        time.sleep(10)
        for pid in reversed(everything):
            tuner.send(signal.SIGCONT, pid)

        process.wait(tuner.HANG_GUARD_S)
        with h5py.File(self.study, "r") as file:
            self.assertLess(file["trials/duration_s"][0], 28)
            self.assertGreater(file["ledger/suspended"][0], 8 * file["ledger/cores"][0])
        self.status(expect=0)

    def test_a_trial_that_had_a_part_of_the_allocation_only_is_no_reason_to_ask_for_more_time(self):
        process = tuner.start(*self.timed(trials=5, enqueue=(900000,)), **job(0, 60))
        self.addCleanup(process.communicate)
        tuner.wait_for(lambda: "1 running" in tuner.run("status", self.study, expect=None), "the trial's start")
        time.sleep(15)

        hosts = tuner.processes(f"tuner-plugin-host host {TIMED}")
        tuner.kill(next(pid for pid in tuner.descendants(process.pid) if pid in hosts))  # it begins once more

        output, _ = process.communicate(timeout=tuner.HANG_GUARD_S)
        self.assertNotIn("Ask for more time", output)
        self.status(expect=4)

    def test_a_trial_that_has_kept_something_goes_on_in_the_next_allocation(self):
        code = 4
        while code == 4:  # at the limit, before or after it has begun
            process = tuner.start(*self.timed(trials=1, enqueue=(900000,)), "--set", "keep=1", "--time-limit", "2s")
            output, _ = process.communicate(timeout=tuner.HANG_GUARD_S)
            code = process.returncode

        self.assertEqual(code, 0, output)
        self.assertGreater(self.attempts()[900000], 1)

    def test_more_time_unblocks_a_study(self):
        self.study_of_short_trials()
        tuner.run(*self.timed(trials=7, enqueue=(2000,)), "--time-limit", "1s", expect=None)

        tuner.run(*self.timed(trials=7))

        self.assertEqual([row[0] for row in tuner.trials(self.study).values() if row[3] == (2000,)], ["complete"])
        self.status(expect=0)

    def test_the_earlier_of_allocation_and_time_limit_counts(self):
        self.study_of_short_trials()

        output = tuner.run(*self.timed(trials=7, enqueue=(900000,)), "--time-limit", "100s", expect=2,
                           **job(0, 100000))

        self.assertIn("in a whole allocation of 1 min 40 s", output)

    def test_the_finish_margin_is_taken_from_the_time(self):
        self.study_of_short_trials()

        tuner.run(*self.timed(trials=7, enqueue=(900000,)), "--finish-margin", "90s", expect=4, **job(9000, 120))

        self.assertEqual(self.attempts()[900000], 0)

    def test_without_a_word_in_the_environment_scontrol_is_asked(self):
        self.study_of_short_trials()
        scontrol = self.folder / "scontrol"
        ends = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + 120))
        scontrol.write_text("#!/bin/sh\n"
                            "echo \"JobId=77 JobName=x JobState=RUNNING StartTime=2026-01-01T00:00:00 "
                            f"EndTime={ends} Deadline=N/A\"\n")
        scontrol.chmod(scontrol.stat().st_mode | stat.S_IXUSR)

        output = tuner.run(*self.timed(trials=7, enqueue=(900000,)), expect=4, SLURM_JOB_ID="77",
                           PATH=f"{self.folder}:{os.environ['PATH']}")

        self.assertIn("the allocation ends at", output)
        self.assertEqual(self.attempts()[900000], 0)
        with h5py.File(self.study, "r") as file:
            self.assertAlmostEqual(file["epochs/allocation_end"][-1], time.time() + 60, delta=120)

    def test_a_scontrol_that_fails_or_is_not_there_limits_nothing(self):
        scontrol = self.folder / "scontrol"
        scontrol.write_text("#!/bin/sh\necho 'slurm_load_jobs error: Unable to contact slurm controller'\nexit 1\n")
        for mode in (0o755, 0o644):
            with self.subTest(oct(mode)):
                scontrol.chmod(mode)
                self.study = self.folder / f"{mode}.h5"
                tuner.run(*self.timed(trials=1, enqueue=(10,)), SLURM_JOB_ID="77",
                          PATH=f"{self.folder}:{os.environ['PATH']}")

    def test_a_grid_that_runs_out_of_time_again_and_again_has_the_same_trials_in_the_end(self):
        def grid(study):
            return ["--plugin", TIMED, "--strategy", "grid", "--narrow", "ms=1:500", "--study", study, "--trials", 20]

        undisturbed = self.folder / "undisturbed.h5"
        tuner.run(*grid(undisturbed), ranks=2)
        code, limit_s = 4, 3
        while code in (2, 4):
            limit_s *= 2 if code == 2 else 1  # a trial took longer than that, on this machine
            process = tuner.start(*grid(self.study), "--time-limit", f"{limit_s}s")
            output, _ = process.communicate(timeout=tuner.HANG_GUARD_S)
            code = process.returncode

        self.assertEqual(code, 0, output)
        self.assertEqual(tuner.configurations(self.study), tuner.configurations(undisturbed))
        self.assertIn("equal", tuner.run("replay", self.study))

    def test_term_leaves_while_a_trial_runs_that_is_repeated(self):
        process = tuner.start(*self.timed(trials=1, enqueue=(900000,)))
        tuner.wait_for(lambda: "1 running" in tuner.run("status", self.study, expect=None), "the trial's start")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=tuner.HANG_GUARD_S)  # the trial takes three times as long

        self.assertEqual(process.returncode, 4)
        self.assertIn("0 running, 1 waiting", tuner.run("status", self.study))


if __name__ == "__main__":
    unittest.main()
