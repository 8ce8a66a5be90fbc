#!/usr/bin/python3
"""What a job on real SLURM makes of its allocation, those figures asked beside those measured. Eight minutes, on a machine
that does nothing else: tests/slurm/run.sh --figures
"""
import datetime
import os
import pathlib
import shutil
import tempfile

import h5py

import slurm_cluster

NODES = 4
TRIALS = 200
# Sleeps 2 s where x1 is low, 6 s where it is high.
STUDY = ["--plugin", "functions", "--set", "sleep_ms=2000", "--set", "sleep_growth=3", "--strategy", "sobol", "--trials",
         TRIALS, "--baseline=no"]
TRIALS_BEFORE_REQUEUE = 20
CORE_TIME = ("useful", "failed", "lost", "running", "waiting_for_suggestion", "waiting_for_manager", "suspended", "start_up",
             "tail", "managing", "unused")


class Bed(slurm_cluster.SlurmTest):
    """Submits jobs as the drills do."""

    def submit(self):
        return self.sbatch(self.write_script(STUDY), f"--nodes={NODES}")

    def ledger(self):
        """[{account: core-seconds}], one for each run."""
        with h5py.File(self.study) as file:
            runs = len(file["ledger/epoch"])
            return [{name: file["ledger"][name][run] for name in file["ledger"]} for run in range(runs)]

    def first_start_after(self, time):
        with h5py.File(self.study) as file:
            started = file["trials/started"][:]
        return min(started[started > time])


def started_s(job):
    return datetime.datetime.fromisoformat(job.facts()["StartTime"]).timestamp()


def allocated_core_s(job):
    facts = job.facts()
    took = datetime.datetime.fromisoformat(facts["EndTime"]) - datetime.datetime.fromisoformat(facts["StartTime"])
    return took.total_seconds() * int(facts["NumCPUs"])


def allocation(bed):
    """One undisturbed job: what of its core time went where."""
    job = bed.submit()
    bed.await_end(job)
    run, = bed.ledger()
    total = sum(run[name] for name in CORE_TIME)
    between = total - run["start_up"] - run["tail"] - run["managing"] - run["unused"]
    yield ("useful time of the workers between first and last start", "≥ 99 %", f"{100 * run['useful'] / between:.2f} %")
    yield ("the ledger, less than SLURM's account of the job", "≤ 1 %", f"{100 * (1 - total / allocated_core_s(job)):.2f} %")
    yield ("start-up, of a node", "", f"{run['start_up'] / NODES:.2f} s")
    yield ("tail, of a node", "", f"{run['tail'] / NODES:.2f} s")


def requeue(bed):
    """A job that is requeued in its middle."""
    job = bed.submit()
    bed.wait_for(lambda: bed.study.exists() and len(bed.known_results()) >= TRIALS_BEFORE_REQUEUE, "some results")
    bed.command("scontrol", "requeue", job.number)
    bed.await_end(job)
    started = started_s(job)
    yield ("start of a requeued job to its first trial", "< 3 s", f"{bed.first_start_after(started) - started:.2f} s")


def measure(what):
    bed = Bed()
    bed.setUp()
    try:
        yield from what(bed)
    finally:
        bed.doCleanups()


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tuner-figures-", dir="/tmp"))
    os.environ.update(TESTBED=str(folder), TESTBED_NODES=str(2 * NODES))  # half of them are in its main partition
    print(slurm_cluster.testbed("start").stdout, end="")
    try:
        rows = [("figure", "asked", "measured")]
        for what in (allocation, requeue):
            rows += measure(what)
            shutil.rmtree(folder / "shared", ignore_errors=True)
    finally:
        slurm_cluster.testbed("stop")
        shutil.rmtree(folder, ignore_errors=True)
    for name, asked, measured in rows:
        print(f"{name:60} {asked:>8}  {measured}")


if __name__ == "__main__":
    main()
