"""Trials that are interrupted and go on from what they had saved in their folder."""
import pathlib
import shutil
import signal
import unittest

import h5py

import tuner_program as tuner


DATA = pathlib.Path(__file__).parents[2] / "examples/data/breast_cancer.csv"
# A fold saves after 100, 200, 400 and 800 of its rounds, and is still far from its end after the first.
LONG = "booster=gbtree,rounds=1000,eta=0.01,max_depth=4,subsample=0.7,colsample_bytree=0.6,colsample_bynode=0.7"


class ContinuedTrials(tuner.TunerTest):
    def xgb(self, study, *more):
        return ["--plugin", "xgb", "--set", f"data={DATA}", "--set", "label=diagnosis", "--set", "folds=2", "--set",
                "early_stopping=0", "--baseline=no", "--enqueue", LONG, "--strategy", "sobol", "--trials", 1,
                "--trial-checkpoint-every", 0, "--study", study, *more]

    def started(self, ranks=1):
        """A run whose only trial has saved something."""
        process = tuner.start(*self.xgb(self.study), ranks=ranks)
        tuner.wait_for(lambda: self.checkpoints() or process.poll() is not None, "a checkpoint")
        self.assertIsNone(process.poll())
        return process

    def interrupt(self, how, ranks=1):
        """A run while its only trial has something to go on from; once more where that was over by then."""
        while True:
            process = self.started(ranks)
            how(process)
            process.communicate()
            if self.checkpoints() or "attempt 2" in tuner.run("show", self.study, "--trial", 0):
                return
            self.remove_study()

    def remove_study(self):
        for path in self.folder.glob("study.h5*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    @staticmethod
    def kill_everything(process):
        for pid in [process.pid, *tuner.descendants(process.pid)]:
            tuner.kill(pid)

    def checkpoints(self):
        return list(self.folder.glob("study.h5.trials/*/*/checkpoint"))

    def expect_it_went_on(self):
        undisturbed = self.folder / "undisturbed.h5"
        tuner.run(*self.xgb(undisturbed))
        interrupted = tuner.trials(self.study)[0]
        whole = tuner.trials(undisturbed)[0]

        self.assertEqual((interrupted[:2], whole[:2]), (("complete", 2), ("complete", 1)))
        self.assertEqual(interrupted[2], whole[2])
        self.assertRegex(tuner.run("show", self.study, "--trial", 0), r"goes on after fold \d, round ([1248]00|0) ")
        self.assertEqual(self.checkpoints(), [])

    def test_a_trial_whose_host_is_killed_goes_on_where_it_was(self):
        def kill_host(process):
            hosts = tuner.processes("tuner-plugin-host host")
            for pid in tuner.descendants(process.pid):
                if pid in hosts:
                    tuner.kill(pid)

        self.interrupt(kill_host)

        self.expect_it_went_on()

    def test_a_trial_goes_on_after_everything_is_killed(self):
        self.interrupt(self.kill_everything)

        tuner.run("--resume", self.study)

        self.expect_it_went_on()

    def test_a_trial_goes_on_after_the_run_was_told_to_leave(self):
        self.interrupt(lambda process: process.send_signal(signal.SIGTERM), ranks=None)  # mpirun would wait with it

        tuner.run("--resume", self.study)

        self.expect_it_went_on()
        with h5py.File(self.study, "r") as file:
            self.assertGreater(file["ledger/useful"][0], 0, "what the first run did and kept was of use")

    def test_a_new_study_of_the_same_name_finds_no_folder_of_another(self):
        self.interrupt(self.kill_everything)
        [left] = self.checkpoints()
        for path in self.folder.glob("study.h5*"):
            if path.is_file():
                path.unlink()
        shutil.rmtree(self.folder / "study.h5.logs")

        output = tuner.run(*self.xgb(self.study))

        self.assertIn(f"{left.parent.parent} holds folders of another study's trials", output)
        self.assertNotIn("goes on after", tuner.run("show", self.study, "--trial", 0))
        self.assertEqual(self.checkpoints(), [left])


if __name__ == "__main__":
    unittest.main()
