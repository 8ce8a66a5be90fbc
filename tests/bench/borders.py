#!/usr/bin/python3
"""Where searches are blinded: optima on the border of what fails or is forbidden, absurd values, fronts that begin with
one point. borders.py BUILD [options]; `tests/bench/run.sh borders` builds and runs it.
"""

import one_thread  # noqa: F401  first of all

import argparse
import concurrent.futures
import math
import pathlib
import random

import numpy

import section
from ask_tell import AskTell
from commit import commit
from quality_table import rows

STRATEGIES = ("bayes", "sobol", "random")
FAILS = None


def box(dimensions):
    return {"parameters": [{"name": f"x{i}", "type": "float", "low": 0, "high": 1} for i in range(dimensions)]}


def bowl(x, chance):
    return 10 * sum((each - chance.uniform(0.2, 0.6)) ** 2 for each in x)


# Each problem gives values or FAILS, and the least value. The chance is the instance's, the same at each call.

def corner(x, _):
    return (FAILS if x[0] + x[1] < 1 else [x[0] + 1.3 * x[1]]), 1


def memory(x, chance):
    limit = len(x) * chance.uniform(0.3, 0.57)
    return (FAILS if sum(x) > limit else [-sum(x)]), -limit


def failing_part(x, chance):
    return (FAILS if sum(x) > 1.7 else [bowl(x, chance)]), 0


def penalty(value):
    def of(x, chance):
        return [value if sum(x) > 1.8 else bowl(x, chance)], 0
    return of


PROBLEMS = {
    "the corner of a half that fails, d = 2": (2, 60, corner),
    **{f"as much memory as there is, d = {d}": (d, 60, memory) for d in (2, 4, 6, 10)},
    "an optimum away from a part that fails, d = 3": (3, 50, failing_part),
    **{f"a part with values of {value:.0e}, d = 3": (3, 40, penalty(value)) for value in (1e3, 1e10, 1e16, 1e30)},
}


def regret(build, strategy, name, seed):
    dimensions, trials, problem = PROBLEMS[name]
    session = AskTell(build, space=box(dimensions), strategy=strategy, seed=seed)
    try:
        for _ in range(trials):
            trial = session.ask()[0]
            values, least = problem(list(trial["parameters"].values()), random.Random(seed))
            if values is FAILS:
                session.say(op="tell", trial=trial["trial"], failed="out_of_memory")
            else:
                session.tell(trial["trial"], values[0])
        best = session.best()
        return best["values"][0] - least if best else math.inf
    finally:
        session.close()


def volume(front, reference):
    """Between a front of two objectives and a point that is worse than all of it."""
    volume, ceiling = 0, reference[1]
    for first, second in sorted(front):
        if first < reference[0] and second < ceiling:
            volume += (reference[0] - first) * (ceiling - second)
            ceiling = second
    return volume


def zdt(power):
    """Zitzler, Deb & Thiele, Evolutionary Computation 8, 2000: ZDT1 and ZDT2."""
    def of(x):
        worse = 1 + 9 * sum(x[1:]) / (len(x) - 1)
        return [x[0], worse * (1 - (x[0] / worse) ** power)]
    return of


FRONTS = {"ZDT1, d = 3": (3, 60, zdt(0.5)), "ZDT1, d = 6": (6, 150, zdt(0.5)),
          "ZDT2, d = 3": (3, 60, zdt(2)), "ZDT2, d = 6": (6, 150, zdt(2))}


def front_volume(build, strategy, name, seed):
    dimensions, trials, problem = FRONTS[name]
    session = AskTell(build, space=box(dimensions), strategy=strategy, seed=seed,
                      objectives=[{"name": "a"}, {"name": "b"}])
    try:
        found = []
        for _ in range(trials):
            trial = session.ask()[0]
            found.append(problem(list(trial["parameters"].values())))
            session.say(op="tell", trial=trial["trial"], values=found[-1])
        return volume(found, (1.1, 1.1))
    finally:
        session.close()


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the built tuner")
    parser.add_argument("--seeds", type=int, default=15, help="instances of each problem; default: 15")
    parser.add_argument("--jobs", type=int, default=1, help="runs at once; default: 1")
    parser.add_argument("--write", type=pathlib.Path, help="also put it into this README")
    return parser.parse_args()


def main():
    arguments = options()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        def medians(measure, names):
            waiting = [[[pool.submit(measure, arguments.build, strategy, name, seed)
                         for seed in range(arguments.seeds)] for strategy in STRATEGIES] for name in names]
            return [[name, *(f"{numpy.median([run.result() for run in runs]):.2g}" for runs in of_strategies)]
                    for name, of_strategies in zip(names, waiting)]

        text = (f"Measured by `tests/bench/run.sh borders` at commit {commit()}: {arguments.seeds} seeds.\n\n"
                + rows(["median regret", *STRATEGIES], medians(regret, PROBLEMS))
                + "\n\n" + rows(["median volume of the front (more is better)", *STRATEGIES], medians(front_volume, FRONTS))
                + "\n")
    print(text)
    if arguments.write:
        section.write(arguments.write, "borders", text)


if __name__ == "__main__":
    main()
