"""Strategies that break their contract: each is told apart and named, and what becomes of the study is the user's
choice."""
import pathlib
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
import tuner_program as tuner  # noqa: E402

STRATEGY = tuner.BUILD / "lib/tuner/fixtures/misbehaving_strategy.so"
TRIALS = 30
AT_ASK = 5
# What it does and what is said of it.
DEEDS = {
    "outside": "suggested a configuration outside the space (x1 = 1000000000",
    "nan": "suggested a configuration outside the space (x1 is missing or not a number",
    "throw": "the kernel matrix is not positive definite",
    "segfault": "crashed (SIGSEGV)",
    "exit": "called exit(0)",
    "loop": "did not answer within 10 s (--ask-timeout)",
    "nothing": "suggests nothing although it knows every result",
}


class BadStrategies(tuner.TunerTest):
    def arguments(self, deed, asks, *more):
        return self.sphere("--strategy-set", f"misbehave={deed}", "--strategy-set", f"at_ask={AT_ASK}",
                           "--strategy-set", f"asks={asks}", "--ask-timeout", "10s" if deed == "loop" else "100s", *more,
                           strategy=STRATEGY, trials=TRIALS)

    def run_with(self, deed, asks, *more, ranks=None, expect=0):
        """On one rank: others would get points drawn at random meanwhile, and may be done with these."""
        self.study = self.folder / f"{deed}.h5"
        return tuner.run(*self.arguments(deed, asks, *more), ranks=ranks, expect=expect)

    def complete(self):
        return [row for row in tuner.trials(self.study).values() if row[0] == "complete"]

    def test_that_fail_once_are_named_and_started_again(self):
        for deed, said in DEEDS.items():
            with self.subTest(deed):
                output = self.run_with(deed, 1)

                self.assertEqual(len(self.complete()), TRIALS, output)
                if deed == "nothing":  # of one ask; the next one, after a result, is answered
                    continue
                self.assertIn("strategy 'misbehaving_strategy'", output)
                self.assertIn(said, output)
                self.assertEqual(output.count("starting it again"), 1, output)
                self.assertIn("equal", tuner.run("replay", self.study, "--strategy", STRATEGY))

    def test_that_fail_once_leave_no_rank_without_trials(self):
        output = self.run_with("throw", 1, ranks=3)

        self.assertEqual(len(self.complete()), TRIALS, output)

    def test_that_fail_for_ever_end_all_ranks(self):
        self.run_with("throw", 1000, ranks=3, expect=None)  # what mpirun ends with proves nothing

        self.assertIn("cannot go on like this", tuner.run("status", self.study, "--exit-code", expect=2))

    def test_that_fail_for_ever_end_the_run_which_can_be_resumed(self):
        for deed, said in DEEDS.items():
            with self.subTest(deed):
                output = self.run_with(deed, 1000, expect=2)

                self.assertIn(said, output)
                self.assertIn("started 3 times, failed each time", output)
                finished = len(self.complete())
                self.assertGreaterEqual(finished, AT_ASK)
                self.assertLess(finished, TRIALS)
                tuner.run("verify", self.study)
                self.assertIn("cannot go on like this", tuner.run("status", self.study, "--exit-code", expect=2))

    def test_that_fail_for_ever_are_replaced_by_random_points_where_the_user_says_so(self):
        for deed, said in DEEDS.items():
            with self.subTest(deed):
                output = self.run_with(deed, 1000, "--on-strategy-failure", "fallback")

                self.assertIn(said, output)
                self.assertIn("going on with points drawn at random", output)
                self.assertEqual(len(self.complete()), TRIALS, output)
                self.assertIn("fallback", tuner.origins(self.study))
                self.assertIn("finished", tuner.run("status", self.study))

    def test_that_cannot_be_created_end_the_run_before_there_is_a_study_or_are_replaced(self):
        output = self.run_with("segfault_in_create", 1, expect=2)
        self.assertIn("crashed (SIGSEGV)", output)
        self.assertFalse(self.study.exists())

        output = self.run_with("segfault_in_create", 1, "--on-strategy-failure", "fallback")
        self.assertIn("going on with points drawn at random", output)
        self.assertEqual(len(self.complete()), TRIALS, output)

    def test_that_fail_once_end_the_run_where_the_user_says_so(self):
        output = self.run_with("throw", 1, "--on-strategy-failure", "stop", expect=2)

        self.assertIn(DEEDS["throw"], output)
        self.assertNotIn("starting it again", output)
        self.assertEqual(len(self.complete()), AT_ASK)
        self.run_with("throw", 1)
        self.assertEqual(len(self.complete()), TRIALS)

    def test_random_points_end_with_a_finite_space(self):
        space = self.folder / "space.json"
        space.write_text('{"parameters": [{"name": "x1", "type": "int", "low": 0, "high": 4},'
                         ' {"name": "x2", "type": "int", "low": 0, "high": 1}]}')
        output = self.run_with("throw", 1000, "--on-strategy-failure", "fallback", "--set", "dimension=2", "--space",
                               space, expect=2)

        self.assertIn("what is drawn at random was tried before", output)

    def test_that_repeat_a_pending_trial_are_named_once_and_go_on(self):
        self.study = self.folder / "repeat.h5"
        output = tuner.run(*self.arguments("repeat", 1000, "--set", "sleep_ms=20"), ranks=3)

        self.assertRegex(output, r"strategy 'misbehaving' suggests trial \d+ again, which is not finished, as trial \d+")
        self.assertEqual(output.count("this is said once"), 1)
        self.assertEqual(len(self.complete()), TRIALS)

    def test_of_another_choice_are_refused_with_the_nearest(self):
        output = tuner.run(*self.sphere("--on-strategy-failure", "restrat"), expect=1)

        self.assertIn("Did you mean 'restart'?", output)
        self.assertFalse(self.study.exists())


if __name__ == "__main__":
    unittest.main()
