"""Problems with known minima, on which optimizers are compared: smooth, rotated, multimodal, noisy, mixed, conditional.

Each instance has its minimum elsewhere: its place is drawn from its seed, uniformly in the middle half of every range,
so that an optimizer that begins in the centre of the box has no more of an advantage than with users' own ranges.

Formulas and minima of the functions: Surjanovic and Bingham, "Virtual Library of Simulation Experiments: Test Functions
and Datasets", https://www.sfu.ca/~ssurjano/optimization.html; the rotated ellipsoid: Hansen and others, "Real-Parameter
Black-Box Optimization Benchmarking 2009: Noiseless Functions Definitions", f10, here with a condition of 10^3. None of
them is lower outside of its usual box than at its minimum, so it can be shifted.
"""

import dataclasses
import zlib
from typing import Callable

import numpy

from hyperparameter_problems import HYPERPARAMETER_PROBLEMS


@dataclasses.dataclass
class Problem:
    """One instance. `value` is without noise; an evaluation adds normal noise of that standard deviation."""

    space: dict  # as in --space
    value: Callable[[dict], float]
    minimum: float
    noise: float = 0.0

    def evaluate(self, parameters, seed, number):
        """What an optimizer is told of its `number`-th trial: the same noise for each optimizer."""
        if self.noise == 0:
            return self.value(parameters)
        return self.value(parameters) + self.noise * numpy.random.default_rng([seed, number, 7]).standard_normal()

    def regret(self, parameters):
        return self.value(parameters) - self.minimum


def rosenbrock(x):
    return numpy.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (x[:-1] - 1) ** 2)


def ackley(x):
    return (-20 * numpy.exp(-0.2 * numpy.sqrt(numpy.mean(x ** 2))) - numpy.exp(numpy.mean(numpy.cos(2 * numpy.pi * x)))
            + 20 + numpy.e)


def rastrigin(x):
    return numpy.sum(10 + x ** 2 - 10 * numpy.cos(2 * numpy.pi * x))


def griewank(x):
    return numpy.sum(x ** 2) / 4000 - numpy.prod(numpy.cos(x / numpy.sqrt(numpy.arange(1, len(x) + 1)))) + 1


def styblinski_tang(x):
    return numpy.sum(x ** 4 - 16 * x ** 2 + 5 * x) / 2


def levy(x):
    w = 1 + (x - 1) / 4
    middle = (w[:-1] - 1) ** 2 * (1 + 10 * numpy.sin(numpy.pi * w[:-1] + 1) ** 2)
    return (numpy.sin(numpy.pi * w[0]) ** 2 + numpy.sum(middle)
            + (w[-1] - 1) ** 2 * (1 + numpy.sin(2 * numpy.pi * w[-1]) ** 2))


def ellipsoid(x):
    return numpy.sum(1e3 ** (numpy.arange(len(x)) / (len(x) - 1)) * x ** 2)


def branin(x):
    valley = x[1] - 5.1 / (4 * numpy.pi ** 2) * x[0] ** 2 + 5 / numpy.pi * x[0] - 6
    return valley ** 2 + 10 * (1 - 1 / (8 * numpy.pi)) * numpy.cos(x[0]) + 10


HARTMANN_ALPHA = numpy.array([1.0, 1.2, 3.0, 3.2])
HARTMANN3_A = numpy.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
HARTMANN3_P = 1e-4 * numpy.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]])
HARTMANN6_A = numpy.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14],
                           [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
HARTMANN6_P = 1e-4 * numpy.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                                  [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]])


def hartmann3(x):
    return -HARTMANN_ALPHA @ numpy.exp(-numpy.sum(HARTMANN3_A * (x - HARTMANN3_P) ** 2, axis=1))


def hartmann6(x):
    return -HARTMANN_ALPHA @ numpy.exp(-numpy.sum(HARTMANN6_A * (x - HARTMANN6_P) ** 2, axis=1))


@dataclasses.dataclass
class Function:
    value: Callable
    width: float  # of its usual box
    at: object    # its minimum: a number for each coordinate, or one for all


FUNCTIONS = {
    "branin": Function(branin, 15, [numpy.pi, 2.275]),
    "hartmann3": Function(hartmann3, 1, [0.11461434, 0.55564885, 0.85254695]),
    "hartmann6": Function(hartmann6, 1, [0.20168951, 0.15001069, 0.47687397, 0.27533243, 0.31165161, 0.65730053]),
    "rosenbrock": Function(rosenbrock, 15, 1),
    "ellipsoid": Function(ellipsoid, 10, 0),
    "ackley": Function(ackley, 65.536, 0),
    "rastrigin": Function(rastrigin, 10.24, 0),
    "griewank": Function(griewank, 100, 0),
    "styblinski": Function(styblinski_tang, 10, -2.90353402777118),
    "levy": Function(levy, 20, 1),
}


