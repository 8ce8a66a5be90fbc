#!/usr/bin/env python3
"""Measures the built tuner from outside, as it is shipped, and prints one table: figures.py BUILD"""

import json
import os
import subprocess
import sys
import time

import numpy

from ask_tell import AskTell
from program import (children, column, cpu_s, ranks_of, resident_bytes, run, scratch_folder, started, wait_until)

BIG_STUDY_TRIALS = 100_000
BIG_STUDY_PARAMETERS = 20
MANY_RANKS = 64


def sphere(study, trials, *more):
    return ["--plugin", "functions", "--set", "function=sphere", "--strategy", "random", "--study", study,
            "--trials", trials, *more]


def trials_per_s(study, rank=None):
    """Results of one rank, or of all, over the time from the first start to the last result."""
    span_s = column(study, "ended").max() - column(study, "started").min()
    ranks = column(study, "rank")
    return (len(ranks) if rank is None else numpy.count_nonzero(ranks == rank)) / span_s


def throughput(build, folder):
    trials = 20_000
    run(build, sphere(folder / "two.h5", trials), ranks=2)
    yield "trials/s through one worker rank (-n 2, rank 1)", "≥ 2,000", f"{trials_per_s(folder / 'two.h5', 1):,.0f}"
    run(build, sphere(folder / "four.h5", 2 * trials), ranks=4)
    yield "trials/s through the manager (-n 4)", "≥ 5,000", f"{trials_per_s(folder / 'four.h5'):,.0f}"


def host_latency(build, _):
    output = subprocess.run([f"{build}/bin/host_latency", "--benchmark_format=json"], check=True,
                            capture_output=True, text=True).stdout
    time_us = {one["name"]: one["real_time"] * {"ns": 1e-3, "us": 1, "ms": 1e3}[one["time_unit"]]
               for one in json.loads(output)["benchmarks"]}
    extra_us = time_us["through_the_host/real_time"] - time_us["direct_call"]
    yield "a trial through the plugin host, more than a direct call", "≤ 50 µs", f"{extra_us:.1f} µs"


def cpu_shares(pids, seconds):
    """Per cent of a core that each process took."""
    before = [cpu_s(pid) for pid in pids]
    start = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - start
    return [100 * (cpu_s(pid) - earlier) / elapsed for pid, earlier in zip(pids, before)]


def waiting(build, folder):
    """All ranks run trials that sleep: what is left is the cost of waiting for them."""
    arguments = sphere(folder / "waiting.h5", MANY_RANKS, "--set", "sleep_ms=600000")
    with started(build, arguments, ranks=MANY_RANKS) as mpirun:
        wait_until(mpirun, lambda: len(ranks_of(mpirun.pid)) == MANY_RANKS)
        ranks = ranks_of(mpirun.pid)
        wait_until(mpirun, lambda: all(children(pid) for pid in ranks.values()))
        time.sleep(10)  # until the last plugin host has begun its trial
        manager, *workers = cpu_shares([ranks[rank] for rank in sorted(ranks)], 20)
    yield f"a waiting rank of {MANY_RANKS}, CPU", "< 2 %", f"{numpy.mean(workers):.2f} %, worst {max(workers):.2f} %"
    yield f"the manager of {MANY_RANKS} waiting ranks, CPU", "< 10 %", f"{manager:.1f} %"


def journal_bytes(study):
    return sum(path.stat().st_size for path in study.parent.glob(study.name + ".journal.*"))


def growth_bytes_per_trial(samples, trials):
    """Slope of the manager's memory over its trials; the journal's size tells how many there were."""
    written, resident = numpy.array(samples[len(samples) // 5:]).T
    return numpy.polyfit(written / written.max() * trials, resident, 1)[0]


def big_study(build, folder):
    study = folder / "big.h5"
    samples = []
    big = sphere(study, BIG_STUDY_TRIALS, "--set", f"dimension={BIG_STUDY_PARAMETERS}", "--checkpoint-every", "1h")
    with started(build, big, ranks=4) as mpirun:
        wait_until(mpirun, lambda: len(ranks_of(mpirun.pid)) == 4)
        manager = ranks_of(mpirun.pid)[0]
        while mpirun.poll() is None:
            try:
                samples.append((journal_bytes(study), resident_bytes(manager)))
            except (FileNotFoundError, ProcessLookupError, IndexError):
                break  # the run is over
            time.sleep(0.1)
        mpirun.wait()
    samples = [sample for sample in samples if sample[0] > 0]
    yield "memory of the manager a trial", "< 1,000 B", f"{growth_bytes_per_trial(samples, BIG_STUDY_TRIALS):,.0f} B"

    start = time.time()
    resources = run(build, ["--resume", study, "--trials", BIG_STUDY_TRIALS + 1])
    end = time.time()
    first_trial, its_end = column(study, "started")[-1], column(study, "ended")[-1]
    yield f"resume of {BIG_STUDY_TRIALS:,} trials × {BIG_STUDY_PARAMETERS}, to the first trial", "< 2 s", \
        f"{first_trial - start:.2f} s"
    yield "… its largest memory, checkpoint included", "< 500 MB", f"{resources.ru_maxrss * 1024 / 1e6:,.0f} MB"
    yield "… from its last result to its end, with the checkpoint", "< 1 s", f"{end - its_end:.2f} s"
    yield "… size of its study file", "", f"{study.stat().st_size / 1e6:,.1f} MB"


def pairs_per_s(build, count, at_once, **create):
    """Trials that are asked for and told, `at_once` at a time; 1: each answer is waited for."""
    space = {"parameters": [{"name": f"x{i}", "type": "float", "low": 0, "high": 1} for i in range(5)]}
    with AskTell(build, space=space, strategy="random", **create) as session:
        start = time.monotonic()
        for _ in range(count // at_once):
            numbers = [trial["trial"] for trial in session.ask(at_once)]
            session.say_all({"op": "tell", "trial": number, "values": [0.5]} for number in numbers)
        return count / (time.monotonic() - start)


def ask_tell(build, folder):
    rate = pairs_per_s(build, 20_000, 1)
    yield "ask+tell pairs/s, study in memory, each answer waited for", "≥ 5,000", f"{rate:,.0f}"
    rate = pairs_per_s(build, 20_000, 1, study=str(folder / "written.h5"), durable=False)
    yield "… in a study file, durable: false", "≥ 5,000", f"{rate:,.0f}"
    rate = pairs_per_s(build, 500, 1, study=str(folder / "synced.h5"))
    yield "… in a study file, each result synced", "", f"{rate:,.0f}"
    rate = pairs_per_s(build, 20_000, 100, study=str(folder / "together.h5"))
    yield "… the same, 100 requests on their way", "", f"{rate:,.0f}"


def main():
    build = sys.argv[1]
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start\n")
    print(f"{'figure':<68} {'asked':>10}  measured")
    with scratch_folder(build) as folder:
        for measurement in (throughput, ask_tell, host_latency, waiting, big_study):
            for figure, asked, measured in measurement(build, folder):
                print(f"{figure:<68} {asked:>10}  {measured}", flush=True)


if __name__ == "__main__":
    main()
