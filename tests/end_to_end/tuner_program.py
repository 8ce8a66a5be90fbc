"""Runs the built tuner as a user would, and reads its study files as a user would (h5py)."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import h5py
import numpy

BUILD = pathlib.Path(os.environ["TUNER_BUILD_DIR"])
TUNER = BUILD / "bin" / "tuner"
HANG_GUARD_S = 900

ENVIRONMENT = dict(
    os.environ,
    OMPI_ALLOW_RUN_AS_ROOT="1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
    OMPI_MCA_rmaps_base_oversubscribe="1",
    OMPI_MCA_btl="self,vader",
    # Of a build with sanitizers: Open MPI leaks at its end, which hides nothing of ours that unit tests do not see.
    ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0",
)


def command(arguments, ranks=None, mpirun_options=()):
    """The command line: without mpirun where `ranks` is None."""
    launcher = []
    if ranks is not None:
        launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", *mpirun_options, "-n", str(ranks)]
    return [*launcher, str(TUNER), *map(str, arguments)]


def run(*arguments, ranks=None, expect=0, cwd=None, **more_environment):
    """Runs to the end and returns what was printed; the exit code must be `expect` (None: any)."""
    done = subprocess.run(
        command(arguments, ranks),
        env=dict(ENVIRONMENT, **more_environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=HANG_GUARD_S,
        check=False,
    )
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"exit code {done.returncode}, expected {expect}: {arguments}\n{done.stdout}")
    return done.stdout


def command_on_ranks(arguments, environments):
    """Of a run on one rank for each of the environments."""
    line = ["mpirun", "--oversubscribe", "--bind-to", "none"]
    for number, environment in enumerate(environments):
        settings = [word for name, value in environment.items() for word in ("-x", f"{name}={value}")]
        line += [*([":"] if number else []), "-n", "1", *settings, str(TUNER), *map(str, arguments)]
    return line


def start(*arguments, ranks=None, mpirun_options=(), cwd=None, **more_environment):
    """Starts in the background, in a process group of its own."""
    return start_line(command(arguments, ranks, mpirun_options), cwd, **more_environment)


def start_line(line, cwd=None, **more_environment):
    return subprocess.Popen(
        line,
        env=dict(ENVIRONMENT, **more_environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def journal_bytes(study):
    """Of all its journals together; a checkpoint may take one away in this moment."""
    total = 0
    for path in study.parent.glob(study.name + ".journal.*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            pass
    return total


def trials(study):
    """{trial number: (state, attempt, value, configuration)} of a study file."""
    with h5py.File(study, "r") as file:
        table = file["trials"]
        parameters = {name: table["parameters"][name][:] for name in table["parameters"]}
        value = next(iter(table["values"].values()))[:]
        state_names = {code: name for name, code in h5py.check_enum_dtype(table["state"].dtype).items()}
        return {
            int(number): (
                state_names[table["state"][row]],
                int(table["attempt"][row]),
                float(value[row]),
                tuple(float(column[row]) for column in parameters.values()),
            )
            for row, number in enumerate(table["number"][:])
        }


def origins(study):
    """Where each trial's configuration came from."""
    with h5py.File(study, "r") as file:
        column = file["trials/origin"]
        names = {code: name for name, code in h5py.check_enum_dtype(column.dtype).items()}
        return [names[code] for code in column[:]]


def configurations(study):
    """{trial number: configuration}, inactive parameters as None so that equal is equal."""
    return {
        number: tuple(None if numpy.isnan(x) else x for x in row[3]) for number, row in trials(study).items()
    }


def processes(pattern):
    """Processes whose command line holds the pattern, as {pid: command line}."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if pattern in line and state != "Z":
            found[int(entry.name)] = line
    return found


def descendants(pid):
    """Processes that this one has started, and those that they have."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return sorted(found - {pid})
        found |= more


def parent(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def wait_for(condition, what):
    """Waits for an event, not for a time: the guard only ends a hang."""
    guard = time.monotonic() + HANG_GUARD_S
    while not condition():
        if time.monotonic() > guard:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.01)


def said(output):
    """Its lines, without those that only a slow machine makes a run say."""
    return [line for line in output.splitlines() if "is not ready after" not in line]


def line_like(pattern, stream):
    """The next line of a run's output that the pattern finds."""
    for line in stream:
        if re.search(pattern, line):
            return line
    raise AssertionError(f"never said: {pattern}")


def environment_of(pid):
    """Its settings; none where it has ended."""
    try:
        return (pathlib.Path("/proc") / str(pid) / "environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def ranks(mpirun):
    """The ranks that this mpirun has started and that live, as {rank: pid}."""
    found = {}
    for pid in descendants(mpirun):
        try:
            if (pathlib.Path("/proc") / str(pid) / "comm").read_text().strip() != "tuner":
                continue
        except (FileNotFoundError, ProcessLookupError):
            continue
        for setting in environment_of(pid):
            if setting.startswith(b"OMPI_COMM_WORLD_RANK="):
                found.setdefault(int(setting.split(b"=")[1]), pid)  # what a rank starts is like it for a moment
    return found


def send(number, pid):
    """A signal, to a process that may have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def kill(pid):
    send(signal.SIGKILL, pid)


class TunerTest(unittest.TestCase):
    """A test with a folder of its own."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tuner-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.study = self.folder / "study.h5"

    def sphere(self, *more, trials=30, strategy="sobol"):
        """Arguments of a study that any machine finishes at once."""
        return [
            "--plugin", "functions", "--set", "function=sphere", "--strategy", strategy,
            "--trials", trials, "--study", self.study, *more,
        ]

    def steer(self, word, *arguments, expect=0):
        """stop, pause, continue or enqueue, with all the time that a run may need to answer."""
        return run(word, self.study, *arguments, "--wait", f"{HANG_GUARD_S}s", expect=expect)

    def grown(self, process, by=5000):
        """Waits until the run has written so many bytes of journal; a checkpoint may take others away."""
        before = journal_bytes(self.study)
        wait_for(lambda: process.poll() is not None or not before <= journal_bytes(self.study) < before + by,
                 "some trials")
        self.assertIsNone(process.poll())

    def finished(self):
        """How many trials are, after a run or while it goes on."""
        return int(run("status", self.study, expect=None).split(" finished")[0].split()[-1].replace(",", ""))
