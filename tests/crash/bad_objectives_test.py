"""Objectives that misbehave on chosen trials of one study: each becomes a typed failure or a working trial, the other
ranks never notice, no process is left."""
import json
import pathlib
import sys
import time
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
import tuner_program as tuner  # noqa: E402

import marked_processes  # noqa: E402

OBJECTIVE = tuner.BUILD / "lib/tuner/fixtures/misbehaving_objective.so"
# What it does, the cause, and what is said of it.
QUICK_DEEDS = [
    ("segfault", "crash", "crashed (SIGSEGV)"),
    ("abort", "crash", "crashed (SIGABRT)"),
    ("exit_0", "crash", "called exit(0)"),
    ("throw_int", "exception", "threw something that is not a std::exception"),
    ("nan", "bad_value", "objective 'value' is nan"),
    ("inf_constraint", "bad_value", "constraint 'size' is inf"),
    ("hang", "timeout", "took longer than 15 s"),
    ("sleep", "timeout", "took longer than 15 s"),
    ("sleep_ignoring_term", "timeout", "took longer than 15 s"),
    ("orphan", "value", ""),
    ("orphan_and_segfault", "crash", "crashed (SIGSEGV)"),
    ("orphan_and_hang", "timeout", "took longer than 15 s"),
    ("close_all", "crash", "closed its connection to tuner"),
    ("orphan_and_close_all", "crash", "closed its connection to tuner"),
    ("close_all_and_return", "crash", "closed its connection to tuner"),
    ("corrupt_socket", "crash", "what came from it is no message"),
    ("kill_guard", "crash", "was killed together with its guard"),
    ("damage_environment", "value", ""),
]
MEMORY_DEEDS = [(deed, "out_of_memory", "the limit is 0.25 GiB") for deed in ("hog", "child_hog", "orphan_hog")]
LONG_DEEDS = [("print_1_gb", "value", ""), ("report_a_million", "value", ""), ("run_mpirun", "value", "")]


class BadObjectives(tuner.TunerTest):
    def run_script(self, deeds, *more):
        """One study on three ranks; each deed on a trial of its own, with two good ones after it."""
        numbered = {3 * index + 1: deed for index, deed in enumerate(deeds)}
        script = " ".join(f"{number}:{deed[0]}" for number, deed in numbered.items())
        mark = f"bad-objectives-{time.monotonic_ns()}"
        self.trial_count = 3 * len(deeds) + 3
        self.output = tuner.run("--plugin", OBJECTIVE, "--set", f"misbehave={script}", "--strategy", "sobol", "--trials",
                                self.trial_count, "--study", self.study, *more, ranks=3, **{marked_processes.MARK: mark})
        guard = time.monotonic() + tuner.HANG_GUARD_S
        while marked_processes.marked(mark) and time.monotonic() < guard:
            time.sleep(0.01)
        self.assertEqual(marked_processes.marked(mark), [])
        self.exported = json.loads(tuner.run("export", self.study, "--format", "json"))
        self.assertEqual(len(self.exported["trials"]), self.trial_count, self.output)
        return numbered

    def check(self, numbered):
        messages = {failure["trial"]: failure["message"] for failure in self.exported["failures"]}
        for trial in self.exported["trials"]:
            number = trial["number"]
            deed, cause, said = numbered.get(number, ("nothing", "value", ""))
            with self.subTest(deed, trial=number):
                self.assertEqual(trial["cause"], cause, messages.get(number))
                if cause == "value":
                    x, n = trial["parameters"]["x"], trial["parameters"]["n"]
                    # What rounds otherwise does so in its own trial, and in no other.
                    tolerance = 1e-12 if deed == "damage_environment" else 0
                    self.assertAlmostEqual(trial["values"]["value"], x * x + n / 3, delta=tolerance)
                else:
                    self.assertIn(said, messages[number])
        self.assertNotIn("lost", self.output)
        self.assertNotIn("cannot evaluate", self.output)
        tuner.run("verify", self.study)

    def test_fail_their_own_trial_only(self):
        self.check(self.run_script(QUICK_DEEDS, "--trial-timeout", "15s"))

    def test_that_take_all_memory_fail_their_own_trial_only(self):
        self.check(self.run_script(MEMORY_DEEDS, "--trial-memory", "256MB"))

    def test_that_say_too_much_or_start_mpirun_still_work(self):
        self.check(self.run_script(LONG_DEEDS))

        trials = {trial["number"]: trial for trial in self.exported["trials"]}
        self.assertEqual(len(trials[4]["intermediate"]), 1_000_000)
        self.assertEqual(trials[7]["notes"]["status"], 0)

    def test_whose_heap_is_damaged_die_of_it_and_are_replaced(self):
        self.run_script([("damage_heap", "value", "")] + [("none", "value", "")] * 200)

        dead = {failure["trial"] for failure in self.exported["failures"]}  # two trials later; at once with a sanitizer
        self.assertEqual(len(dead), 1, self.output)
        self.assertEqual({failure["cause"] for failure in self.exported["failures"]}, {"crash"})
        complete = {trial["number"] for trial in self.exported["trials"] if trial["state"] == "complete"}
        self.assertEqual(complete | dead, set(range(self.trial_count)))


if __name__ == "__main__":
    unittest.main()
