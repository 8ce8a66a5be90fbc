"""One run from start to end: with and without mpirun, on few and on many ranks."""
import json
import os
import re
import unittest

import tuner_program as tuner


MISBEHAVING = tuner.BUILD / "lib/tuner/fixtures/misbehaving_objective.so"
SLOW_STRATEGY = tuner.BUILD / "lib/tuner/fixtures/misbehaving_strategy.so"


class Run(tuner.TunerTest):
    def test_finishes_all_trials_and_names_the_best(self):
        output = tuner.run(*self.sphere())

        rows = tuner.trials(self.study)
        best = min(rows.values(), key=lambda row: row[2])
        self.assertEqual({row[0] for row in rows.values()}, {"complete"})
        self.assertEqual(len(rows), 30)
        self.assertIn("all 30 trials are done", output)
        self.assertIn(f"{best[2]:.6g}"[:6], output)

    def test_gives_the_same_trials_on_any_number_of_ranks(self):
        for strategy in ("sobol", "random", "grid"):
            with self.subTest(strategy):
                found = []
                for ranks in (None, 1, 3):
                    study = self.folder / f"{strategy}-{ranks}.h5"
                    arguments = self.sphere("--study", study, strategy=strategy)
                    arguments[arguments.index(self.study) - 1:arguments.index(self.study) + 1] = []
                    tuner.run(*arguments, ranks=ranks)
                    found.append(tuner.configurations(study))
                self.assertEqual(found[0], found[1])
                self.assertEqual(found[0], found[2])

    def test_runs_on_64_ranks_of_two_cores(self):
        tuner.run(*self.sphere("--set", "sleep_ms=20", trials=300), ranks=64)

        rows = tuner.trials(self.study)
        self.assertEqual(len([row for row in rows.values() if row[0] == "complete"]), 300)
        tuner.run("replay", self.study)

    def test_short_trials_are_handed_out_together_and_none_is_lost(self):
        tuner.run(*self.sphere(trials=3000, strategy="random"), ranks=4)

        self.assertEqual(len(tuner.trials(self.study)), 3000)
        tuner.run("verify", self.study)
        tuner.run("replay", self.study)

    def test_a_finite_space_ends_exhausted_without_repeats(self):
        space = self.folder / "space.json"
        space.write_text(json.dumps({"parameters": [
            {"name": "x1", "type": "int", "low": 0, "high": 4},
            {"name": "x2", "type": "int", "low": 0, "high": 2}]}))
        for strategy in ("grid", "random", "sobol"):
            with self.subTest(strategy):
                study = self.folder / f"{strategy}.h5"
                output = tuner.run(
                    "--plugin", "functions", "--set", "function=sphere", "--set", "dimension=2", "--space", space,
                    "--strategy", strategy, "--trials", 100, "--study", study, ranks=2)
                self.assertEqual(len(set(tuner.configurations(study).values())), 15)
                self.assertIn("nothing left", output)

    def test_enqueued_configurations_run_first_and_only_once(self):
        arguments = self.sphere("--set", "dimension=2", "--enqueue", "x1=1,x2=2", "--enqueue", "x1=0,x2=0", trials=5)
        tuner.run(*arguments)
        first = tuner.configurations(self.study)
        arguments[arguments.index("--trials") + 1] = 8
        tuner.run(*arguments)

        again = tuner.configurations(self.study)
        self.assertEqual(len(again), 8)
        self.assertEqual({n: again[n] for n in first}, first)
        self.assertEqual(list(again.values()).count((1.0, 2.0)), 1)

    def test_what_is_enqueued_twice_runs_once(self):
        tuner.run(*self.sphere("--set", "dimension=2", "--enqueue", "x1=1,x2=2", "--enqueue", "x2=2,x1=1", trials=5))

        self.assertEqual(list(tuner.configurations(self.study).values()).count((1.0, 2.0)), 1)

    def test_a_study_in_which_every_trial_fails_is_the_plugins_fault(self):
        output = tuner.run("--plugin", MISBEHAVING, "--set", "misbehave=throw", "--trials", 3, "--study", self.study,
                           expect=2)

        self.assertIn("all 3 trials failed", output)
        self.assertIn("the matrix is singular", output)

    def test_names_may_have_letters_of_any_language(self):
        study = self.folder / "stüdie.h5"
        tuner.run("--plugin", "functions", "--study", study, "--trials", 2)

        self.assertIn("2 finished", tuner.run("status", study))

    def test_ends_when_the_target_is_reached(self):
        output = tuner.run(*self.sphere("--set", "dimension=1", "--target", 5, trials=1000))

        self.assertRegex(output, "target 5 is reached")
        self.assertLess(len(tuner.trials(self.study)), 1000)

    def test_time_limit_leaves_a_resumable_study(self):
        output = tuner.run(*self.sphere("--set", "sleep_ms=100", "--time-limit", "1s", trials=100000), ranks=2, expect=4)

        self.assertIn("time limit", output)
        self.assertIn("--resume", output)
        tuner.run("verify", self.study)

    def test_ranks_do_not_idle_while_a_strategy_thinks(self):
        tuner.run(*self.sphere("--set", "sleep_ms=20", "--strategy-set", "misbehave=slow", "--strategy-set", "at_ask=3",
                               trials=45, strategy=SLOW_STRATEGY), ranks=3)

        origins = tuner.origins(self.study)  # one more than is wanted, where an answer came when all were begun
        self.assertEqual(self.finished(), 45)
        self.assertIn("fallback", origins)
        self.assertIn("strategy", origins)
        tuner.run("replay", self.study, "--strategy", SLOW_STRATEGY)

    def test_replicates_the_leaders_with_other_seeds_at_the_end(self):
        noisy = self.sphere("--set", "dimension=2", "--set", "noise_sd=1", "--replicates", 4, trials=20)
        output = tuner.run(*noisy, ranks=2)
        again = tuner.run(*noisy)

        rows, origins = tuner.trials(self.study), tuner.origins(self.study)
        self.assertEqual(origins.count("replicate"), 12)
        replicates = [rows[number] for number, origin in enumerate(origins) if origin == "replicate"]
        self.assertEqual(len({row[3] for row in replicates}), 3)
        self.assertEqual(len({row[2] for row in replicates}), 12)
        self.assertRegex(output, r"repeated +\S+ ± \S+ \(trial \d+: mean and standard error of 4 runs")
        self.assertEqual(again.count("repeated"), 3)

    def test_results_of_an_earlier_study_are_told_once(self):
        earlier = self.folder / "earlier.h5"
        tuner.run("--plugin", "functions", "--set", "function=sphere", "--trials", 8, "--study", earlier)

        warm = self.sphere("--warm-start", earlier, "--warm-start", earlier, trials=5)
        tuner.run(*warm, ranks=2)
        tuner.run(*warm)

        origins = tuner.origins(self.study)
        self.assertEqual(origins.count("imported"), 8)
        self.assertEqual(len(origins), 13)
        tuner.run("replay", self.study)

    def test_constraints_on_the_trials_are_those_of_the_command_line(self):
        tuner.run(*self.sphere("--set", "dimension=3", "--fix", "x1=2", "--narrow", "x2=0:1", trials=20))

        for x1, x2, _ in tuner.configurations(self.study).values():
            self.assertEqual(x1, 2)
            self.assertTrue(0 <= x2 <= 1)


