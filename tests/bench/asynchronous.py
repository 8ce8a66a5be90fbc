"""Runs an optimizer with several workers whose trials take simulated time: no waiting, and the same times every time."""

import heapq

import numpy


def run_time(seed, number):
    """Of the number-th trial: a constant and an exponential part of the same mean."""
    return 1 + numpy.random.default_rng([seed, number, 13]).exponential()


def regrets(problem, optimizer, seed, workers, checkpoints):
    """Regret of what is recommended after so many results, one for each checkpoint."""
    found = []
    running = []  # (time of its end, number, handle, configuration)

    def start(now, number):
        handle, configuration = optimizer.ask()
        heapq.heappush(running, (now + run_time(seed, number), number, handle, configuration))

    last = max(checkpoints)
    started = min(workers, last)
    for number in range(started):
        start(0.0, number)
    for results in range(1, last + 1):
        now, number, handle, configuration = heapq.heappop(running)
        optimizer.tell(handle, problem.evaluate(configuration, seed, number))
        if results in checkpoints:
            found.append(problem.regret(optimizer.recommend()))
        if started < last:
            start(now, started)
            started += 1
    return found
