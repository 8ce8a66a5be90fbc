#!/usr/bin/env python3
"""Checks that the house is built as it is drawn: rooms, who may know whom, the doors to the system, headers, tests."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "README.md",
             "core", "plugins", "mpi_runner", "storage", "tests", "examples", "slurm"}

# For each room the beginnings of the quoted includes that it may use. The first room that a path begins with counts.
MAY_INCLUDE = {
    "core/plugin_api": ["tuner/"],
    "core": ["core/", "tuner/"],
    "storage": ["storage/", "core/", "tuner/"],
    "mpi_runner": ["mpi_runner/", "storage/", "core/", "tuner/"],
    "plugins": ["tuner/"],  # and the plugin's own folder
}

# Doors: a header that is a way out of the program, and in how many files of the rooms it may be included.
DOORS = {"mpi.h": 2, "hdf5.h": 2, "dlfcn.h": 1, "spawn.h": 1}

# What makes a computation depend on where and when it runs; the core is pure.
NOT_IN_CORE = {"chrono", "ctime", "time.h", "filesystem", "fstream", "iostream", "thread", "mutex", "atomic",
               "unistd.h", "fcntl.h", "stdio.h", "cstdio"}

# Sources that are parts of a larger whole, and the test of that whole.
TESTED_ELSEWHERE = {
    "core/definition.cpp": "tests/storage/event_codec_test.cpp",
    "core/escaped_text.cpp": "tests/mpi_runner/text_test.cpp",
    "core/json_places.cpp": "tests/core/space_json_test.cpp",
    "core/request.cpp": "tests/storage/requests_test.cpp",
    "core/space_check.cpp": "tests/core/space_json_test.cpp",
    "core/space_reader.cpp": "tests/core/space_json_test.cpp",
    "core/study_events.cpp": "tests/core/study_test.cpp",
    "core/trial.cpp": "tests/core/study_test.cpp",
    "core/unit_scale.cpp": "tests/core/search_space_test.cpp",
    "storage/checkpoint_job.cpp": "tests/storage/study_store_test.cpp",
    "storage/checkpoint_salvage.cpp": "tests/crash/study_file_damage_test.cpp",
    "storage/export_csv.cpp": "tests/mpi_runner/commands/export_test.cpp",
    "storage/export_json.cpp": "tests/mpi_runner/commands/export_test.cpp",
    "storage/file.cpp": "tests/storage/disk_faults_test.cpp",
    "storage/file_calls.cpp": "tests/storage/disk_faults_test.cpp",
    "storage/live_study.cpp": "tests/storage/study_store_test.cpp",
    "storage/hdf5_reader.cpp": "tests/storage/checkpoint_test.cpp",
    "storage/hdf5_writer.cpp": "tests/storage/checkpoint_test.cpp",
    "storage/journal_reader.cpp": "tests/storage/journal_test.cpp",
    "storage/journal_writer.cpp": "tests/storage/journal_test.cpp",
    "storage/load.cpp": "tests/storage/study_store_test.cpp",
    "storage/process_identity.cpp": "tests/storage/owner_test.cpp",
    "storage/repair.cpp": "tests/crash/journal_damage_test.cpp",
    "storage/study_file_reader.cpp": "tests/crash/study_file_damage_test.cpp",
    "storage/study_files.cpp": "tests/storage/checkpoint_test.cpp",
    "storage/study_tables.cpp": "tests/storage/checkpoint_test.cpp",
    "storage/sync_thread.cpp": "tests/storage/study_store_test.cpp",
    "storage/verify.cpp": "tests/mpi_runner/commands/verify_test.cpp",
}


def listed_files():
    """Files of the project as git sees them, new ones included; in an unpacked archive all files."""
    git = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                         cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode == 0:
        names = git.stdout.split("\n")
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if ".build" not in path.parts]
    return sorted({name for name in names if (ROOT / name).is_file()})


FILES = listed_files()


def sources(*rooms):
    return [name for name in FILES
            if name.startswith(tuple(room + "/" for room in rooms)) and name.endswith((".h", ".cpp", ".c"))]


PROGRAM = sources("core", "storage", "mpi_runner", "plugins")


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def includes(name):
    """Pairs of the opening character and the header: ('<', 'vector'), ('"', 'core/study.h')."""
    return re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text_of(name), re.MULTILINE)


def own_folder_of_plugin(name):
    """The folders that belong to the plugin of this file; plugins of one kind share their folder 'common'."""
    kind, plugin = name.split("/")[1:3]
    return [f"plugins/{kind}/{plugin}/", f"plugins/{kind}/common/"]


def allowed_in(name):
    room = next(room for room in MAY_INCLUDE if name.startswith(room + "/"))
    return tuple(MAY_INCLUDE[room] + (own_folder_of_plugin(name) if room == "plugins" else []))


class Architecture(unittest.TestCase):

    def assert_none(self, findings):
        if findings:
            self.fail("\n  " + "\n  ".join(findings))

    def test_the_top_level_holds_the_rooms_and_nothing_else(self):
        found = {name.split("/")[0] for name in FILES}

        self.assert_none([name for name in found if name not in TOP_LEVEL and not name.startswith(".")])

    def test_rooms_include_only_what_they_may_know(self):
        self.assert_none([f"{name} includes \"{header}\" (may include: {', '.join(allowed_in(name))})"
                          for name in PROGRAM for mark, header in includes(name)
                          if mark == '"' and not header.startswith(allowed_in(name))])

    def test_own_headers_are_included_with_quotes(self):
        own = ("core/", "storage/", "mpi_runner/", "plugins/", "tuner/")

        self.assert_none([f"{name} includes <{header}>" for name in PROGRAM for mark, header in includes(name)
                          if mark == "<" and header.startswith(own)])

    def test_the_plugin_contract_needs_only_the_standard_library(self):
        self.assert_none([f"{name} includes <{header}>" for name in sources("core/plugin_api")
                          for mark, header in includes(name)
                          if mark == "<" and ("." in header or "/" in header)
                          and header not in ("stddef.h", "stdint.h")])

    def test_the_core_knows_no_files_clocks_or_threads(self):
        pure = [name for name in sources("core") if not name.startswith("core/plugin_api/")]

        self.assert_none([f"{name} includes <{header}>" for name in pure for _, header in includes(name)
                          if header in NOT_IN_CORE or header.startswith("sys/")])

    def test_each_door_to_the_system_is_in_few_files(self):
        for door, limit in DOORS.items():
            files = [name for name in PROGRAM if ("<", door) in includes(name)]
            self.assertLessEqual(len(files), limit, f"<{door}> is included in {files}")

    def test_mpi_is_known_to_the_runner_only(self):
        self.assert_none([name for name in PROGRAM if ("<", "mpi.h") in includes(name)
                          and (not name.startswith("mpi_runner/")
                               or name.startswith(("mpi_runner/plugin_host/", "mpi_runner/commands/")))])

    def test_hdf5_is_known_to_the_storage_only(self):
        self.assert_none([name for name in PROGRAM
                          if ("<", "hdf5.h") in includes(name) and not name.startswith("storage/")])

    def test_what_hdf5_reads_it_reads_in_a_process_of_its_own(self):
        self.assert_none([name for name in PROGRAM if ("\"", "storage/hdf5_reader.h") in includes(name)
                          and name not in ("storage/hdf5_reader.cpp", "storage/study_file_reader.cpp")])

    def test_posix_file_calls_of_the_storage_are_in_one_file(self):
        # Which forks, and cannot without these headers.
        other = "storage/reading_process.cpp"
        files = [name for name in sources("storage")
                 if any(header in ("fcntl.h", "unistd.h") for _, header in includes(name)) and name != other]

        self.assertLessEqual(len(files), 1, f"{files}")

    def test_headers_begin_by_saying_what_they_are_for(self):
        def flaw(name):
            comment, _, rest = text_of(name).partition("#pragma once\n")
            if not rest:
                return "has no #pragma once"
            lines = comment.rstrip("\n").split("\n")
            if not all(line.startswith("//") for line in lines):
                return "has something else than a comment before #pragma once"
            sentence = " ".join(line.removeprefix("//").strip() for line in lines)
            return None if re.match(r"\S.*[.:](\s|$)", sentence) else "does not begin with a sentence"

        # abi.h is C as well, which its include guard and its comments show.
        headers = [name for name in PROGRAM if name.endswith(".h") and not name.endswith("tuner/abi.h")]
        self.assert_none([f"{name} {flaw(name)}" for name in headers if flaw(name)])

    def test_sources_of_core_and_storage_have_a_test_of_their_name(self):
        def test_of(name):
            room, file = name.split("/", 1)
            return f"tests/{room}/{file.removesuffix('.cpp')}_test.cpp"

        missing = [name for name in sources("core", "storage") if name.endswith(".cpp") and test_of(name) not in FILES]

        self.assert_none([f"{name} has no {test_of(name)}" for name in missing if name not in TESTED_ELSEWHERE])
        self.assert_none([f"{name} is said to be tested in {where}, which does not exist"
                          for name, where in TESTED_ELSEWHERE.items() if where not in FILES])
        self.assert_none([f"{name} does not need its exception any more"
                          for name in TESTED_ELSEWHERE if name not in missing])

    def test_the_readme_shows_the_examples_as_they_are(self):
        shown = ["examples/minimal_objective/bowl.cpp", "examples/minimal_objective/CMakeLists.txt",
                 "examples/minimal_strategy/darts.cpp"]

        self.assert_none([name for name in shown if text_of(name) not in text_of("README.md")])

    def test_source_names_are_snake_case(self):
        self.assert_none([name for name in sources("core", "storage", "mpi_runner", "plugins", "tests")
                          if not re.fullmatch(r"[a-z0-9_]+\.(h|cpp|c)", name.rsplit("/", 1)[1])])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
