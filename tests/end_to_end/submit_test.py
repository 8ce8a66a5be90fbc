"""`tuner submit` with real plugins: what it refuses before a job waits in the queue. No SLURM is needed."""
import pathlib
import unittest

import tuner_program as tuner

DATA = pathlib.Path(__file__).parents[2] / "examples/data/breast_cancer.csv"


class Submit(tuner.TunerTest):
    def submit(self, *run, **how):
        return tuner.run("submit", "--time", "5", "--dry-run", "--", "--plugin", "xgb", "--study", self.study, *run,
                         **how)

    def test_refuses_data_that_is_not_there(self):
        self.assertIn("nope.csv", self.submit("--set", "data=nope.csv", "--set", "label=x", expect=1))
        self.assertIn("#SBATCH", self.submit("--set", f"data={DATA}", "--set", "label=diagnosis"))

    def test_names_the_study_that_stands_in_a_file_of_options(self):
        options = self.folder / "options.cfg"
        options.write_text(f"study = {self.study}\n", encoding="utf-8")

        script = tuner.run("submit", "--time", "5", "--dry-run", "--", "--plugin", "functions", "--config", options)

        self.assertRegex(script, rf"(?m)^arguments=\(.* --study={self.study}\)$")

    def test_refuses_options_that_the_plugin_does_not_know(self):
        self.assertIn("Did you mean 'data'", self.submit("--set", f"dato={DATA}", expect=1))


if __name__ == "__main__":
    unittest.main()
