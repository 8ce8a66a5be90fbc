"""Which cores and GPUs the trials of each rank get."""
import json
import os
import unittest

import tuner_program as tuner


class PlacementOfRanks(tuner.TunerTest):
    def places(self, ranks, **environment):
        """What each rank's log says of its first trial."""
        process = tuner.start(*self.sphere("--set", "sleep_ms=3600000", trials=ranks), ranks=ranks, **environment)
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        places = {}
        tuner.wait_for(lambda: places.update(self.places_in_logs()) or len(places) == ranks, "a trial on each rank")
        return [places[rank] for rank in range(ranks)]

    def places_in_logs(self):
        for log in self.folder.glob("study.h5.logs/rank-*.log"):
            for line in log.read_text().splitlines(keepends=True):
                event = json.loads(line) if line.endswith("\n") else {}
                if event.get("event") == "first trial":
                    yield int(log.stem.split("-")[1]), event["place"]

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "one core cannot be shared out")
    def test_unbound_ranks_get_a_part_of_the_cores_each(self):
        first, second = self.places(2)

        self.assertRegex(first, r"^\d+ threads, cores [0-9,-]+$")
        self.assertRegex(second, r"^\d+ threads, cores [0-9,-]+$")
        self.assertNotEqual(first, second)

    def test_each_rank_gets_its_part_of_the_gpus_that_the_variable_lists(self):
        first, second = self.places(2, CUDA_VISIBLE_DEVICES="GPU-a,GPU-b,GPU-c,GPU-d")

        self.assertTrue(first.endswith("CUDA_VISIBLE_DEVICES=GPU-a,GPU-b"), first)
        self.assertTrue(second.endswith("CUDA_VISIBLE_DEVICES=GPU-c,GPU-d"), second)

    def test_more_ranks_than_cores_are_bound_to_none(self):
        ranks = 1 + len(os.sched_getaffinity(0))

        for place in self.places(ranks):
            self.assertEqual(place, "1 threads, the rank's cores")


if __name__ == "__main__":
    unittest.main()
