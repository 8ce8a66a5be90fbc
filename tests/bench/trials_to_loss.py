#!/usr/bin/python3
"""How many trials `mpirun -n 4 tuner --plugin xgb` needs for a loss, with each strategy: trials_to_loss.py BUILD [options]

The losses to be reached are those that random search comes to, in the median, after a quarter, half and all of its
trials. `tests/bench/run.sh trials` builds and runs it.
"""

import argparse
import pathlib

import numpy

import program
import section
from commit import commit
from quality_table import rows
from real_models import DATA

RANKS = 4
STRATEGIES = ("bayes", "sobol", "random")
TABLES = {"breast_cancer": "diagnosis", "wine": "cultivar"}


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the built tuner")
    parser.add_argument("--trials", type=int, default=100, help="of each study; default: 100")
    parser.add_argument("--seeds", type=int, default=10, help="studies of each strategy; default: 10")
    parser.add_argument("--write", type=pathlib.Path, help="also put it into this README")
    return parser.parse_args()


def best_so_far(arguments, folder, table, strategy, seed):
    """The least loss after each trial, in the order in which they ended."""
    study = folder / f"{table}_{strategy}_{seed}.h5"
    program.run(arguments.build, ["--plugin", "xgb", "--set", f"data={DATA / table}.csv",
                                  "--set", f"label={TABLES[table]}", "--strategy", strategy, "--seed", seed,
                                  "--trials", arguments.trials, "--study", study], ranks=RANKS)
    order = numpy.argsort(program.column(study, "ended"), kind="stable")
    return numpy.fmin.accumulate(program.column(study, "values/loss")[order])


def trials_needed(best, loss):
    """Infinite where the study never came to the loss."""
    reached = numpy.flatnonzero(best <= loss)
    return reached[0] + 1 if len(reached) else numpy.inf


def text_of(needed, trials):
    median = numpy.median(needed)
    missed = numpy.isinf(needed).sum()
    return (f"{median:.0f}" if numpy.isfinite(median) else f"> {trials}") + (f" ({missed} never)" if missed else "")


def table_of(arguments, found):
    body = []
    for table in TABLES:
        for trials in (arguments.trials // 4, arguments.trials // 2, arguments.trials):
            loss = numpy.median([best[trials - 1] for best in found[table, "random"]])
            body.append([f"{table}, log loss {loss:.4f}",
                         *(text_of([trials_needed(best, loss) for best in found[table, strategy]], arguments.trials)
                           for strategy in STRATEGIES)])
    return rows(["median number of trials", *STRATEGIES], body)


def main():
    arguments = options()
    with program.scratch_folder(arguments.build) as folder:
        found = {(table, strategy): [best_so_far(arguments, folder, table, strategy, seed)
                                     for seed in range(arguments.seeds)]
                 for table in TABLES for strategy in STRATEGIES}
    text = (f"Measured by `tests/bench/run.sh trials` at commit {commit()}: `mpirun -n {RANKS} tuner --plugin xgb` on tables "
            f"of `examples/data`, {arguments.seeds} seeds, {arguments.trials} trials a study.\n\n"
            + table_of(arguments, found) + "\n")
    print(text)
    if arguments.write:
        section.write(arguments.write, "trials", text)


if __name__ == "__main__":
    main()
