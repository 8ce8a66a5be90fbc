"""Ranks that are killed, stopped or told to leave while the others work, placed by what the journal holds."""
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

import tuner_program as tuner

MISBEHAVING = tuner.BUILD / "lib/tuner/fixtures/misbehaving_objective.so"


class LostRanks(tuner.TunerTest):
    def start(self, *mpirun_options, trials, rank_timeout_s=60):
        return tuner.start(*self.sphere("--set", "sleep_ms=20", "--rank-timeout", f"{rank_timeout_s}s", trials=trials),
                           ranks=4, mpirun_options=mpirun_options)

    def wait_for_trials(self):
        tuner.wait_for(lambda: tuner.journal_bytes(self.study) > 5000, "some trials")

    def kill_rank(self, process, rank):
        self.wait_for_trials()
        tuner.kill(tuner.ranks(process.pid)[rank])

    def wait_for_the_end(self, process):
        """Of all ranks. With --enable-recovery Open MPI's mpirun sometimes outlives them (facts/environment.md)."""
        tuner.wait_for(lambda: not tuner.ranks(process.pid), "the end of all ranks")
        try:
            return process.communicate(timeout=30)[0]
        except subprocess.TimeoutExpired:
            tuner.kill(process.pid)
            return process.communicate()[0]

    def test_the_study_goes_on_without_a_worker_that_died(self):
        process = self.start("--enable-recovery", trials=2000, rank_timeout_s=20)
        self.kill_rank(process, 2)
        output = self.wait_for_the_end(process)

        self.assertRegex(output, r"rank 2 on \S+ has said nothing for 20 s and counts as lost")
        self.assertEqual(len([row for row in tuner.trials(self.study).values() if row[0] == "complete"]), 2000)
        tuner.run("status", self.study, "--exit-code")
        tuner.run("verify", self.study)
        tuner.run("replay", self.study)

    def test_the_job_ends_without_a_worker_that_was_stopped(self):
        process = self.start("--enable-recovery", trials=2000, rank_timeout_s=20)
        self.wait_for_trials()
        stopped = tuner.ranks(process.pid)[2]
        os.kill(stopped, signal.SIGSTOP)
        output = self.wait_for_the_end(process)

        self.assertRegex(output, r"rank 2 on \S+ has said nothing for 20 s and counts as lost")
        tuner.wait_for(lambda: not tuner.processes(str(self.study)), "the end of the stopped rank")
        tuner.run("status", self.study, "--exit-code")

    def test_workers_leave_a_manager_that_died_and_the_study_goes_on_later(self):
        process = self.start("--enable-recovery", trials=100000)
        self.wait_for_trials()
        known = self.finished()
        self.kill_rank(process, 0)
        self.wait_for_the_end(process)

        tuner.run("status", self.study, "--exit-code", expect=4)
        done = self.finished()
        self.assertGreaterEqual(done, known)
        tuner.run("--resume", self.study, "--trials", done + 20, ranks=2)
        tuner.run("replay", self.study)

    def test_without_recovery_the_job_ends_by_itself_and_is_resumable(self):
        for rank in (0, 2):
            with self.subTest(rank=rank):
                self.study = self.folder / f"killed-{rank}.h5"
                process = self.start(trials=100000)
                self.kill_rank(process, rank)
                process.communicate(timeout=tuner.HANG_GUARD_S)

                tuner.wait_for(lambda: not tuner.processes(str(self.study)), "the end of its ranks, which mpirun ends")
                tuner.run("status", self.study, "--exit-code", expect=4)

    def trials_run(self, ranks):
        """One on each rank, for ever; their mpirun."""
        # Told to leave, mpirun waits for its ranks by default for a second only.
        process = tuner.start("--plugin", MISBEHAVING, "--set", "misbehave=sleep", "--strategy", "sobol", "--trials",
                              ranks, "--study", self.study, ranks=ranks, OMPI_MCA_odls_base_sigkill_timeout="30")
        tuner.wait_for(lambda: self.study.exists() and
                       f"{ranks} running" in tuner.run("status", self.study, expect=None), "all trials")
        return process

    def attempts(self, ranks):
        """{rank: cause}"""
        stories = "".join(tuner.run("show", self.study, "--trial", trial) for trial in range(ranks))
        return {int(rank): cause for cause, rank in re.findall(r"attempt 1: (\w+), rank (\d) on", stories)}

    def test_the_trial_of_a_rank_that_died_is_lost_and_the_others_are_preempted(self):
        for ranks in (2, 4):
            with self.subTest(ranks=ranks):
                self.study = self.folder / f"{ranks}.h5"
                process = self.trials_run(ranks)
                tuner.kill(tuner.ranks(process.pid)[ranks - 1])
                output = process.communicate(timeout=tuner.HANG_GUARD_S)[0]
                tuner.wait_for(lambda: not tuner.processes(str(self.study)), "the end of all ranks")

                others = {rank: "preempted" for rank in range(ranks - 1)}
                self.assertEqual(self.attempts(ranks), {**others, ranks - 1: "lost"}, output)
                self.assertIn("did not answer when the run was told to leave", output)

    def test_ranks_that_heard_nothing_from_a_run_that_was_stopped_are_not_lost(self):
        process = self.start("--enable-recovery", trials=100000, rank_timeout_s=20)
        self.wait_for_trials()
        manager = tuner.ranks(process.pid)[0]
        os.kill(manager, signal.SIGSTOP)
        time.sleep(25)  # longer than --rank-timeout; after twice that the others leave
        os.kill(manager, signal.SIGCONT)
        known = self.finished()
        tuner.wait_for(lambda: self.finished() > known + 100, "more trials")
        self.steer("stop")
        output = self.wait_for_the_end(process)

        self.assertNotIn("counts as lost", output)

    def test_trials_of_a_rank_that_is_told_to_leave_go_to_others_at_once(self):
        process = self.start("--enable-recovery", trials=2000)
        self.wait_for_trials()
        os.kill(tuner.ranks(process.pid)[2], signal.SIGTERM)
        output = self.wait_for_the_end(process)

        self.assertRegex(output, r"rank 2 on \S+ was told to leave; its trials go to others")
        self.assertNotIn("counts as lost", output)
        self.assertIn("2,000 finished", output)

    def test_a_rank_that_was_stopped_takes_trials_again(self):
        process = self.start("--enable-recovery", trials=100000, rank_timeout_s=20)
        self.wait_for_trials()
        stopped = tuner.ranks(process.pid)[2]
        os.kill(stopped, signal.SIGSTOP)
        tuner.line_like(r"rank 2 on \S+ has said nothing for 20 s and counts as lost", process.stdout)
        os.kill(stopped, signal.SIGCONT)
        tuner.line_like(r"rank 2 on \S+ is heard again and takes trials", process.stdout)
        self.steer("stop")
        self.wait_for_the_end(process)

    def test_nothing_is_lost_where_the_run_is_told_to_leave(self):
        told = {"mpirun": lambda process: process.pid, "rank 0": lambda process: tuner.ranks(process.pid)[0],
                "rank 1": lambda process: tuner.ranks(process.pid)[1]}
        for name, pid in told.items():
            with self.subTest(told=name):
                self.study = self.folder / f"{name}.h5"
                process = self.trials_run(2)
                os.kill(pid(process), signal.SIGTERM)
                output = process.communicate(timeout=tuner.HANG_GUARD_S)[0]

                self.assertEqual(self.attempts(2), {0: "preempted", 1: "preempted"}, output)

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
