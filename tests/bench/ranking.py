"""From regrets to what is compared: medians, ranks and wins. Arrays are problems × optimizers × seeds."""

import numpy

FLOOR = 1e-8  # of a regret: below it problems differ by rounding only


def log_regret(regrets):
    return numpy.log10(numpy.maximum(regrets, FLOOR))


def ranks(regrets):
    """Of each optimizer among the others on the same problem and seed, from 1; equal ones share the mean."""
    values = log_regret(regrets)
    below = (values[:, None, :, :] < values[:, :, None, :]).sum(axis=2)
    equal = (values[:, None, :, :] == values[:, :, None, :]).sum(axis=2)
    return 1 + below + (equal - 1) / 2


def mean_ranks(regrets):
    return ranks(regrets).mean(axis=(0, 2))


def medians(regrets):
    """problems × optimizers, log10."""
    return numpy.median(log_regret(regrets), axis=2)


def wins(regrets):
    """On how many problems the median is the best; several may share one."""
    found = medians(regrets)
    return (found <= found.min(axis=1, keepdims=True) + 1e-12).sum(axis=0)


def sign_test(differences):
    """Two-sided probability that a fair coin gives as many pluses or minuses; equal pairs are left out."""
    pluses, minuses = int((differences > 0).sum()), int((differences < 0).sum())
    number = pluses + minuses
    tail = sum(binomial(number, k) for k in range(min(pluses, minuses) + 1)) / 2 ** number
    return min(1.0, 2 * tail)


def binomial(n, k):
    result = 1
    for i in range(k):
        result = result * (n - i) // (i + 1)
    return result