class Mistakes(tuner.TunerTest):
    """Each is one clear line, exit code 1, and leaves nothing behind."""

    CASES = [
        (["--plugin", "functionz"], "functions"),
        (["--plugin", "functions", "--set", "functoin=sphere"], "Did you mean 'function'"),
        (["--plugin", "functions", "--set", "function=spere"], "sphere"),
        (["--plugin", "functions", "--set", "dimension=two"], "dimension"),
        (["--plugin", "functions", "--trails", "3"], "--trials"),
        (["--plugin", "functions", "--trials", "-3"], "trials"),
        (["--plugin", "functions", "--fix", "x9=1"], "x9"),
        (["--plugin", "functions", "--narrow", "x1=5:2"], "x1"),
        (["--plugin", "functions", "--enqueue", "x1=1e9"], "x1"),
        (["--plugin", "functions", "--strategy", "sobl"], "sobol"),
        (["--plugin", "sobol"], "strategy"),
        (["--plugin", "functions", "--strategy", "grid", "--strategy-set", "resolution=x1"], "resolution"),
        (["--plugin", "functions", "--space", "/nowhere.json"], "/nowhere.json"),
        (["--trials", "3"], "--plugin"),
        (["--resume", "/nowhere.h5"], "/nowhere.h5"),
    ]

    def test_are_one_clear_message(self):
        for arguments, hint in self.CASES:
            for ranks in (None, 2):
                with self.subTest(arguments=arguments, ranks=ranks):
                    output = tuner.run(*arguments, ranks=ranks, expect=None, cwd=self.folder)
                    said = [line for line in tuner.said(output) if line.startswith("tuner: ")]
                    self.assertEqual(len(said), 1, output)
                    self.assertIn(hint, said[0])
                    self.assertEqual(list(self.folder.iterdir()), [])
            tuner.run(*arguments, expect=1, cwd=self.folder)

    def test_data_that_may_never_end_is_refused_before_the_plugin_waits_for_it(self):
        pipe = self.folder / "train.csv"
        os.mkfifo(pipe)

        output = tuner.run("--plugin", "xgb", "--set", f"data={pipe}", "--set", "label=y", "--study", self.study, expect=1)

        self.assertIn(f"{pipe} is a named pipe", output)

    def test_a_mistyped_command_is_answered_with_the_nearest(self):
        self.assertIn("'show'", tuner.run("shwo", "x.h5", expect=1))

    def test_another_study_in_the_file_is_refused_with_what_differs(self):
        tuner.run(*self.sphere(trials=5))
        before = self.study.read_bytes()

        output = tuner.run(*self.sphere("--set", "dimension=7", "--seed", 3, trials=5), expect=1)

        self.assertIn("dimension", output)
        self.assertIn("seed", output)
        self.assertEqual(self.study.read_bytes(), before)

    def test_a_run_that_is_refused_leaves_word_for_scripts(self):
        word = self.folder / "refusal"

        self.assertNotIn("REFUSAL", tuner.run(*self.sphere(trials=3), TUNER_REFUSAL=str(word)))
        self.assertFalse(word.exists())
        tuner.run(*self.sphere("--narrow", "nosuch=1:2"), ranks=2, expect=1, TUNER_REFUSAL=str(word))

        self.assertIn("nosuch", word.read_text())


if __name__ == "__main__":
    unittest.main()
