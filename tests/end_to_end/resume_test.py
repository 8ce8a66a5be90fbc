"""Studies that are interrupted and go on: by signals, by kills, by the same command line again."""
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import unittest

import h5py

import tuner_program as tuner


TIMED = tuner.BUILD / "lib/tuner/fixtures/timed_objective.so"
MISBEHAVING = tuner.BUILD / "lib/tuner/fixtures/misbehaving_objective.so"


class Resume(tuner.TunerTest):
    def slow(self, *more, trials=60, strategy="sobol"):
        return self.sphere("--set", "sleep_ms=20", *more, trials=trials, strategy=strategy)

    def undisturbed(self, strategy):
        study = self.folder / f"undisturbed-{strategy}.h5"
        arguments = self.slow(strategy=strategy)
        arguments[arguments.index(self.study)] = study
        tuner.run(*arguments)
        return tuner.configurations(study)

    def test_the_same_command_line_again_goes_on(self):
        tuner.run(*self.slow(trials=10))
        tuner.run(*self.slow(trials=25), ranks=2)
        tuner.run("--resume", self.study, "--trials", 60, ranks=3)

        self.assertEqual(tuner.configurations(self.study), self.undisturbed("sobol"))
        self.assertIn("equal", tuner.run("replay", self.study))

    def test_a_finished_study_is_left_as_it_is(self):
        tuner.run(*self.slow(trials=10))
        before = tuner.trials(self.study)

        output = tuner.run(*self.slow(trials=10))

        self.assertIn("all 10 trials are done", output)
        self.assertEqual(tuner.trials(self.study), before)

    def held_out(self, *more):
        return ["--plugin", MISBEHAVING, "--set", "misbehave=hang", "--set", "at=refit", "--trials", 5, "--study",
                self.study, *more]

    def until_holdout(self):
        """A run whose trials are done and whose look at the hold-out part never ends."""
        process = tuner.start(*self.held_out())
        model = self.folder / "study.h5.trials"
        tuner.wait_for(lambda: list(model.glob("*/*/holdout/model")), "the look at the hold-out part")
        return process

    def test_kill_while_the_holdout_is_scored_loses_no_result(self):
        process = self.until_holdout()
        process.kill()
        process.communicate()

        self.assertIn("5 finished (5 complete, 0 pruned, 0 failed), 0 running", tuner.run("status", self.study))

    def test_term_while_the_holdout_is_scored_leaves_and_says_how_to_go_on(self):
        process = self.until_holdout()
        process.terminate()
        output, _ = process.communicate(timeout=tuner.HANG_GUARD_S)

        self.assertEqual(process.returncode, 4)
        self.assertIn(f"5 trials are safe in {self.study}. Go on with: tuner --resume", output)

    def test_the_time_limit_ends_the_look_at_the_holdout(self):
        process = self.until_holdout()
        process.kill()
        process.communicate()

        output = tuner.run(*self.held_out("--time-limit", "2s"), expect=4)

        self.assertIn("the time limit is reached before the hold-out part was scored", output)

    def test_usr1_drains_and_the_study_can_be_resumed(self):
        process = tuner.start(*self.slow(trials=2000), ranks=3)
        tuner.wait_for(lambda: tuner.journal_bytes(self.study) > 5000, "some trials")
        process.send_signal(signal.SIGUSR1)
        output, _ = process.communicate(timeout=tuner.HANG_GUARD_S)

        self.assertIn("drained", output)
        self.assertEqual({row[0] for row in tuner.trials(self.study).values()} - {"waiting"}, {"complete"})
        tuner.run("--resume", self.study, "--trials", len(tuner.trials(self.study)) + 20)

    def test_the_command_that_a_run_leaves_goes_on_with_plugins_that_are_found_by_their_path_only(self):
        plugin, strategy = self.folder / "my objective.so", self.folder / "my_strategy.so"
        shutil.copy(TIMED, plugin)
        shutil.copy(tuner.BUILD / "lib/tuner/fixtures/misbehaving_strategy.so", strategy)
        process = tuner.start("--plugin", "./my objective.so", "--narrow", "ms=10:20", "--strategy", "./my_strategy.so",
                              "--trials", 100000, "--study", self.study.name, cwd=self.folder)
        tuner.wait_for(lambda: tuner.journal_bytes(self.study) > 5000, "some trials")
        process.send_signal(signal.SIGUSR1)
        output, _ = process.communicate(timeout=tuner.HANG_GUARD_S)

        _, *arguments = shlex.split(re.search("next +(.*)", output)[1])
        self.assertEqual(arguments, ["--resume", str(self.study), "--plugin", str(plugin), "--strategy", str(strategy)])
        tuner.run(*arguments, "--trials", self.finished() + 5)

    def test_term_leaves_at_once_and_loses_nothing(self):
        process = tuner.start(*self.slow(trials=2000))
        tuner.wait_for(lambda: tuner.journal_bytes(self.study) > 5000, "some trials")
        process.terminate()
        process.communicate(timeout=tuner.HANG_GUARD_S)

        self.assertEqual(process.returncode, 4)
        tuner.run("verify", self.study)
        tuner.run("--resume", self.study, "--trials", 1)
        self.assertIn("equal", tuner.run("replay", self.study))

    def test_a_second_run_of_a_live_study_is_refused(self):
        process = tuner.start(*self.slow(trials=100000))
        tuner.wait_for(lambda: tuner.journal_bytes(self.study) > 5000, "some trials")
        try:
            output = tuner.run(*self.slow(trials=100000), expect=4)
            self.assertIn(str(process.pid), output)
            self.assertIn("running", tuner.run("status", self.study))
        finally:
            process.kill()
            process.communicate()

    def test_the_ledger_of_a_killed_run_goes_up_to_its_last_sign_of_life(self):
        process = tuner.start(*self.sphere("--set", "sleep_ms=60000", "--threads", 1, trials=1))
        owner = self.folder / "study.h5.owner"
        tuner.wait_for(lambda: "1 running" in tuner.run("show", self.study, expect=None), "a trial that runs")
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        hours_later = owner.stat().st_mtime + 3 * 3600
        os.utime(owner, (hours_later, hours_later))

        self.assertRegex(tuner.run("show", self.study, "--ledger"), "lost to crashes.* core-h")
        tuner.run("--resume", self.study, "--trial-timeout", "0.5", expect=None)

        with h5py.File(self.study, "r") as file:
            ledger = {name: column[:] for name, column in file["ledger"].items()}
            second_began = file["epochs/started"][1]
        self.assertEqual(ledger["ended"][0], second_began)  # by its own clock nobody outlives the next run's start
        self.assertGreater(ledger["lost"][0], 0)
        self.assertAlmostEqual(ledger["lost"][0] + ledger["start_up"][0], ledger["ended"][0] - ledger["began"][0], 3)

    def test_kills_of_any_process_lose_nothing_and_replay_holds(self):
        chance = random.Random(20261123)
        for strategy in ("grid", "sobol"):
            with self.subTest(strategy):
                self.study = self.folder / f"killed-{strategy}.h5"
                arguments = self.slow(strategy=strategy)
                seen = {}
                for _ in range(6):
                    seen = self.run_and_kill(arguments, chance, seen)
                tuner.run(*arguments, ranks=4)

                self.assertEqual(tuner.configurations(self.study), self.undisturbed(strategy))
                self.assertIn("equal", tuner.run("replay", self.study))
                tuner.run("verify", self.study)
                tuner.wait_for(lambda: not tuner.processes(str(self.study)), "the end of all processes")

    def run_and_kill(self, arguments, chance, seen):
        """Kills one of a run's processes after some progress; what was recorded before must still be there."""
        process = tuner.start(*arguments, ranks=4)
        enough = chance.randrange(500, 4000)
        tuner.wait_for(lambda: process.poll() is not None or tuner.journal_bytes(self.study) > enough, "progress")
        candidates = [process.pid, *tuner.descendants(process.pid)]
        if candidates and process.poll() is None:
            tuner.kill(chance.choice(candidates))
            if chance.random() < 0.5:
                tuner.kill(process.pid)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        tuner.wait_for(lambda: not tuner.processes(str(self.study)), "the end of all processes")
        if not self.study.exists():
            return seen
        exported = tuner.run("export", self.study, "--format", "csv")
        values = {line.split(",")[0]: line for line in exported.splitlines() if ",complete," in line}
        for number, line in seen.items():
            self.assertEqual(values.get(number), line)
        return values


if __name__ == "__main__":
    unittest.main()
