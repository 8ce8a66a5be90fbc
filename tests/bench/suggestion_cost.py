#!/usr/bin/python3
"""CPU time and memory of a suggestion, beside Optuna's multivariate TPE in the same run: suggestion_cost.py BUILD

All that tuner takes is counted: the program that speaks with the client, and the strategy in its plugin host.
`tests/bench/run.sh cost` installs Optuna, builds and runs it.
"""

import one_thread  # noqa: F401  first of all

import argparse
import os
import pathlib
import time
import warnings

import numpy

import problems
import section
from ask_tell import AskTell
from commit import commit
from optimizers import Optuna, found_strategies, optuna_tpe
from program import children
from quality_table import rows

DIMENSION = 20
PENDING = 1_000
BURST = 50  # suggestions at once


def options(build_strategies):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the built tuner")
    parser.add_argument("--strategy", help="default: bayes where it is there, else sobol")
    parser.add_argument("--results", type=lambda text: [int(word) for word in text.split(",")],
                        default=[100, 300, 1_000, 10_000], help="default: 100,300,1000,10000")
    parser.add_argument("--suggestions", type=int, default=40, help="measured at each size; default: 40")
    parser.add_argument("--write", type=pathlib.Path, help="also put it into this README")
    arguments = parser.parse_args()
    arguments.strategy = arguments.strategy or ("bayes" if "bayes" in build_strategies(arguments.build) else "sobol")
    return arguments


def random_configurations(space, count):
    rng = numpy.random.default_rng(1)
    return [{parameter["name"]: float(rng.uniform(parameter["low"], parameter["high"]))
             for parameter in space["parameters"]} for _ in range(count)]


def family(pid):
    return [pid, *(one for child in children(pid) for one in family(child))]


def cpu_ms(pids):
    """Exact, unlike the ticks of /proc/PID/stat."""
    return sum(int((thread / "schedstat").read_text().split()[0]) / 1e6
               for pid in pids for thread in pathlib.Path(f"/proc/{pid}/task").iterdir())


def largest_memory_mb(pids):
    def peak_kb(pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) if "VmHWM:" in status else 0
    return sum(map(peak_kb, pids)) / 1024


class Filled:
    """A session that knows the results of so many random configurations."""

    def __init__(self, arguments, problem, count):
        self.problem = problem
        self.session = AskTell(arguments.build, space=problem.space, strategy=arguments.strategy, workers=PENDING,
                               enqueue=random_configurations(problem.space, count))
        self.tell_all(self.session.ask(count))
        self.session.ask()  # the first model
        self.processes = family(self.session.process.pid)

    def tell_all(self, trials):
        self.session.say_all({"op": "tell", "trial": trial["trial"],
                              "values": [self.problem.value(trial["parameters"])]} for trial in trials)

    def one_by_one_ms(self, count):
        before = cpu_ms(self.processes)
        for _ in range(count):
            self.tell_all(self.session.ask())
        return (cpu_ms(self.processes) - before) / count

    def burst_rates(self):
        """Suggestions/s and CPU ms of one, with that many trials open."""
        for _ in range(PENDING // BURST):
            self.session.ask(BURST)
        before, start = cpu_ms(self.processes), time.monotonic()
        count = 500
        for _ in range(count // BURST):
            self.session.ask(BURST)
        return count / (time.monotonic() - start), (cpu_ms(self.processes) - before) / count


def optuna_ms(problem, known, count):
    import optuna
    optimizer = optuna_tpe(problem.space, 1, 1)
    distributions = {parameter["name"]: optuna.distributions.FloatDistribution(parameter["low"], parameter["high"])
                     for parameter in problem.space["parameters"]}
    optimizer.study.add_trials(optuna.trial.create_trial(params=configuration, distributions=distributions,
                                                         value=problem.value(configuration))
                               for configuration in random_configurations(problem.space, known))
    ask_and_tell(problem, optimizer, 1)
    before = time.process_time()
    ask_and_tell(problem, optimizer, count)
    return (time.process_time() - before) * 1e3 / count


def ask_and_tell(problem, optimizer: Optuna, count):
    for _ in range(count):
        handle, configuration = optimizer.ask()
        optimizer.tell(handle, problem.value(configuration))


def measurements(arguments, problem):
    for known in arguments.results:
        filled = Filled(arguments, problem, known)
        ours = filled.one_by_one_ms(arguments.suggestions)
        memory = largest_memory_mb(filled.processes)
        theirs = optuna_ms(problem, known, max(5, min(arguments.suggestions, 40_000 // known)))
        per_second, burst_ms = filled.burst_rates()
        yield [f"{known:,}", f"{ours:.2f}", f"{theirs:.2f}", f"{theirs / ours:.1f}", f"{memory:.0f}", f"{per_second:,.0f}",
               f"{burst_ms:.2f}"]
        filled.session.close()


def main():
    warnings.simplefilter("ignore")
    arguments = options(found_strategies)
    problem = problems.shifted("levy", DIMENSION, numpy.random.default_rng(1))
    load = os.getloadavg()[0]
    text = (f"Measured by `tests/bench/run.sh cost` at commit {commit()}, load average {load:.1f} at the start: strategy "
            f"{arguments.strategy}, {DIMENSION} parameters, CPU time of one thread; bursts are {BURST} suggestions at once "
            f"while {PENDING:,} are pending.\n\n"
            + rows(["results", "tuner, ms a suggestion", "Optuna's TPE, ms", "TPE / tuner", "memory, MB", "bursts, 1/s of wall time",
                    "ms"], list(measurements(arguments, problem))) + "\n")
    print(text)
    if arguments.write:
        section.write(arguments.write, "cost", text)


if __name__ == "__main__":
    main()
