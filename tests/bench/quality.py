#!/usr/bin/python3
"""Compares optimizers on problems with known minima, all in one run, and prints tables: quality.py BUILD [options]

Sequential and with simulated asynchronous workers; the figure is the regret of the true value of the recommended
configuration. `tests/bench/run.sh quality` installs the peers, builds and runs it.
"""

import one_thread  # noqa: F401  first of all

import argparse
import concurrent.futures
import json
import pathlib
import sys
import time

import numpy

import asynchronous
import problems
import quality_table
import section
from commit import commit
from optimizers import optimizers


def numbers(text):
    return sorted({int(word) for word in text.split(",")})


def names(text):
    return text.split(",")


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the built tuner")
    parser.add_argument("--evaluations", type=numbers, default=[100, 200], help="when to look; default: 100,200")
    parser.add_argument("--seeds", type=int, default=10, help="instances of each problem; default: 10")
    parser.add_argument("--workers", type=numbers, default=[1, 8, 32], help="modes; default: 1,8,32 (1 = sequential)")
    parser.add_argument("--optimizers", type=names, help="default: all that are here")
    parser.add_argument("--problems", type=names, help="names or groups; default: all")
    parser.add_argument("--jobs", type=int, default=1, help="runs at once; default: 1")
    parser.add_argument("--write", type=pathlib.Path, help="also put it into this README")
    parser.add_argument("--json", type=pathlib.Path, help="also write every regret to this file")
    parser.add_argument("--beside", type=pathlib.Path,
                        help="such a file of the same problems, seeds and modes: its optimizers are compared too")
    parser.add_argument("--baseline", type=pathlib.Path,
                        help="such a file of an earlier run of the same problems, seeds and modes: fails when an "
                             "optimizer of both is worse by half a decade in the mean")
    return parser.parse_args()


def chosen_problems(wanted):
    if wanted is None:
        return list(problems.PROBLEMS)
    found = [name for name, (group, _) in problems.PROBLEMS.items() if name in wanted or group in wanted]
    unknown = set(wanted) - set(found) - {group for group, _ in problems.PROBLEMS.values()}
    if unknown:
        sys.exit(f"unknown problems {', '.join(sorted(unknown))}. Known are: {', '.join(problems.PROBLEMS)}")
    return found


def one_run(build, problem_name, optimizer_name, seed, workers, checkpoints):
    problem = problems.problem(problem_name, seed)
    optimizer = optimizers(build)[0][optimizer_name](problem.space, seed, workers)
    try:
        return asynchronous.regrets(problem, optimizer, seed, workers, checkpoints)
    finally:
        optimizer.close()


def all_regrets(arguments, optimizer_names, problem_names):
    """Regrets as workers × problems × optimizers × seeds × checkpoints."""
    runs = [(p, o, s, w) for w in range(len(arguments.workers)) for p in range(len(problem_names))
            for s in range(arguments.seeds) for o in range(len(optimizer_names))]
    found = numpy.full((len(arguments.workers), len(problem_names), len(optimizer_names), arguments.seeds,
                        len(arguments.evaluations)), numpy.nan)
    start = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        waiting = {pool.submit(one_run, arguments.build, problem_names[p], optimizer_names[o], s,
                               arguments.workers[w], arguments.evaluations): (w, p, o, s) for p, o, s, w in runs}
        for done, future in enumerate(concurrent.futures.as_completed(waiting), 1):
            found[waiting[future]] = future.result()
            say_progress(done, len(runs), start)
    return found


def say_progress(done, total, start):
    if sys.stderr.isatty():
        left = (time.monotonic() - start) / done * (total - done)
        print(f"\r{done} of {total} runs, {left / 60:.0f} min left ", end="\n" if done == total else "", file=sys.stderr)


def earlier(path, now):
    """The result of an earlier run, of which only optimizers and commit may differ."""
    result = json.loads(path.read_text(encoding="utf-8"))
    for key in ("problems", "seeds", "workers", "evaluations"):
        if result[key] != now[key]:
            sys.exit(f"{path} has other {key} ({result[key]}, here {now[key]}). Run with the same")
    return result


def worse_than(baseline, now):
    """One text for each optimizer whose mean log regret has grown by half a decade."""
    for name in set(baseline["regrets"]) & set(now["regrets"]):
        before, after = (numpy.log10(numpy.maximum(one["regrets"][name], 1e-8)).mean() for one in (baseline, now))
        if after > before + 0.5:
            yield f"{name}: mean log10 regret {after:.2f}, before {before:.2f} ({baseline['commit']})"


def main():
    arguments = options()
    available, missing = optimizers(arguments.build)
    chosen = arguments.optimizers or list(available)
    if absent := set(chosen) - set(available):
        sys.exit(f"not here: {', '.join(sorted(absent))}. Here are: {', '.join(available)}")
    problem_names = chosen_problems(arguments.problems)
    regrets = all_regrets(arguments, chosen, problem_names)
    result = {"commit": commit(), "problems": problem_names, "seeds": arguments.seeds, "workers": arguments.workers,
              "evaluations": arguments.evaluations,
              "regrets": {name: regrets[:, :, i].tolist() for i, name in enumerate(chosen)}}
    if arguments.beside:
        others = earlier(arguments.beside, result)
        result["regrets"] |= {name: found for name, found in others["regrets"].items() if name not in chosen}
        result["commit"] += f" (of those that ran earlier, {others['commit']})"
        regrets = numpy.array(list(result["regrets"].values())).transpose(1, 2, 0, 3, 4)
    text = quality_table.markdown(result, regrets, [name for name in missing if name not in result["regrets"]])
    print(text)
    if arguments.write:
        section.write(arguments.write, "quality", text)
    if arguments.json:
        arguments.json.write_text(json.dumps(result), encoding="utf-8")
    if arguments.baseline:
        worse = list(worse_than(earlier(arguments.baseline, result), result))
        if worse:
            sys.exit("worse than the baseline:\n  " + "\n  ".join(worse))


if __name__ == "__main__":
    main()
