"""`tuner ask-tell` as a program that evaluates its own trials meets it: over pipes, with kills in between."""
import json
import random
import signal
import subprocess
import unittest

import tuner_program as tuner

MISBEHAVING = str(tuner.BUILD / "lib/tuner/fixtures/misbehaving_strategy.so")
SPACE = {"parameters": [
    {"name": "x", "type": "float", "low": -5, "high": 5},
    {"name": "rate", "type": "float", "low": 1e-4, "high": 1, "log": True},
    {"name": "kind", "type": "categorical", "choices": ["a", "b"]},
    {"name": "depth", "type": "int", "low": 1, "high": 9, "when": {"kind": "b"}}]}


def loss(parameters):
    return parameters["x"] ** 2 + parameters["rate"] + parameters.get("depth", 5)


class Session:
    """A program that talks to a tuner of its own."""

    def __init__(self):
        self.process = subprocess.Popen(tuner.command(["ask-tell"]), env=tuner.ENVIRONMENT, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def send(self, *requests):
        self.process.stdin.write("".join(json.dumps(request) + "\n" for request in requests))
        self.process.stdin.flush()

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def say(self, op, **request):
        self.send({"op": op, **request})
        return self.answer()

    def tell(self, trial):
        return self.say("tell", trial=trial["trial"], values=[loss(trial["parameters"])])

    def end(self, expect=0):
        output, errors = self.process.communicate(timeout=tuner.HANG_GUARD_S)
        if self.process.returncode != expect:
            raise AssertionError(f"exit code {self.process.returncode}, expected {expect}\n{errors}")
        return output

    def kill(self):
        self.process.kill()
        self.process.communicate()


class AskTell(tuner.TunerTest):
    def create(self, **more):
        session = Session()
        self.addCleanup(session.kill)
        answer = session.say("create", space=SPACE, study=str(self.study), seed=3, **more)
        self.assertNotIn("error", answer)
        return session, answer

    def undisturbed(self, trials, **more):
        """The configurations of a session that nobody interrupts."""
        session = Session()
        session.say("create", space=SPACE, seed=3, **more)
        found = {trial["trial"]: trial["parameters"] for trial in session.say("ask", n=trials)["trials"]}
        session.say("close")
        session.end()
        return found

    def test_kills_lose_nothing_that_was_told_and_replay_holds(self):
        chance = random.Random(20261124)
        for strategy, durable in (("sobol", True), ("random", False)):
            with self.subTest(strategy):
                self.study = self.folder / f"{strategy}.h5"
                told, seen, unanswered = set(), {}, set()
                for _ in range(8):
                    session, created = self.create(strategy=strategy, durable=durable)
                    told |= unanswered - set(created["open"])
                    self.assertEqual(set(created["open"]), set(seen) - told)
                    self.assertEqual(created["finished"], len(told))
                    self.work(session, chance, told, seen)
                    # It dies with a request on its way, whose answer nobody will see.
                    unanswered = set(sorted(set(seen) - told)[:1])
                    session.send(*({"op": "tell", "trial": trial, "values": [loss(seen[trial])]}
                                   for trial in unanswered))
                    session.kill()
                session, created = self.create(strategy=strategy)
                for trial in session.say("ask", n=len(created["open"]) or 1)["trials"]:
                    seen[trial["trial"]] = trial["parameters"]
                    self.assertEqual(session.tell(trial), {"told": trial["trial"]})
                session.say("close")
                session.end()

                self.assertEqual(seen, self.undisturbed(len(seen), strategy=strategy))
                rows = tuner.trials(self.study)
                self.assertEqual({number: row[2] for number, row in rows.items()},
                                 {number: loss(parameters) for number, parameters in seen.items()})
                self.assertIn("all equal", tuner.run("replay", self.study))
                tuner.run("verify", self.study)

    def work(self, session, chance, told, seen):
        """Asks and tells for a while; what was asked again must be what it was."""
        open_trials = []
        for _ in range(chance.randrange(5, 20)):
            if open_trials and chance.random() < 0.5:
                trial = open_trials.pop(chance.randrange(len(open_trials)))
                self.assertEqual(session.tell(trial), {"told": trial["trial"]})
                told.add(trial["trial"])
                continue
            for trial in session.say("ask", n=chance.randrange(1, 4))["trials"]:
                self.assertNotIn(trial["trial"], told)
                self.assertEqual(seen.setdefault(trial["trial"], trial["parameters"]), trial["parameters"])
                open_trials.append(trial)

    def test_requests_need_not_wait_for_answers(self):
        session, _ = self.create()
        trials = session.say("ask", n=500)["trials"]

        session.send(*({"op": "tell", "trial": trial["trial"], "values": [loss(trial["parameters"])]}
                       for trial in trials), {"op": "best"}, {"op": "close"})

        self.assertEqual([session.answer() for _ in trials], [{"told": number} for number in range(500)])
        self.assertEqual(session.answer()["best"]["values"], [min(loss(trial["parameters"]) for trial in trials)])
        self.assertEqual(session.answer(), {"closed": True})
        session.end()

    def test_an_error_is_an_answer_and_the_session_goes_on(self):
        session, _ = self.create()
        session.process.stdin.write("no json\n\n{\"op\": \"tell\", \"trial\": 0, \"values\": [1]}\n")

        self.assertTrue(session.say("ask")["error"].startswith("line 2: "))
        for line in (3, 4):
            self.assertTrue(session.answer()["error"].startswith(f"line {line}: "))
        self.assertEqual(len(session.answer()["trials"]), 1)

    def test_results_of_an_earlier_study_are_told_once(self):
        earlier, _ = self.create()
        for trial in earlier.say("ask", n=8)["trials"]:
            earlier.tell(trial)
        earlier.say("close")
        earlier.end()
        files = [str(self.study)]
        self.study = self.folder / "warm.h5"

        for _ in range(2):
            session, created = self.create(warm_start=files)
            self.assertEqual(created["finished"], 8)
            session.say("close")
            session.end()
        unknown = Session()
        self.addCleanup(unknown.kill)

        self.assertEqual(tuner.origins(self.study), ["imported"] * 8)
        self.assertIn("nothing.h5", unknown.say("create", space=SPACE, warm_start=["nothing.h5"])["error"])

    def test_a_strategy_that_takes_too_long_is_an_error(self):
        session, _ = self.create(strategy=MISBEHAVING, options={"misbehave": "hang", "asks": "9"}, ask_timeout_s=0.1)

        self.assertIn("0.1 s", session.say("ask")["error"])

    def test_the_end_of_the_input_closes_the_study(self):
        session, _ = self.create()
        trial = session.say("ask", n=2)["trials"][0]
        session.send({"op": "tell", "trial": trial["trial"], "values": [float("nan")]})

        self.assertEqual(session.end(), '{"told":0}\n')
        self.assertIn("closed by its client", tuner.run("status", self.study))
        self.assertEqual([row[0] for row in tuner.trials(self.study).values()], ["failed", "waiting"])

    def test_term_leaves_a_study_that_can_be_continued(self):
        session, _ = self.create()
        session.tell(session.say("ask")["trials"][0])
        session.process.send_signal(signal.SIGTERM)

        session.end(expect=4)
        _, created = self.create()
        self.assertEqual(created["finished"], 1)

    def test_a_second_session_on_a_live_study_is_refused(self):
        first, _ = self.create()
        second = Session()

        error = second.say("create", study=str(self.study))["error"]

        self.assertIn(str(first.process.pid), error)
        self.assertEqual(len(first.say("ask")["trials"]), 1)
        second.kill()

    def test_a_run_refuses_its_study_in_one_line(self):
        session, _ = self.create()
        session.tell(session.say("ask")["trials"][0])
        session.say("close")
        session.end()
        before = self.study.read_bytes()

        for arguments in (["--resume", self.study], ["--plugin", "functions", "--study", self.study]):
            output = tuner.run(*arguments, expect=1)
            said = tuner.said(output)
            self.assertEqual(len(said), 1, output)
            self.assertIn("ask-tell", said[0])
        self.assertEqual(self.study.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
