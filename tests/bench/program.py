"""Starts the built tuner for a measurement, and reads what /proc says of its processes and h5py of its study."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import h5py

CLOCK_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")


@contextlib.contextmanager
def scratch_folder(beside):
    """A folder on the disk of the build, since it is its syncs that are measured."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def command(build, ranks, arguments):
    tuner = str(pathlib.Path(build).resolve() / "bin" / "tuner")
    launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)] if ranks else []
    return [*launcher, tuner, *map(str, arguments)]


@contextlib.contextmanager
def started(build, arguments, ranks=None):
    """A run in the background; what is left of it at the end is interrupted."""
    process = subprocess.Popen(command(build, ranks, arguments), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def run(build, arguments, ranks=None):
    """Runs to the end; returns the resources that it took, of its children the largest."""
    process = subprocess.Popen(command(build, ranks, arguments), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, resources = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{process.args} ended with {process.returncode}:\n{errors}")
    return resources


def column(study, name):
    """One column of the table of trials."""
    with h5py.File(study, "r") as file:
        return file["trials"][name][:]


def children(pid):
    try:
        return [int(child) for thread in pathlib.Path(f"/proc/{pid}/task").iterdir()
                for child in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def ranks_of(mpirun_pid):
    """{rank: pid} of the ranks below an mpirun."""
    found = {}
    for pid in children(mpirun_pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            for variable in environment:
                if variable.startswith(b"OMPI_COMM_WORLD_RANK="):
                    found[int(variable.split(b"=")[1])] = pid
    return found


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS_PER_S  # utime and stime


def resident_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def wait_until(process, condition, timeout_s=120):
    """Returns when the condition holds, which needs the process to live."""
    end = time.monotonic() + timeout_s
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {process.args} (exit code {process.poll()})")
        time.sleep(0.2)
