#!/usr/bin/python3
"""Kills processes of runs, some thousand times, and checks after each that nothing is lost.

    TUNER_BUILD_DIR=.build/release tests/crash/kill_campaign.py --kills 1000 --write
"""
import argparse
import collections
import concurrent.futures
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

import disturbed_study

HERE = pathlib.Path(__file__).resolve().parent


def commit():
    described = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], check=False, cwd=HERE,
                               capture_output=True, text=True)
    return described.stdout.strip() or "unknown"


def drill(seed):
    """(counts, what broke or None) of one study; its folder is kept where something broke."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"tuner-drill-{seed}-"))
    study = disturbed_study.DisturbedStudy(seed, folder)
    try:
        study.drill()
    except (disturbed_study.Broken, AssertionError):
        how = f"{study.strategy}, {'with' if study.recovery else 'without'} --enable-recovery, {dict(study.killed)}"
        return study.counts, (f"seed {seed} ({how}):\n{traceback.format_exc(limit=2)}\n  files: {folder}\n"
                              f"  again: {sys.argv[0]} --seed {seed} --kills 1")
    shutil.rmtree(folder, ignore_errors=True)
    return study.counts, None


def campaign(seed, kills, jobs):
    """Studies one after the other, `jobs` at a time, until there were so many kills."""
    total, broken = disturbed_study.Counts(), []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        open_drills = set()
        while open_drills or sum(total.kills.values()) < kills:
            while len(open_drills) < jobs and sum(total.kills.values()) < kills:
                open_drills.add(pool.submit(drill, seed))
                seed += 1
            done, open_drills = concurrent.futures.wait(open_drills, return_when=concurrent.futures.FIRST_COMPLETED)
            for one in done:
                counts, what = one.result()
                total.add(counts)
                if what:
                    broken.append(what)
                    print(what, flush=True)
            print(f"{sum(total.kills.values())} kills, {total.studies} studies, {len(broken)} broken", flush=True)
    return total, broken


def table(source, total, broken, seconds):
    lines = [f"Measured at commit {source}, {time.strftime('%Y-%m-%d')}, in {seconds / 60:.0f} min:", "",
             "| killed | at a count of trials | at a random moment | of these with `--enable-recovery` |", "|---|---|---|---|"]
    for target in disturbed_study.TARGETS:
        by = collections.Counter()
        for (killed, placing, recovery), count in total.kills.items():
            if killed == target:
                by[placing] += count
                by["recovery"] += count * recovery
        lines.append(f"| {target} | {by['count']} | {by['moment']} | {by['recovery']} |")
    ready = sorted(total.ready_s)
    lines += ["", "| figure | asked | measured |", "|---|---|---|",
              f"| kills | 1,000 | {sum(total.kills.values()):,} ({total.studies} studies, {total.runs} runs) |",
              f"| studies in which a check failed | 0 | {len(broken)} |",
              f"| acknowledged results looked for after a kill | | {total.results_checked:,} |",
              f"| `mpirun` that stayed after its ranks had ended (Open MPI) | | {total.hung_launchers} |",
              f"| segments in /dev/shm of ranks killed inside `MPI_Init` | | {total.segments_of_startup} |"]
    if ready:
        lines.append(f"| start of rank 0 of a resumed run to its first trial: median, worst | < 1 s | "
                     f"{statistics.median(ready):.2f} s, {ready[-1]:.2f} s |")
    return "\n".join(lines) + "\n"


def write(text):
    """Into README.md beside this file, in place of the last table."""
    readme = HERE / "README.md"
    kept = re.split(r"^Measured at commit ", readme.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)[0]
    readme.write_text(kept + text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many, at least")
    parser.add_argument("--seed", type=int, default=1, help="of the first study; the next ones count on")
    parser.add_argument("--jobs", type=int, default=1, help="studies at a time")
    parser.add_argument("--write", action="store_true", help="write the table to README.md")
    options = parser.parse_args()
    source, started = commit(), time.monotonic()
    total, broken = campaign(options.seed, options.kills, options.jobs)
    text = table(source, total, broken, time.monotonic() - started)
    print(text)
    if options.write:
        write(text)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
