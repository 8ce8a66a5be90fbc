#!/usr/bin/python3
"""What the results of an earlier study are worth to `bayes`, related and unrelated: transfer.py BUILD [options]

Related: the same function, its minimum moved, its values on another scale. Unrelated: another function of parameters of
the same names. `tests/bench/run.sh transfer` builds and runs it.
"""

import one_thread  # noqa: F401  first of all

import argparse
import concurrent.futures
import dataclasses
import pathlib

import numpy

import asynchronous
import problems
import program
import section
from commit import commit
from optimizers import Tuner
from quality_table import rows

MOVED_BY = 0.03  # of each range
# The new problem → one that has nothing to do with it.
UNRELATED = {
    "branin2": problems.of_functions("griewank", 2),
    "rastrigin5": problems.of_functions("rosenbrock", 5),
    "ellipsoid5": problems.of_functions("rastrigin", 5),
    "hartmann6": problems.of_functions("ackley", 6),
    "ackley10": problems.of_functions("levy", 10),
}


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the built tuner")
    parser.add_argument("--trials", type=int, default=40, help="of each study; default: 40")
    parser.add_argument("--seeds", type=int, default=20, help="instances of each problem; default: 20")
    parser.add_argument("--jobs", type=int, default=1, help="runs at once; default: 1")
    parser.add_argument("--write", type=pathlib.Path, help="also put it into this README")
    return parser.parse_args()


def related(problem, rng):
    step = {parameter["name"]: rng.choice([-1, 1]) * MOVED_BY * (parameter["high"] - parameter["low"])
            for parameter in problem.space["parameters"]}
    return dataclasses.replace(
        problem, value=lambda at: 5 + 3 * problem.value({name: x + step[name] for name, x in at.items()}))


def unrelated(name, problem, rng):
    other = UNRELATED[name](rng)
    scale = [new["high"] / old["high"] for new, old in zip(problem.space["parameters"], other.space["parameters"])]
    return dataclasses.replace(
        problem, value=lambda at: other.value({name: x / scale[i] for i, (name, x) in enumerate(at.items())}))


def run(build, problem, seed, checkpoints, **more):
    optimizer = Tuner(build, "bayes", problem.space, seed, 1, **more)
    try:
        return asynchronous.regrets(problem, optimizer, seed, 1, checkpoints)
    finally:
        optimizer.close()


def one_instance(build, folder, name, seed, checkpoints):
    """Regrets of the study alone, after a related one and after an unrelated one."""
    problem = problems.problem(name, seed)
    rng = numpy.random.default_rng([seed, 29])
    found = [run(build, problem, seed, checkpoints)]
    for kind, earlier in (("related", related(problem, rng)), ("unrelated", unrelated(name, problem, rng))):
        study = str(folder / f"{name}_{seed}_{kind}.h5")
        run(build, earlier, seed + 1000, checkpoints[-1:], study=study, durable=False)
        found.append(run(build, problem, seed, checkpoints, warm_start=[study]))
    return found


def table_of(found, checkpoints):
    body = []
    for name, regrets in found.items():
        middle = numpy.median(numpy.log10(numpy.maximum(regrets, 1e-8)), axis=0)
        body += [[f"{name}, {trials} trials", *(f"{x:.2f}" for x in middle[:, c])]
                 for c, trials in enumerate(checkpoints)]
    overall = numpy.mean([numpy.median(numpy.log10(numpy.maximum(regrets, 1e-8)), axis=0)
                          for regrets in found.values()], axis=0)
    body += [[f"mean, {trials} trials", *(f"{x:.2f}" for x in overall[:, c])] for c, trials in enumerate(checkpoints)]
    return rows(["median log10 regret", "alone", "after a related study", "after an unrelated one"], body)


def main():
    arguments = options()
    checkpoints = [arguments.trials // 8, arguments.trials // 4, arguments.trials // 2, arguments.trials]
    with (program.scratch_folder(arguments.build) as folder,
          concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool):
        waiting = {name: [pool.submit(one_instance, arguments.build, folder, name, seed, checkpoints)
                          for seed in range(arguments.seeds)] for name in UNRELATED}
        found = {name: [future.result() for future in futures] for name, futures in waiting.items()}
    text = (f"Measured by `tests/bench/run.sh transfer` at commit {commit()}: {arguments.seeds} seeds, "
            f"{arguments.trials} results of the earlier study; related: the minimum moved by {MOVED_BY:.0%} of each "
            f"range, the values scaled and shifted.\n\n" + table_of(found, checkpoints) + "\n")
    print(text)
    if arguments.write:
        section.write(arguments.write, "transfer", text)


if __name__ == "__main__":
    main()
