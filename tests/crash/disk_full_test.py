"""A disk that is full in the middle of a run: nothing is handed out, nothing acknowledged is lost, and space ends it.

Needs root: the disk is a small file system in memory that the test mounts.
"""
import pathlib
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
import tuner_program as tuner  # noqa: E402


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
        process = tuner.start(*self.sphere("--set", "sleep_ms=5", *more, trials=400), ranks=ranks)
        self.addCleanup(tuner.kill, process.pid)
        guard = threading.Timer(tuner.HANG_GUARD_S, process.kill)
        guard.start()
        self.addCleanup(guard.cancel)
        while not any(path.stat().st_size > 1000 for path in self.disk.glob("study.h5.journal.*")):
            self.assertIsNone(process.poll())
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

    def finished(self):
        return int(tuner.run("status", self.study, expect=None).split(" finished")[0].split()[-1])

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
                self.assertEqual(len(table), 400)
                self.assertLessEqual(known, 400)
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
        self.assertEqual(len(tuner.trials(self.study)), 400)
        self.assertIn("equal", tuner.run("replay", self.study))


if __name__ == "__main__":
    unittest.main()
