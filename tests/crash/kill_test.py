"""A short run of the kill campaign: two studies with their kills, from fixed seeds."""
import pathlib
import shutil
import tempfile
import unittest

import disturbed_study

KILLS = 8


class Kill(unittest.TestCase):
    def drill(self, seed, recovery):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tuner-drill-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        study = disturbed_study.DisturbedStudy(seed, folder, KILLS)

        counts = study.drill()

        self.assertEqual(study.recovery, recovery)
        self.assertGreater(sum(counts.kills.values()), 0)

    def test_of_any_process_without_recovery_loses_nothing(self):
        self.drill(1, recovery=False)

    def test_of_any_process_with_recovery_loses_nothing(self):
        self.drill(2, recovery=True)


if __name__ == "__main__":
    unittest.main()
