"""What a cluster does to jobs: limits, preemption, lost nodes, users and administrators. The study is finished all the
same, nothing that it held is lost, and on a grid the trials are those of an undisturbed run."""
import os
import shutil
import time
import unittest

import slurm_cluster
from slurm_cluster import SlurmTest, tuner

KILL_WAIT_S = 60  # of testbed.sh
LIMITS_TO_HIT = int(os.environ.get("TIME_LIMITS_TO_HIT", "1"))


class DisturbedSlurmJobs(SlurmTest):
    def crash(self, node):
        """Cuts its power; it boots again at the end of the test, for those that follow."""
        self.addCleanup(slurm_cluster.testbed, "start-node", node)
        slurm_cluster.testbed("crash-node", node)

    def put_before(self, program, lines):
        """An option of sbatch with which these lines run before the program, and mostly in its place."""
        file = self.folder / "bin" / program
        file.parent.mkdir()
        file.write_text(f"#!/bin/bash\n{lines}\nexec {shutil.which(program)} \"$@\"\n", encoding="utf-8")
        file.chmod(0o755)
        return f"--export=ALL,PATH={file.parent}:{os.environ['PATH']}"

    def await_restart(self, job, count=1):
        self.wait_for(lambda: job.restarts() >= count, f"restart {count} of job {job.number}")

    def assert_kept(self, known):
        now = self.known_results()
        self.assertEqual({number: now.get(number) for number in known}, known)

    def attempts(self):
        return [row[1] for row in tuner.trials(self.study).values()]

    def test_a_job_that_reaches_its_time_limit_is_requeued_until_the_study_is_finished(self):
        arguments = self.witnessed(100, 1000 + 1000 * LIMITS_TO_HIT)
        job = self.sbatch(self.write_script(arguments), "--nodes=2", "--time=1", "--signal=B:USR2@50")

        self.await_restart(job, LIMITS_TO_HIT)
        self.command("scontrol", "update", f"jobid={job.number}", "timelimit=30")

        self.await_end(job)
        self.assertEqual(job.restarts(), LIMITS_TO_HIT)
        cut_off = sum(attempt - 1 for attempt in self.attempts())
        self.assertLessEqual(cut_off, 1, "none, but for one that this machine made late")
        self.assertNotIn("ending the run", self.log())
        self.assert_same_as_undisturbed(arguments)

    def test_a_preempted_job_goes_on_when_its_nodes_are_free_again(self):
        arguments = self.witnessed(60, 1000, held=4)
        job = self.sbatch(self.write_script(arguments), "--nodes=2", "--partition=low")
        self.await_results(6)
        known = self.known_results()

        self.command("sbatch", "--partition=high", "--nodes=2", "--output=/dev/null", "--wrap=sleep 3")

        self.await_restart(job)
        self.let_held_trials_end()
        self.await_end(job)
        self.assert_kept(known)
        self.assert_same_as_undisturbed(arguments)

    def test_the_study_goes_on_without_a_node_that_is_lost(self):
        arguments = self.witnessed(24, 4000, held=6)
        job = self.sbatch(self.write_script(arguments), "--nodes=3")
        self.await_trials_running(3)

        self.crash(next(node for node in job.nodes() if node != job.batch_node()))
        self.let_held_trials_end()

        self.await_end(job)
        self.assertEqual(job.restarts(), 0)
        self.assertEqual(sorted(self.attempts())[-2:], [1, 2], "the trial of the lost node ran again, no other")
        self.assert_same_as_undisturbed(arguments)

    def test_under_srun_too_the_study_goes_on_without_a_node_that_is_lost(self):
        arguments = self.witnessed(24, 2000, held=4)
        job = self.sbatch(self.write_script(arguments, launcher="srun"), "--nodes=2")
        self.await_trials_running(2)

        self.crash(next(node for node in job.nodes() if node != job.batch_node()))
        self.let_held_trials_end()

        self.await_end(job)
        self.assertEqual(job.restarts(), 0)
        self.assert_same_as_undisturbed(arguments)

    def test_under_srun_a_rank_that_is_killed_costs_no_result(self):
        arguments = self.witnessed(24, 1000, held=4)
        job = self.sbatch(self.write_script(arguments, launcher="srun"), "--nodes=2")
        self.await_results(4)
        known = self.known_results()

        tuner.kill(self.rank(1))
        self.let_held_trials_end()

        self.await_end(job)  # mostly after a restart: SLURM ends the other ranks, but not each time
        self.assert_kept(known)
        self.assert_same_as_undisturbed(arguments)

    def test_a_job_whose_launcher_stays_without_ranks_is_requeued(self):
        arguments = self.witnessed(40, 1000, held=8)
        job = self.sbatch(self.write_script(arguments), "--nodes=2", "--ntasks-per-node=2")
        self.await_results(6)
        known = self.known_results()

        tuner.kill(self.rank(3))
        tuner.kill(self.rank(0))

        self.await_restart(job)
        self.let_held_trials_end()
        self.await_end(job)
        self.assert_kept(known)
        self.assert_same_as_undisturbed(arguments)

    def test_a_job_whose_launcher_is_killed_is_requeued(self):
        arguments = self.witnessed(24, 1000, held=4)
        job = self.sbatch(self.write_script(arguments), "--nodes=2")
        self.await_results(4)
        known = self.known_results()

        tuner.kill(tuner.parent(self.rank(0)))

        self.await_restart(job)
        self.let_held_trials_end()
        self.await_end(job)
        self.assert_kept(known)
        self.assert_same_as_undisturbed(arguments)

    def test_a_launch_that_fails_is_tried_again(self):
        path = self.put_before("mpirun", f"mkdir {self.folder}/failed && exit 1")

        job = self.sbatch(self.write_script(self.witnessed(6, 100)), "--nodes=1", path)

        self.await_end(job)
        self.assertEqual(job.restarts(), 1)
        self.assertIn("the run could not be launched; back into the queue", self.log())
        self.assertFalse(self.study.with_name(self.study.name + ".launches").exists())

    def test_launches_that_fail_are_tried_no_more_often_than_the_job_may_restart(self):
        script = self.write_script(self.witnessed(6, 100), max_restarts="1")

        job = self.sbatch(script, "--nodes=1", self.put_before("mpirun", f"rm -f {self.study}.launches; exit 1"))

        self.await_end(job, "FAILED")
        self.assertEqual(job.restarts(), 1)

    def test_a_launch_that_fails_is_not_tried_again_where_that_cannot_be_counted(self):
        (self.folder / "study.h5.launches").mkdir()

        job = self.sbatch(self.write_script(self.witnessed(6, 100)), "--nodes=1", self.put_before("mpirun", "exit 1"))

        self.await_end(job, "FAILED")
        self.assertEqual(job.restarts(), 0)

    def test_a_job_whose_first_node_is_lost_is_requeued_and_loses_nothing(self):
        arguments = self.witnessed(40, 1000, held=4)
        job = self.sbatch(self.write_script(arguments), "--nodes=2")
        self.await_results(6)
        known = self.known_results()

        self.crash(job.batch_node())

        self.await_restart(job)
        self.let_held_trials_end()
        self.await_end(job)
        self.assert_kept(known)
        self.assert_same_as_undisturbed(arguments)

    def test_a_cancelled_job_is_continued_by_submitting_it_again(self):
        arguments = self.witnessed(40, 500, held=4)
        script = self.write_script(arguments)
        job = self.sbatch(script, "--nodes=2")
        self.await_results(6)
        known = self.known_results()

        self.command("scancel", job.number)
        self.await_end(job, "CANCELLED")
        self.await_status(4)
        self.let_held_trials_end()

        self.await_end(self.sbatch(script, "--nodes=2"))
        self.assert_kept(known)
        self.assert_same_as_undisturbed(arguments)

    def test_a_job_that_is_cancelled_while_it_drains_does_not_come_back(self):
        job = self.sbatch(self.write_script(self.witnessed(4, 600000)), "--nodes=1")
        self.await_trials_running(1)
        self.command("scancel", "--signal=USR1", "--batch", job.number)
        self.wait_for(lambda: "ending the run" in self.log(), "the start of draining")

        self.command("scancel", job.number)

        self.await_end(job, "CANCELLED")
        self.assertEqual(job.restarts(), 0)
        self.await_status(4)

    def test_a_job_that_goes_back_into_the_queue_leaves_its_nodes_before_it_is_killed(self):
        job = self.sbatch(self.write_script(self.witnessed(20, 500, held=4)), "--nodes=2")
        self.await_results(3)
        self.command("scancel", "--signal=USR1", "--batch", job.number)
        self.wait_for(lambda: "ending the run" in self.log(), "the start of draining")
        self.let_held_trials_end()
        self.wait_for(lambda: "back into the queue" in self.log(), "the requeue")
        requeued = time.monotonic()

        self.wait_for(lambda: job.state() == "PENDING", "the end of its processes")

        self.assertLess(time.monotonic() - requeued, 3 * KILL_WAIT_S / 4)
        self.await_restart(job)
        self.await_end(job)

    def test_the_warning_of_the_limit_does_not_end_a_run_that_knows_it(self):
        job = self.sbatch(self.write_script(self.witnessed(40, 200, held=2)), "--nodes=1")
        self.await_results(3)

        self.command("scancel", "--signal=USR2", "--batch", job.number)
        self.let_held_trials_end()

        self.await_end(job)
        self.assertEqual(job.restarts(), 0)

    def test_the_warning_ends_a_run_that_slurm_does_not_tell_its_limit(self):
        path = self.put_before("scontrol", 'case "$*" in *"show job"*) exit 1 ;; esac')
        job = self.sbatch(self.write_script(self.witnessed(40, 500, held=2)), "--nodes=1", path)
        self.await_results(3)

        self.command("scancel", "--signal=USR2", "--batch", job.number)
        self.wait_for(lambda: "which it does not tell the run; ending the run" in self.log(), "the start of draining")
        self.let_held_trials_end()

        self.await_restart(job)
        self.await_end(job)

    def test_a_job_that_is_asked_to_end_before_its_run_begins_starts_none(self):
        script = self.folder / self.write_script(self.witnessed(6, 100))
        loading = self.folder / "loading"
        asked = 'until [ -n "${asked_to_drain:-}" ]; do sleep 0.1; done'
        modules = f"mkdir {loading} 2> /dev/null && {asked}"  # the job comes back
        script.write_text(script.read_text(encoding="utf-8").replace("\ntuner=", f"\n{modules}\ntuner=", 1),
                          encoding="utf-8")
        job = self.sbatch(script, "--nodes=1")
        self.wait_for(loading.exists, "the script's start")

        self.command("scancel", "--signal=USR2", "--batch", job.number)
        self.command("scancel", "--signal=USR1", "--batch", job.number)

        self.await_restart(job)
        self.await_end(job)

    def test_a_run_that_was_stopped_on_request_is_not_requeued(self):
        job = self.sbatch(self.write_script(self.witnessed(100, 1000)), "--nodes=1")
        self.await_results(2)

        self.stop_study()

        self.await_end(job)
        self.assertEqual(job.restarts(), 0)
        self.assertEqual(self.status_code(), 6)

    def test_a_time_limit_that_no_trial_fits_into_is_said_and_not_tried_for_ever(self):
        job = self.sbatch(self.write_script(self.witnessed(4, 600000)), "--nodes=1", "--time=1",
                          "--signal=B:USR2@10")

        self.await_end(job, "FAILED", "TIMEOUT")  # SLURM may see its end after the limit
        self.assertLessEqual(job.restarts(), 1)
        self.assertEqual(self.status_code(), 2)
        self.assertIn("Ask for more time", self.log())

    def test_a_job_that_is_put_back_before_its_run_begins_goes_on_with_a_study_that_was_stopped(self):
        arguments = self.witnessed(40, 200, held=2)
        script = self.folder / self.write_script(arguments)
        first = self.sbatch(script, "--nodes=1", "--output=first.log")
        self.await_results(4)
        self.stop_study()
        self.let_held_trials_end()
        self.await_end(first)
        self.assertEqual(self.status_code(), 6)
        loading = self.folder / "loading"
        script.write_text(script.read_text(encoding="utf-8").replace(
            "\ntuner=", f"\nmkdir {loading} 2> /dev/null && sleep 600\ntuner=", 1), encoding="utf-8")
        second = self.sbatch(script, "--nodes=1", "--output=second.log")
        self.wait_for(loading.exists, "the modules of the second job")

        self.command("scontrol", "requeue", second.number)

        self.await_end(second)
        self.assertEqual(second.restarts(), 1)
        self.assert_same_as_undisturbed(arguments)

    def test_a_job_that_is_suspended_beyond_its_end_has_the_time_that_it_was_given(self):
        arguments = self.witnessed(20, 500, held=2)
        job = self.sbatch(self.write_script(arguments), "--nodes=1", "--time=1")
        self.await_results(4)
        end = time.mktime(time.strptime(job.facts()["EndTime"], "%Y-%m-%dT%H:%M:%S"))

        self.command("scontrol", "suspend", job.number)
        self.wait_for(lambda: time.time() > end + 1, "the end of the job as it was")
        self.command("scontrol", "resume", job.number)
        self.let_held_trials_end()

        self.await_end(job)
        self.assertIn("suspended by SLURM", self.command(tuner.TUNER, "show", self.study, "--ledger"))
        self.assertEqual(job.restarts(), 0)
        self.assert_same_as_undisturbed(arguments)

    def test_a_restart_of_the_controller_disturbs_nothing(self):
        arguments = self.witnessed(40, 500, held=4)
        job = self.sbatch(self.write_script(arguments), "--nodes=2")
        self.await_results(4)

        self.assertEqual(slurm_cluster.testbed("restart-controller").returncode, 0)
        self.let_held_trials_end()

        self.await_end(job)
        self.assertEqual(job.restarts(), 0)
        self.assert_same_as_undisturbed(arguments)


if __name__ == "__main__":
    unittest.main()
