#!/usr/bin/python3
"""How often a run starts a trial in vain, which its time limit then cuts short: time_limit.py BUILD

Durations grow with a parameter, and differ by up to a fifth from what it tells. `tests/bench/run.sh limit` builds tuner
and runs it; the machine only has to sleep.
"""

import argparse
import subprocess
import sys

import h5py
import numpy

from program import ENVIRONMENT, command, scratch_folder

RANKS = 4
SHORTEST_MS, GROWTH, SPREAD = 300, 3, 0.2
LONGEST_S = SHORTEST_MS / 1000 * GROWTH * (1 + SPREAD)
MARGIN_S = 1
ASKED = 0.95


def run(build, study, seed, limit_s):
    arguments = ["--plugin", "functions", "--set", f"sleep_ms={SHORTEST_MS}", "--set", f"sleep_growth={GROWTH}",
                 "--set", f"sleep_spread={SPREAD}", "--strategy", "random", "--seed", seed, "--trials", 100_000,
                 "--time-limit", f"{limit_s}s", "--finish-margin", f"{MARGIN_S}s", "--study", study]
    done = subprocess.run(command(build, RANKS, arguments), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if "ended: " not in done.stdout:
        raise RuntimeError(done.stdout)


def last_starts(study):
    """(trials started when the longest could not have ended any more, those of them that were cut short)"""
    with h5py.File(study) as file:
        started, end = file["trials/started"][:], file["epochs/allocation_end"][0] - MARGIN_S
        cut = set(file["failures/trial"][:])
    late = set(numpy.flatnonzero(started > end - LONGEST_S))
    return len(late), len(cut & late)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the built tuner")
    parser.add_argument("--studies", type=int, default=20, help="default: 20")
    parser.add_argument("--limit", type=int, default=20, help="seconds of each; default: 20")
    arguments = parser.parse_args()
    late = in_vain = 0
    with scratch_folder(arguments.build) as folder:
        for seed in range(arguments.studies):
            study = folder / f"{seed}.h5"
            run(arguments.build, study, seed, arguments.limit)
            more_late, more_in_vain = last_starts(study)
            late += more_late
            in_vain += more_in_vain
    kept = 1 - in_vain / late
    print(f"{arguments.studies} runs of {arguments.limit} s on {RANKS} ranks, trials of {SHORTEST_MS} to "
          f"{SHORTEST_MS * GROWTH} ms ± {SPREAD:.0%}")
    print(f"trials started in the last {LONGEST_S:.2f} s: {late}, cut short by the limit: {in_vain}")
    print(f"not in vain: {kept:.1%} (asked: {ASKED:.0%})")
    sys.exit(kept < ASKED)


if __name__ == "__main__":
    main()
