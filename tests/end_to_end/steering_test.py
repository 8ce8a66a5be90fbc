"""stop, pause, continue and enqueue: a live run is steered by files."""
import json
import os
import unittest

import h5py

import tuner_program as tuner

TIMED = tuner.BUILD / "lib/tuner/fixtures/timed_objective.so"


class Steering(tuner.TunerTest):
    def start(self, *more, **keywords):
        process = tuner.start(*self.sphere("--set", "sleep_ms=20", "--set", "dimension=2", *more, trials=100000),
                              **keywords)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        tuner.wait_for(lambda: "trials/" in self.status(), "the first trials")
        return process

    def resume(self):
        process = tuner.start("--resume", self.study)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def status(self):
        return tuner.run("status", self.study, expect=None)

    def end_of(self, process):
        output, _ = process.communicate(timeout=tuner.HANG_GUARD_S)
        return process.returncode, output

    @staticmethod
    def kill(process):
        process.kill()
        process.wait()

    def requests(self):
        with h5py.File(self.study, "r") as file:
            column = file["requests/request"]
            names = {code: name for name, code in h5py.check_enum_dtype(column.dtype).items()}
            return [(names[code], when) for code, when in zip(column[:], file["requests/time"][:])]

    def refusals(self):
        with h5py.File(self.study, "r") as file:
            return [why.decode() for why in file["requests/refused"][:] if why]

    def test_stop_lets_trials_finish_and_the_study_can_be_resumed(self):
        process = self.start(ranks=2)

        self.assertIn("no trial is started any more", self.steer("stop"))
        _, output = self.end_of(process)

        self.assertIn("stopped on request of", output)
        self.assertNotIn("running", {row[0] for row in tuner.trials(self.study).values()})
        self.assertEqual([name for name, _ in self.requests()], ["stop"])
        tuner.run("status", self.study, "--exit-code", expect=6)

    def test_stop_now_gives_back_what_runs(self):
        process = tuner.start("--plugin", TIMED, "--strategy", "sobol", "--enqueue", "ms=900000", "--trials", 2,
                              "--study", self.study)
        tuner.wait_for(lambda: "1 running" in self.status(), "the trial's start")

        self.steer("stop")
        self.assertIn("in the next run", self.steer("enqueue", "ms=5"))
        self.assertIn("repeated on resume", self.steer("stop", "--now"))
        code, _ = self.end_of(process)

        self.assertEqual(code, 4)
        self.assertIn("0 running, 2 waiting", self.status())

    def test_a_paused_run_starts_nothing_until_it_is_continued(self):
        process = self.start()

        self.steer("pause")
        tuner.wait_for(lambda: " 0 running" in self.status(), "the end of the trials that ran")
        self.assertIn("running, paused", self.status())
        self.assertIn("runs first after `tuner continue`", self.steer("enqueue", "x1=1,x2=2"))
        self.assertIn(" 0 running", self.status())
        self.steer("continue")
        before = tuner.run("show", self.study)
        tuner.wait_for(lambda: tuner.run("show", self.study) != before, "more trials")
        self.steer("stop")
        code, _ = self.end_of(process)

        self.assertEqual(code, 4)
        self.assertEqual([name for name, _ in self.requests()], ["pause", "enqueue", "continue", "stop"])
        with h5py.File(self.study, "r") as file:
            started = file["trials/started"][:]
        paused, continued = self.requests()[0][1], self.requests()[2][1]
        self.assertFalse([when for when in started if paused < when < continued])
        first = min(when for when in started if when >= continued)
        number = list(started).index(first)
        self.assertEqual(tuner.configurations(self.study)[number], (1.0, 2.0))
        self.assertEqual(tuner.origins(self.study)[number], "enqueued")
        self.assertIn("equal", tuner.run("replay", self.study))

    def test_a_run_that_was_stopped_leaves_no_pause(self):
        process = self.start()
        self.steer("pause")
        self.steer("stop")
        self.end_of(process)

        process = self.resume()
        tuner.wait_for(lambda: "running (" in self.status(), "the next run")
        self.steer("stop")
        self.assertEqual(self.end_of(process)[0], 4)

    def test_a_pause_outlives_its_run(self):
        process = self.start()
        self.steer("pause")
        self.kill(process)

        process = self.resume()
        tuner.wait_for(lambda: "running, paused (" in self.status(), "the next run")
        self.kill(process)
        self.assertIn("the next one is not paused", self.steer("continue"))
        process = self.resume()
        tuner.wait_for(lambda: "running (" in self.status(), "a run that goes on")
        self.steer("stop")
        self.end_of(process)

    def test_a_stop_outlives_the_run_that_was_killed_while_it_ended(self):
        process = tuner.start("--plugin", TIMED, "--strategy", "sobol", "--enqueue", "ms=900000", "--trials", 1,
                              "--study", self.study)
        tuner.wait_for(lambda: "1 running" in self.status(), "the trial's start")
        self.steer("stop")
        self.kill(process)

        self.assertIn("stopped on request", tuner.run("status", self.study, "--exit-code", expect=6))

    def test_a_stop_without_a_run_ends_the_next_before_its_first_trial(self):
        process = self.start()
        self.kill(process)

        self.assertIn("the next one stops at once", self.steer("stop"))
        self.assertIn("asked   of the next run: stop", self.status())
        code, output = self.end_of(self.resume())

        self.assertEqual(code, 4, output)
        with h5py.File(self.study, "r") as file:
            second_run = file["epochs/started"][1]
            self.assertFalse([when for when in file["trials/started"][:] if when >= second_run])
        self.assertIn("stopped on request", tuner.run("status", self.study, "--exit-code", expect=6))

    def test_mistakes_in_a_configuration_are_said_at_once(self):
        tuner.run(*self.sphere("--set", "dimension=2", trials=3))

        self.assertIn("did you mean", self.steer("enqueue", "x=1", expect=1).lower())
        self.assertIn("x1 = 1000000000 is above", self.steer("enqueue", "x1=1e9,x2=0", expect=1))
        self.assertFalse((self.folder / "study.h5.requests").exists())

    def test_what_is_enqueued_without_a_run_is_run_by_the_next(self):
        tuner.run(*self.sphere("--set", "dimension=2", trials=3))

        answer = self.steer("enqueue", "x1=1,x2=2")
        self.assertIn("the study is finished (all 3 trials are done): the next run needs --trials 4", answer)
        self.assertIn("waits for the next run", answer)
        tuner.run("--resume", self.study, "--trials", 4)

        self.assertEqual(tuner.configurations(self.study)[3], (1.0, 2.0))
        self.assertEqual([name for name, _ in self.requests()], ["enqueue"])

    def test_known_configurations_are_refused(self):
        process = self.start("--enqueue", "x1=1,x2=2")

        self.assertIn("has this configuration already", self.steer("enqueue", "x2=2,x1=1", expect=1))
        self.steer("stop")
        self.end_of(process)
        self.assertEqual(self.refusals(), ["trial 0 has this configuration already"])
        self.assertRegex(tuner.run("show", self.study, "--requests"), r"enqueue x2=2,x1=1 .*trial 0 has this")

    def test_in_a_finished_study_there_is_nothing_to_steer(self):
        tuner.run(*self.sphere(trials=3))

        for word in ("stop", "pause", "continue"):
            self.assertIn("is finished (all 3 trials are done)", self.steer(word, expect=1))
        self.assertFalse((self.folder / "study.h5.requests").exists())

    def test_a_request_that_nobody_saw_is_done_by_the_next_run_once(self):
        tuner.run(*self.sphere(trials=3))
        folder = self.folder / "study.h5.requests"
        folder.mkdir()
        (folder / "1.request").write_text(json.dumps({"request": "stop", "by": "ada"}))

        self.assertIn("ended: stopped on request of ada", tuner.run("--resume", self.study, "--trials", 5, expect=4))
        self.assertFalse((folder / "1.request").exists())
        self.assertIn("all 5 trials are done", tuner.run("--resume", self.study, "--trials", 5))

    def test_malformed_requests_are_refused_and_harm_nothing(self):
        process = self.start()
        folder = self.folder / "study.h5.requests"
        folder.mkdir(exist_ok=True)
        hostile = {
            "garbage": b"\x00\xff{",
            "list": b"[1, 2]",
            "unknown": b'{"request": "explode\\u001b[31m"}',
            "number": b'{"request": 7, "by": []}',
            "large": b'{"request": "stop", "by": "' + b"x" * 200000 + b'"}',
            "escape": b'{"request": "enqueue", "by": "\\u001b[31m", "configuration": "\\u001b[31m=1"}',
        }
        for name, text in hostile.items():
            (folder / f"{name}.tmp").write_bytes(text)
            (folder / f"{name}.tmp").rename(folder / f"{name}.request")
        os.mkfifo(folder / "pipe.request")
        (folder / "link.request").symlink_to("/etc/passwd")
        (folder / "folder.request").mkdir()

        names = [*hostile, "pipe", "link"]
        tuner.wait_for(lambda: not [name for name in names if (folder / f"{name}.request").is_symlink()
                                    or (folder / f"{name}.request").exists()], "the refusals")
        for name in names:
            self.assertEqual(json.loads((folder / f"{name}.answer").read_text())["answer"], "refused")
        self.steer("stop")
        code, output = self.end_of(process)

        self.assertEqual(code, 4)
        self.assertNotIn("\x1b", output)
        self.assertEqual([name for name, _ in self.requests()], ["enqueue", "stop"])
        self.assertEqual(len(self.refusals()), 1)
        tuner.run("verify", self.study)


if __name__ == "__main__":
    unittest.main()
