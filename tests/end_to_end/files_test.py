"""Studies and the files around them: what is refused leaves no trace, what has moved is found, what is gone is said."""
import pathlib
import re
import shutil
import unittest

import tuner_program as tuner

DATA = pathlib.Path(__file__).parents[2] / "examples" / "data" / "breast_cancer.csv"
PLUGINS = tuner.BUILD / "lib" / "tuner" / "plugins"


class Files(tuner.TunerTest):
    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def interrupted(self):
        """A study that was killed after some results."""
        process = tuner.start(*self.sphere("--set", "sleep_ms=5", trials=100000))
        self.grown(process, by=20000)
        process.kill()
        process.communicate()

    def data_study(self):
        """A study of a table that is named by a relative path."""
        shutil.copy(DATA, self.folder / "d.csv")
        tuner.run(*self.table("d.csv"), "--trials", 1, "--study", "study.h5", cwd=self.folder)

    def table(self, path):
        return ["--plugin", "xgb", "--set", f"data={path}", "--set", "label=diagnosis"]

    def test_the_name_of_a_study_commands_no_terminal(self):
        output = tuner.run("--plugin", "functions", "--trials", 3, "--study", self.folder / "a\x1b[31mb.h5")

        self.assertIn("a\\x1b[31mb.h5", output)
        self.assertNotIn("\x1b", output)

    def test_refused_continuations_leave_no_trace(self):
        tuner.run(*self.sphere(trials=5))
        before = self.names()

        for arguments in (
            self.sphere("--seed", 4),
            self.sphere("--enqueue", "nothing=1"),
            self.sphere(strategy="grid"),
            ["--plugin", "functions", "--set", "function=ackley", "--study", self.study],
            ["--resume", self.study, "--plugin", "no_such_plugin"],
            ["--resume", self.study, "--warm-start", self.folder / "nothing.h5"],
        ):
            tuner.run(*arguments, expect=1)
            self.assertEqual(self.names(), before, arguments)

    def test_a_study_of_a_relative_path_goes_on_from_another_folder(self):
        self.data_study()
        below = self.folder / "below"
        below.mkdir()

        tuner.run("--resume", "../study.h5", "--trials", 2, cwd=below)
        tuner.run(*self.table(self.folder / "d.csv"), "--trials", 3, "--study", self.study)
        tuner.run("--resume", self.study, "--set", f"data={DATA}", "--trials", 4)
        tuner.run("refit", "../study.h5", "--out", "model", cwd=below)

        self.assertEqual(len(tuner.trials(self.study)), 4)

    def test_a_study_that_moved_with_its_data_finds_it(self):
        self.data_study()
        moved = self.folder / "moved"
        moved.mkdir()
        for name in ("study.h5", "d.csv"):
            (self.folder / name).rename(moved / name)

        tuner.run("--resume", moved / "study.h5", "--trials", 2)

    def test_data_that_is_gone_or_changed_is_refused_with_a_way_out(self):
        self.data_study()
        (self.folder / "d.csv").rename(self.folder / "elsewhere.csv")
        below = self.folder / "below"
        below.mkdir()

        output = tuner.run("--resume", "../study.h5", cwd=below, expect=1)
        self.assertIn(str(below / "d.csv"), output)
        self.assertIn(str(self.folder / "d.csv"), output)
        self.assertIn("--set data=PATH", output)

        text = (self.folder / "elsewhere.csv").read_text()
        (self.folder / "d.csv").write_text(text[: text.rindex("\n", 0, -1) + 1])
        self.assertIn("contents", tuner.run("--resume", self.study, cwd=self.folder, expect=1))
        refit = ["refit", self.study, "--out", self.folder / "model"]
        self.assertIn("--accept-changes", tuner.run(*refit, expect=1))
        tuner.run(*refit, "--accept-changes")

    def test_a_strategy_whose_file_has_another_name_is_found_again(self):
        shutil.copy(PLUGINS / "random.so", self.folder / "mystrat.so")
        tuner.run(*self.sphere(trials=5, strategy=self.folder / "mystrat.so"))
        below = str(self.folder)
        hidden = self.folder / "hidden.so"

        tuner.run("--resume", self.study, "--trials", 6, TUNER_PLUGIN_PATH=below)
        tuner.run("replay", self.study, TUNER_PLUGIN_PATH=below)
        (self.folder / "mystrat.so").rename(hidden)
        tuner.run("--resume", self.study, "--trials", 7, "--strategy", hidden)

    def test_a_journal_that_is_gone_is_damage_for_everybody(self):
        self.interrupted()
        for journal in self.folder.glob("study.h5.journal.*"):
            journal.unlink()

        for command in (["status", "--exit-code"], ["export"], ["show"], ["replay"], ["verify"]):
            output = tuner.run(command[0], self.study, *command[1:], expect=3)
            self.assertNotIn("gone on", output)
        tuner.run("--resume", self.study, expect=3)
        tuner.run("--resume", self.study, "--accept-loss", "--trials", 3)
        tuner.run("verify", self.study)

    def finished(self):
        return int(re.search(r"(\d+) finished", tuner.run("verify", self.study))[1])

    def test_damage_in_the_middle_is_refused_repaired_and_gone_on_from(self):
        self.interrupted()
        before = self.finished()
        journal = next(self.folder.glob("study.h5.journal.*"))
        whole = journal.read_bytes()
        middle = len(whole) // 4
        journal.write_bytes(whole[:middle] + b"DAMAGE" + whole[middle + 6 :])
        damaged = journal.read_bytes()

        repair = f"tuner verify {self.study} --repair"
        self.assertIn(repair, tuner.run("--resume", self.study, expect=3))
        self.assertIn(repair, tuner.run("verify", self.study, expect=3))
        output = tuner.run("verify", self.study, "--repair")
        said = re.search(r"Lost: (?:at least (\d+) results?|no result that can be seen)\.", output)
        unseen = before - self.finished() - int(said[1] or 0)
        self.assertIn(unseen, (0, 1, 2))  # in what was overwritten
        self.assertIn(f"{self.study}: whole", output)

        kept = len(tuner.trials(self.study))
        self.assertEqual((self.folder / f"study.h5.damaged.1.{journal.name[len('study.h5.'):]}").read_bytes(), damaged)
        tuner.run("--resume", self.study, "--trials", kept + 5)
        self.assertIn("equal", tuner.run("replay", self.study))

    def test_a_journal_of_no_bytes_is_damage(self):
        self.interrupted()
        for journal in self.folder.glob("study.h5.journal.*"):
            journal.write_bytes(b"")

        self.assertIn("DAMAGED", tuner.run("verify", self.study, expect=3))
        tuner.run("--resume", self.study, expect=3)

    def test_what_is_no_study_is_the_users_mistake(self):
        text = self.folder / "text.h5"
        text.write_text("a,b\n")
        loop = self.folder / "loop.h5"
        loop.symlink_to("loop.h5")

        for path in (text, self.folder, loop):
            for command in ("show", "status", "verify", "--resume"):
                output = tuner.run(command, path, expect=1)
                self.assertEqual(len(output.splitlines()), 1, output)
        self.assertIn("leads to itself", tuner.run("--plugin", "functions", "--study", loop, expect=1))


if __name__ == "__main__":
    unittest.main()
