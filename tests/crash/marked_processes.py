"""The processes of a drill: whatever carries its mark in the environment, which every descendant inherits."""
import dataclasses
import os
import pathlib
import signal

MARK = "TUNER_DRILL"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass(frozen=True)
class Process:
    pid: int
    role: str  # mpirun, manager, worker, guard, objective's host, strategy's host, or other
    started_s: float  # since boot


def role_of(arguments, environment, leads_a_group):
    program = pathlib.PurePath(arguments[0]).name
    if program == "mpirun":
        return "mpirun"
    if program == "tuner" and b"OMPI_COMM_WORLD_RANK" in environment:
        return "manager" if environment[b"OMPI_COMM_WORLD_RANK"] == b"0" else "worker"
    if len(arguments) < 3 or not leads_a_group:  # what a host starts looks like it
        return "other"
    if arguments[1] == "guard":
        return "guard"
    if arguments[1] == "host":
        return "objective's host" if "objective" in pathlib.PurePath(arguments[2]).name else "strategy's host"
    return "other"


def process_of(entry, mark):
    """None where it is not one of ours or has ended; a zombie has no environment."""
    try:
        variables = (entry / "environ").read_bytes().split(b"\0")
        if f"{MARK}={mark}".encode() not in variables:
            return None
        arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    environment = dict(variable.split(b"=", 1) for variable in variables if b"=" in variable)
    leads_a_group = int(fields[2]) == int(entry.name)
    return Process(int(entry.name), role_of(arguments, environment, leads_a_group), int(fields[19]) / TICKS_PER_S)


def marked(mark):
    numbered = (entry for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit())
    return [process for process in (process_of(entry, mark) for entry in numbered) if process is not None]


def kill(process):
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
