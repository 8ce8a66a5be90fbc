#!/usr/bin/python3
"""Compares optimizers on models that are really trained, all in one run, and prints tables: models.py BUILD [options]

The figure is the cross-validated loss of the best configuration after so many trials, one trial after the other.
`tests/bench/run.sh models` installs the peers, builds and runs it.
"""

import one_thread  # noqa: F401  first of all

import argparse
import concurrent.futures
import pathlib

import numpy

import asynchronous
import ranking
import section
from commit import commit
from optimizers import optimizers
from quality_table import rows
from real_models import real_models

SEQUENTIAL = 1


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the built tuner")
    parser.add_argument("--evaluations", type=lambda text: sorted(map(int, text.split(","))), default=[50, 100],
                        help="when to look; default: 50,100")
    parser.add_argument("--seeds", type=int, default=5, help="runs of each optimizer; default: 5")
    parser.add_argument("--optimizers", type=lambda text: text.split(","), help="default: all that are here")
    parser.add_argument("--jobs", type=int, default=1, help="models at once; default: 1")
    parser.add_argument("--write", type=pathlib.Path, help="also put it into this README")
    return parser.parse_args()


def losses(build, model_name, optimizer_names, evaluations, seeds):
    """Optimizers × seeds × checkpoints, on one model, whose trainings they share."""
    model = real_models(build)[model_name]()
    found = []
    for optimizer_name in optimizer_names:
        found.append([])
        for seed in range(seeds):
            optimizer = optimizers(build)[0][optimizer_name](model.space, seed, SEQUENTIAL)
            found[-1].append(asynchronous.regrets(model, optimizer, seed, SEQUENTIAL, evaluations))
            optimizer.close()
    return found


def summary(found, names, evaluations):
    body = [[f"{trials} trials: mean rank", *(f"{rank:.2f}" for rank in ranking.mean_ranks(found[..., e]))]
            for e, trials in enumerate(evaluations)]
    return rows(["", *names], body)


def medians(found, model_names, names, evaluations):
    body = []
    for m, model_name in enumerate(model_names):
        for e, trials in enumerate(evaluations):
            row = numpy.median(found[m, :, :, e], axis=1)
            body.append([f"{model_name}, {trials} trials",
                         *(f"**{x:.5g}**" if x <= row.min() else f"{x:.5g}" for x in row)])
    return rows(["median loss", *names], body)


def main():
    arguments = options()
    names = arguments.optimizers or list(optimizers(arguments.build)[0])
    model_names = list(real_models(arguments.build))
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        runs = [pool.submit(losses, arguments.build, name, names, arguments.evaluations, arguments.seeds)
                for name in model_names]
        found = numpy.array([run.result() for run in runs])
    text = "\n\n".join([
        f"Measured by `tests/bench/run.sh models` at commit {commit()}: {len(model_names)} models, {arguments.seeds} "
        "seeds, five-fold cross-validation on the tables of `examples/data`, one trial after the other.",
        summary(found, names, arguments.evaluations), medians(found, model_names, names, arguments.evaluations)]) + "\n"
    print(text)
    if arguments.write:
        section.write(arguments.write, "models", text)


if __name__ == "__main__":
    main()
