"""Two managers of one study: at no time do both write what counts."""
import json
import os
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
import tuner_program as tuner  # noqa: E402


class TwoAtOnce(tuner.TunerTest):
    def setUp(self):
        super().setUp()
        self.owner = self.folder / "study.h5.owner"

    def slow(self, *more, trials=100000):
        return self.sphere("--set", "sleep_ms=5", *more, trials=trials)

    def start(self, *more):
        """A run that has written some results."""
        process = tuner.start(*self.slow(*more))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(tuner.kill, process.pid)
        self.grown(process)
        return process

    def make_owner_foreign(self, silent_s):
        """As if the run wrote from another host, and was last heard of so long ago."""
        owner = json.loads(self.owner.read_text())
        owner.update(host="elsewhere", machine_id="another", boot_id="another", pid_namespace="another")
        new = self.folder / "owner"
        new.write_text(json.dumps(owner))
        then = time.time() - silent_s
        os.utime(new, (then, then))
        new.rename(self.owner)

    def test_a_second_run_is_refused_and_changes_nothing(self):
        self.start("--checkpoint-every", "1h")

        output = tuner.run("--resume", self.study, expect=4)

        self.assertIn("is being written by host", output)
        self.assertEqual(list(self.folder.glob("*.tmp.*")), [])

    def test_the_owner_of_a_killed_run_is_replaced_at_once(self):
        process = self.start()
        process.kill()
        process.wait()

        self.assertIn("which is gone; taken over", tuner.run("--resume", self.study, "--trials", 1))

    def test_an_owner_elsewhere_is_replaced_after_its_silence(self):
        process = self.start()
        process.kill()
        process.wait()
        self.make_owner_foreign(silent_s=60)
        self.assertIn("host elsewhere", tuner.run("--resume", self.study, "--trials", 1, expect=4))

        self.make_owner_foreign(silent_s=130)
        self.assertIn("host elsewhere", tuner.run("--resume", self.study, "--trials", 1))

    def test_a_run_that_was_stopped_and_replaced_writes_nothing_that_counts(self):
        stopped = self.start()
        stopped.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, stopped.pid, os.WSTOPPED)
        self.make_owner_foreign(silent_s=130)
        replacing = self.start()

        stopped.send_signal(signal.SIGCONT)
        said, _ = stopped.communicate(timeout=tuner.HANG_GUARD_S)
        self.grown(replacing)
        replacing.send_signal(signal.SIGTERM)
        replacing.communicate(timeout=tuner.HANG_GUARD_S)

        self.assertEqual(stopped.returncode, 4, said)
        self.assertIn("was taken over by host", said)
        self.assertEqual(replacing.returncode, 4)
        tuner.run("verify", self.study)
        self.assertIn("equal", tuner.run("replay", self.study))
        self.assertIn("2 epochs", tuner.run("replay", self.study))


if __name__ == "__main__":
    unittest.main()
