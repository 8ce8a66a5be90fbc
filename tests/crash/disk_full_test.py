"""A disk that is full in the middle of a run: nothing is handed out, nothing acknowledged is lost, and space ends it.

Needs root: the disk is a small file system in memory that the test mounts.
"""
import json
import pathlib
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
import tuner_program as tuner  # noqa: E402

TRIALS = 2000  # of 5 ms: not done before the disk is full


class DiskFull(tuner.TunerTest):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tuner-test", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.study = self.disk / "study.h5"
        self.ballast = self.disk / "ballast"

    def start(self, *more, ranks=None):
        """A run whose disk is full once it has begun; returns it when it has noticed."""
        process = tuner.start(*self.sphere("--set", "sleep_ms=5", *more, trials=TRIALS), ranks=ranks)
        self.addCleanup(tuner.kill, process.pid)
        guard = threading.Timer(tuner.HANG_GUARD_S, process.kill)
        guard.start()
        self.addCleanup(guard.cancel)
        tuner.wait_for(lambda: self.study.exists() or process.poll() is not None, "the study")
        self.fill()
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "waiting up to" in line or "space. Go on with" in line:
                break
        return process, "".join(lines)

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def finish(self, process):
        output, _ = process.communicate(timeout=tuner.HANG_GUARD_S)
        return output

    def test_a_run_waits_for_space_and_goes_on(self):
        for ranks in (None, 3):
            with self.subTest(ranks=ranks):
                process, said = self.start(ranks=ranks)
                self.assertRegex(said, r"cannot (write \d+ bytes to|make|sync) .*study\.h5.*No space left on device")
                self.assertIsNone(process.poll())
                known = self.finished()
                self.ballast.unlink()

                output = self.finish(process)

                self.assertIn("there is space again", output)
                self.assertEqual(process.returncode, 0, output)
                table = tuner.trials(self.study)
                self.assertEqual({row[0] for row in table.values()}, {"complete"})
                self.assertEqual(len(table), TRIALS)
                self.assertLessEqual(known, TRIALS)
                self.assertIn("equal", tuner.run("replay", self.study))
                self.study.unlink()

    def test_a_disk_that_stays_full_ends_the_run_resumable(self):
        process, said = self.start("--wait-for-space", "1s")
        output = said + self.finish(process)

        self.assertEqual(process.returncode, 4, output)
        self.assertIn(f"Waited 1.0 s for space. Go on with: tuner --resume {self.study}", output)
        known = self.finished()
        self.ballast.unlink()
        self.assertGreaterEqual(self.finished(), known)
        tuner.run("--resume", self.study)
        self.assertEqual(len(tuner.trials(self.study)), TRIALS)
        self.assertIn("equal", tuner.run("replay", self.study))

    def say(self, op, **request):
        print(json.dumps({"op": op, **request}), file=self.session.stdin, flush=True)
        return json.loads(self.session.stdout.readline())

    def create(self, durable):
        self.session = subprocess.Popen([tuner.TUNER, "ask-tell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.addCleanup(self.session.communicate)
        self.addCleanup(self.session.kill)
        return self.say("create", study=str(self.study), strategy="random", durable=durable, seed=1,
                        space={"parameters": [{"name": "x", "type": "float", "low": -5, "high": 5}]})

    # Longer than what may be left of the journal's last page.
    LONG = {f"a_note_with_a_long_name_{number}": number for number in range(400)}

    def test_a_told_result_counts_once_it_is_answered_without_an_error(self):
        for durable in (True, False):
            with self.subTest(durable=durable):
                self.create(durable)
                self.say("ask", n=2)
                self.fill()
                for _ in range(2):
                    said = self.say("tell", trial=0, values=[0.25], metrics=self.LONG)["error"]
                    self.assertRegex(said, "No space left.*the result is kept and written as soon as that is possible")
                self.assertIn("No space left", self.say("best")["error"])
                self.ballast.unlink()

                self.assertEqual(self.say("tell", trial=0, values=[0.25], metrics=self.LONG), {"told": 0})
                self.assertIn("is complete already", self.say("tell", trial=0, values=[0.5])["error"])
                self.assertEqual(self.say("best")["best"]["values"], [0.25])
                self.assertEqual(self.say("close"), {"closed": True})
                self.assertEqual(tuner.trials(self.study)[0][:3], ("complete", 1, 0.25))
                self.study.unlink()

    def test_a_told_result_that_was_answered_with_an_error_may_be_told_to_the_next_session(self):
        self.create(True)
        self.say("ask", n=2)
        self.fill()
        self.assertIn("No space left", self.say("tell", trial=0, values=[0.25], metrics=self.LONG)["error"])
        tuner.kill(self.session.pid)
        self.session.wait()
        self.ballast.unlink()

        self.assertEqual(self.create(True)["open"], [0, 1])
        self.assertEqual(self.say("tell", trial=0, values=[0.25]), {"told": 0})
        self.assertEqual(self.say("close"), {"closed": True})
        self.assertEqual(tuner.trials(self.study)[0][:3], ("complete", 2, 0.25))


if __name__ == "__main__":
    unittest.main()
