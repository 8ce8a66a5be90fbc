"""A study file from a stranger runs nothing: no plugin that it names is loaded, no option that executes code is taken."""
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
import tuner_program as tuner  # noqa: E402

PLUGINS = tuner.BUILD / "lib" / "tuner" / "plugins"


class Stranger(tuner.TunerTest):
    def setUp(self):
        super().setUp()
        self.marker = self.folder / "code-of-a-stranger-ran"

    def put_code_of_a_stranger(self, path):
        """A library that does something as soon as it is loaded."""
        source = f"""
            #include <stdio.h>
            __attribute__((constructor)) static void run(void) {{ fclose(fopen("{self.marker}", "w")); }}
        """
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", path], input=source, text=True, check=True)

    def study_of(self, kind, path):
        shutil.copy(PLUGINS / ("functions.so" if kind == "plugin" else "sobol.so"), path)
        arguments = self.sphere(trials=3)
        arguments[arguments.index("--" + kind) + 1] = path
        tuner.run(*arguments)
        path.unlink()
        self.put_code_of_a_stranger(path)

    def test_no_plugin_is_loaded_from_where_a_study_says(self):
        for kind in ("plugin", "strategy"):
            with self.subTest(kind):
                self.study_of(kind, self.folder / f"strange_{kind}.so")

                for command in (["--resume", self.study, "--trials", 5], ["replay", self.study],
                                ["show", self.study, "--model"], ["refit", self.study, "--out", self.folder / "model"],
                                ["show", self.study], ["best", self.study], ["status", self.study],
                                ["export", self.study], ["verify", self.study]):
                    tuner.run(*command, expect=None, cwd=self.folder)
                    self.assertFalse(self.marker.exists(), command)
                self.study.unlink()

    def test_the_marker_would_show_that_the_code_ran(self):
        self.study_of("plugin", self.folder / "strange_plugin.so")

        tuner.run("--resume", self.study, "--plugin", self.folder / "strange_plugin.so", expect=None)

        self.assertTrue(self.marker.exists())


if __name__ == "__main__":
    unittest.main()
