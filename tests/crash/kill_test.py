"""A short run of the kill campaign: two studies with their kills, from fixed seeds."""
import pathlib
import shutil
import tempfile
import unittest

import disturbed_study

KILLS = 8


class Kill(unittest.TestCase):
    def drill(self, seed, recovery):
        kills = 0
        while kills == 0:  # a run may be over before its moment comes
            folder = pathlib.Path(tempfile.mkdtemp(prefix="tuner-drill-"))
            self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
            study = disturbed_study.DisturbedStudy(seed, folder, KILLS)
            kills = sum(study.drill().kills.values())

            self.assertEqual(study.recovery, recovery)

    def test_of_any_process_without_recovery_loses_nothing(self):
        self.drill(1, recovery=False)

    def test_of_any_process_with_recovery_loses_nothing(self):
        self.drill(2, recovery=True)


if __name__ == "__main__":
    unittest.main()