def float_space(dimension, width):
    return {"parameters": [{"name": f"x{i + 1}", "type": "float", "low": -width / 2, "high": width / 2}
                           for i in range(dimension)]}


def shifted(name, dimension, rng, rotation=None, noise=0.0):
    """The function with its minimum at a place that is drawn, seen through the rotation."""
    function = FUNCTIONS[name]
    minimum_at = numpy.broadcast_to(numpy.asarray(function.at, float), dimension)
    place = function.width * rng.uniform(-0.25, 0.25, dimension)

    def value(parameters):
        offset = numpy.array([parameters[f"x{i + 1}"] for i in range(dimension)]) - place
        return float(function.value(minimum_at + (offset if rotation is None else rotation @ offset)))

    return Problem(float_space(dimension, function.width), value, float(function.value(minimum_at)), noise)


def rotated(name, dimension, rng):
    """A uniformly random rotation: the orthogonal part of a normal matrix, with the signs that make it unique."""
    q, r = numpy.linalg.qr(rng.standard_normal((dimension, dimension)))
    return shifted(name, dimension, rng, rotation=q * numpy.sign(numpy.diag(r)))


def ackley_with_choices(rng, noise=0.0):
    """Five floats, and five choices of three of which one has no cost: as if they stood at a distance."""
    floats, choices = 5, 5
    width = 10
    place = width * rng.uniform(-0.25, 0.25, floats)
    distance = [rng.permutation([0.0, 0.5, 1.0]) for _ in range(choices)]
    space = float_space(floats, width)
    space["parameters"] += [{"name": f"c{i + 1}", "type": "categorical", "choices": ["a", "b", "c"]}
                            for i in range(choices)]

    def value(parameters):
        x = [parameters[f"x{i + 1}"] - place[i] for i in range(floats)]
        x += [distance[i]["abc".index(parameters[f"c{i + 1}"])] for i in range(choices)]
        return float(ackley(numpy.array(x)))

    return Problem(space, value, 0.0, noise)


def of_functions(name, dimension, noise=0.0):
    return lambda rng: shifted(name, dimension, rng, noise=noise)


# name → (group, instance of a random generator)
PROBLEMS = {
    "branin2": ("smooth", of_functions("branin", 2)),
    "hartmann3": ("smooth", of_functions("hartmann3", 3)),
    "hartmann6": ("smooth", of_functions("hartmann6", 6)),
    "rosenbrock5": ("smooth", of_functions("rosenbrock", 5)),
    "rosenbrock10": ("smooth", of_functions("rosenbrock", 10)),
    "ellipsoid5": ("rotated", lambda rng: rotated("ellipsoid", 5, rng)),
    "ellipsoid10": ("rotated", lambda rng: rotated("ellipsoid", 10, rng)),
    "ellipsoid20": ("rotated", lambda rng: rotated("ellipsoid", 20, rng)),
    "ackley5": ("multimodal", of_functions("ackley", 5)),
    "ackley10": ("multimodal", of_functions("ackley", 10)),
    "ackley20": ("multimodal", of_functions("ackley", 20)),
    "rastrigin5": ("multimodal", of_functions("rastrigin", 5)),
    "griewank8": ("multimodal", of_functions("griewank", 8)),
    "styblinski8": ("multimodal", of_functions("styblinski", 8)),
    "levy10": ("multimodal", of_functions("levy", 10)),
    "branin2_noisy": ("noisy", of_functions("branin", 2, noise=2.0)),
    "hartmann6_noisy": ("noisy", of_functions("hartmann6", 6, noise=0.15)),
    "levy10_noisy": ("noisy", of_functions("levy", 10, noise=1.0)),
    "ackley_mixed": ("mixed", ackley_with_choices),
    "ackley_mixed_noisy": ("noisy", lambda rng: ackley_with_choices(rng, noise=0.1)),
    **{name: (group, lambda rng, make=make: Problem(*make(rng))) for name, (group, make) in
       HYPERPARAMETER_PROBLEMS.items()},
}


def problem(name, seed):
    """The instance of that seed. Its place of the minimum does not depend on which other problems exist."""
    return PROBLEMS[name][1](numpy.random.default_rng([seed, zlib.crc32(name.encode())]))
