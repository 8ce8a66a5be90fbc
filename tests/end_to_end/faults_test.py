"""Runs in which plugins, ranks and nodes fail: what is tried again, what is blamed, and that the rest goes on."""
import re
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

    def test_a_configuration_that_crashes_twice_is_to_blame(self):
        output = tuner.run(*self.misbehave("segfault", on_trial=2))

        self.assertEqual(tuner.trials(self.study)[2][:2], ("failed", 2))
        self.assertIn("6 finished, 1 failed; failed attempts: 2 crash", output)

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


if __name__ == "__main__":
    unittest.main()
