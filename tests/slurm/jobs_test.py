"""Jobs that nothing disturbs, as users write and submit them."""
import re
import shutil
import unittest

from slurm_cluster import SlurmTest, TEMPLATES, tuner


class SlurmJobs(SlurmTest):
    def test_a_study_is_finished_by_a_job_on_four_nodes(self):
        arguments = self.witnessed(60, 200)

        job = self.sbatch(self.write_script(arguments), "--nodes=4")

        self.await_end(job)
        self.assertEqual(len(job.nodes()), 4)
        self.assert_same_as_undisturbed(arguments)

    def test_tuner_submit_finishes_a_study_whose_name_a_shell_would_break(self):
        self.study = self.folder / "it's 50% mine.h5"
        arguments = self.witnessed(30, 100)

        printed = self.command(tuner.TUNER, "submit", "--nodes", 2, "--time", "30:00", "--ranks-per-node", 2, "--sbatch",
                               "comment=a b", "--", *arguments, "--study", self.study.name)

        job = self.job(re.match(r"submitted job (\d+)\n", printed)[1])
        self.await_end(job)
        self.assertEqual(len(job.nodes()), 2)
        log = self.folder / f"{self.study.name}.slurm-{job.number}.log"
        self.assertIn("is finished", log.read_text(encoding="utf-8"))
        self.assertIn(f"next      tuner show '{self.folder}", log.read_text(encoding="utf-8"))
        self.assert_same_as_undisturbed(arguments)

    def test_srun_starts_the_ranks_as_well(self):
        arguments = self.witnessed(30, 100)

        job = self.sbatch(self.write_script(arguments, launcher="srun"), "--nodes=2", "--ntasks-per-node=2")

        self.await_end(job)
        self.assert_same_as_undisturbed(arguments)

    def test_a_second_job_for_the_same_study_ends_with_a_line_that_says_why(self):
        script = self.write_script(self.witnessed(100, 5000))
        self.sbatch(script, "--nodes=1", "--output=first.log")
        self.await_results(1)

        second = self.sbatch(script, "--nodes=1", "--output=second.log")

        self.await_end(second, "FAILED")
        self.assertIn("still being run", (self.folder / "second.log").read_text(encoding="utf-8"))
        self.assertEqual(self.status_code(), 5)

    def test_a_chain_of_jobs_continues_the_study_until_it_is_finished(self):
        arguments = self.witnessed(30, 100)
        self.write_script(arguments)
        shutil.copy(TEMPLATES / "tuner-array.sbatch", self.folder)

        chain = self.sbatch("tuner-array.sbatch", "--nodes=1", "--array=1-3%1")

        self.wait_for(lambda: self.log().count("is finished") == 3, "the end of the chain")
        self.wait_for(chain.has_ended, "the end of its jobs")
        self.assert_same_as_undisturbed(arguments)

    def test_a_chain_of_jobs_ends_with_a_study_that_is_stopped(self):
        self.write_script(self.witnessed(10000, 100))
        shutil.copy(TEMPLATES / "tuner-array.sbatch", self.folder)
        chain = self.sbatch("tuner-array.sbatch", "--nodes=1", "--array=1-2%1")
        self.await_results(3)

        self.stop_study()

        self.wait_for(lambda: self.log().count("was stopped on request") == 2, "the end of the chain")
        self.wait_for(chain.has_ended, "the end of its jobs")
        self.assertEqual(self.status_code(), 6)

    def test_the_last_job_of_a_chain_says_that_work_remains(self):
        self.write_script(self.witnessed(10000, 100))
        shutil.copy(TEMPLATES / "tuner-array.sbatch", self.folder)
        chain = self.sbatch("tuner-array.sbatch", "--nodes=1", "--array=1-1")
        self.await_results(3)

        self.command("scancel", "--signal=USR1", "--batch", chain.number)

        self.await_end(chain, "FAILED")
        self.assertIn("work remains, and no job of the array is left; submit again to continue", self.log())

    def test_a_job_with_wrong_settings_says_so_and_ends(self):
        for settings, what in (({"study": f"{self.folder}/no/x.h5"}, f"there is no folder {self.folder}/no"),
                               ({"study": "/proc/x.h5"}, "the folder /proc of the study /proc/x.h5 may not be written"),
                               ({"max_restarts": "abc"}, "max_restarts is 'abc' (needs a whole number")):
            with self.subTest(what):
                job = self.sbatch(self.write_script(self.witnessed(6, 100), **settings), "--nodes=1", "--output=%j.log")

                self.await_end(job, "FAILED")
                self.assertEqual(job.restarts(), 0)
                self.assertIn(what, (self.folder / f"{job.number}.log").read_text(encoding="utf-8"))

    def test_a_job_whose_arguments_name_another_study_says_so_and_ends(self):
        (self.folder / "sub").mkdir()
        for other in ("other.h5", "sub/study.h5"):
            script = self.folder / self.write_script(self.witnessed(6, 100))
            script.write_text(script.read_text(encoding="utf-8").replace('--study "$study")', f"--study {other})"),
                              encoding="utf-8")
            with self.subTest(other):
                job = self.sbatch(script, "--nodes=1", "--output=%j.log")

                self.await_end(job, "FAILED")
                self.assertIn("the arguments name another study than study=",
                              (self.folder / f"{job.number}.log").read_text(encoding="utf-8"))
                self.assertFalse((self.folder / other).exists())

    def test_a_job_whose_run_is_refused_is_not_requeued(self):
        first = self.sbatch(self.write_script(self.witnessed(10000, 100)), "--nodes=1", "--output=first.log")
        self.await_results(3)
        self.command("scancel", first.number)
        self.wait_for(first.has_ended, "the end of the first job")

        other = self.write_script(self.witnessed(10000, 100, "--seed", 5))
        second = self.sbatch(other, "--nodes=1", "--output=second.log")

        self.await_end(second, "FAILED")
        self.assertEqual(second.restarts(), 0)
        self.assertIn("the run was refused", (self.folder / "second.log").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
