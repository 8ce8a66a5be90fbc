"""`tuner doctor` as its users meet it: what it says before a run, and that it leaves nothing behind."""
import pathlib
import unittest

import tuner_program as tuner


DATA = pathlib.Path(__file__).parents[2] / "examples/data/breast_cancer.csv"


class Doctor(tuner.TunerTest):
    def doctor(self, *more, **how):
        return tuner.run("doctor", "--study", self.study, *more, **how)

    def xgb(self, data=DATA):
        return ["--plugin", "xgb", "--set", f"data={data}", "--set", "label=diagnosis"]

    def lines(self, output, level):
        return [line for line in output.splitlines() if line.startswith(level)]

    def test_finds_no_problem_on_three_ranks_and_leaves_nothing(self):
        output = self.doctor(*self.xgb(), ranks=3)

        self.assertEqual(self.lines(output, "problem"), [], output)
        self.assertIn("3 ranks on 1 node", output)
        self.assertRegex(output, r"(ok|warning) +file system .*a sync takes (at most )?\S+ ms")  # slow on a busy disk
        self.assertRegex(output, r"ok +clocks +at most \S+ \S+ apart")
        self.assertRegex(output, r"ok +plugin +version \S+ loads on all ranks")
        self.assertRegex(output, r"ok +data +readable on all ranks")
        self.assertTrue(output.endswith("no problem found\n"))
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_works_without_a_launcher_and_without_a_plugin(self):
        output = self.doctor()

        self.assertIn("1 rank on 1 node", output)
        self.assertIn("no problem found", output)

    def test_knows_an_allocation_that_a_plain_srun_has_split(self):
        output = self.doctor(expect=1, SLURM_NTASKS="4")

        self.assertRegex(output, r"problem +launcher +1 rank, although the allocation has 4 tasks")
        self.assertIn("srun --mpi=pmix", output)

    def test_checks_the_threads_that_the_run_would_have(self):
        self.assertRegex(self.doctor("--threads", 10000), r"warning +cores .*10,000 threads a trial")
        self.assertRegex(self.doctor(TUNER_THREADS="10000"), r"warning +cores .*10,000 threads a trial")

    def test_names_data_that_is_not_there(self):
        output = self.doctor(*self.xgb("/nowhere/train.csv"), expect=1)

        self.assertRegex(output, r"problem +data +rank 0 on \S+ cannot read /nowhere/train.csv \(No such file")

    def test_names_a_folder_that_cannot_be_written(self):
        output = tuner.run("doctor", "--study", "/proc/study.h5", expect=1)

        self.assertRegex(output, r"problem +file system +rank 0 on \S+: create a file")

    def test_gives_the_plugin_that_does_not_load_its_name(self):
        broken = tuner.BUILD / "lib/tuner/fixtures/unresolved.so"

        output = self.doctor("--plugin", broken, expect=1)

        self.assertRegex(output, r"problem +plugin +.*unresolved")

    def test_says_what_the_run_would_be_refused_for(self):
        self.assertRegex(self.doctor("--plugin", "functions", "--strategy", "nosuch", expect=1), r"problem +study +.*nosuch")
        tuner.run(*self.sphere(trials=3))
        self.assertRegex(self.doctor("--plugin", "functions", "--set", "function=ackley", expect=1),
                         r"problem +study +.*sphere")

    def test_starts_the_objective_which_finds_mistakes_in_its_data(self):
        output = self.doctor("--plugin", "xgb", "--set", f"data={DATA}", "--set", "label=diagnose", expect=1)

        self.assertRegex(output, r"problem +study +.*diagnose.*diagnosis")

    def test_says_that_the_study_is_being_run(self):
        process = tuner.start("--plugin", "functions", "--strategy", "sobol", "--set", "sleep_ms=50", "--trials", 100000,
                              "--study", self.study)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        tuner.wait_for(self.study.exists, "the study")

        output = self.doctor(expect=1)

        self.assertRegex(output, rf"problem +study +\S+ is being run by host \S+, pid {process.pid}, since ")
        self.assertIn(f"tuner stop {self.study}", output)


if __name__ == "__main__":
    unittest.main()
