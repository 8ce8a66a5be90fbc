"""Search spaces as users have them, with a made-up loss whose minimum is known.

The loss is a well over the active parameters, each seen on its own scale from 0 to 1, with ridges where two parameters
make up for each other (learning rate and number of rounds), and an offset for each choice: 0 for the best one.
Near the best it is a bowl; far away it is flat, as real losses are.
"""

import numpy

from space import unit_value


def float_(name, low, high, log=False, **more):
    return {"name": name, "type": "float", "low": low, "high": high, "log": log, **more}


def int_(name, low, high, log=False, **more):
    return {"name": name, "type": "int", "low": low, "high": high, "log": log, **more}


def choice(name, *choices, **more):
    return {"name": name, "type": "categorical", "choices": list(choices), **more}


class Well:
    """loss = offsets + depth · q / (1 + q), q = Σ weight · away² + Σ weight · (away + other away)², of what is active."""

    def __init__(self, space, rng, offsets, ridges, depth=0.4):
        self.parameters = {parameter["name"]: parameter for parameter in space["parameters"]}
        self.offsets = offsets
        self.ridges = ridges
        self.depth = depth
        numbers = [name for name, parameter in self.parameters.items() if parameter["type"] in ("float", "int", "ordinal")]
        self.place = {name: self.reachable(self.parameters[name], rng) for name in numbers}
        self.weight = {name: 10 ** rng.uniform(-0.5, 1) for name in numbers}

    @staticmethod
    def reachable(parameter, rng):
        """A place in the middle half that a value of the parameter really has."""
        place = rng.uniform(0.25, 0.75)
        if parameter["type"] == "float":
            return place
        values = (parameter["choices"] if parameter["type"] == "ordinal"
                  else range(parameter["low"], parameter["high"] + 1))
        units = numpy.array([unit_value(parameter, value) for value in values])
        return units[numpy.argmin(abs(units - place))]

    def __call__(self, configuration):
        away = {name: unit_value(self.parameters[name], value) - self.place[name]
                for name, value in configuration.items() if name in self.place}
        q = sum(self.weight[name] * distance ** 2 for name, distance in away.items())
        q += sum(weight * (away.get(one, 0) + away.get(other, 0)) ** 2 for one, other, weight in self.ridges)
        offset = sum(self.offsets[name][value] for name, value in configuration.items() if name in self.offsets)
        return float(offset + self.depth * q / (1 + q))


def shuffled(rng, *choices, costs):
    """Which choice is the best is drawn, too."""
    return dict(zip(choices, rng.permutation(costs)))


def support_vectors(rng, noise=0.0):
    space = {"parameters": [
        choice("kernel", "linear", "rbf", "poly"),
        float_("C", 1e-3, 1e3, log=True),
        float_("tol", 1e-5, 1e-1, log=True),
        {"name": "shrinking", "type": "bool"},
        float_("gamma", 1e-4, 1e1, log=True, when={"kernel": ["rbf", "poly"]}),
        int_("degree", 2, 5, when={"kernel": "poly"}),
        float_("coef0", 0, 1, when={"kernel": "poly"})]}
    offsets = {"kernel": shuffled(rng, "linear", "rbf", "poly", costs=[0, 0.01, 0.04]),
               "shrinking": shuffled(rng, False, True, costs=[0, 0.002])}
    return space, Well(space, rng, offsets, [("C", "gamma", 8)]), 0.0, noise


def boosted_trees(rng, noise=0.0):
    space = {"parameters": [
        float_("eta", 1e-3, 0.5, log=True),
        int_("rounds", 50, 2000, log=True),
        int_("max_depth", 2, 12),
        float_("subsample", 0.4, 1.0),
        float_("colsample", 0.3, 1.0),
        float_("lambda", 1e-3, 1e2, log=True),
        choice("booster", "gbtree", "dart"),
        float_("rate_drop", 0.0, 1.0, when={"booster": "dart"}),
        choice("grow_policy", "depthwise", "lossguide"),
        {"name": "max_leaves", "type": "ordinal", "choices": [16, 32, 64, 128, 256], "when": {"grow_policy": "lossguide"}}]}
    offsets = {"booster": shuffled(rng, "gbtree", "dart", costs=[0, 0.015]),
               "grow_policy": shuffled(rng, "depthwise", "lossguide", costs=[0, 0.01])}
    return space, Well(space, rng, offsets, [("eta", "rounds", 15), ("max_depth", "lambda", 2)]), 0.0, noise


def network(rng, noise=0.0):
    layers = range(1, 5)
    space = {"parameters": [
        int_("layers", 1, 4),
        float_("rate", 1e-5, 1e-1, log=True),
        float_("decay", 1e-7, 1e-2, log=True),
        {"name": "batch", "type": "ordinal", "choices": [16, 32, 64, 128, 256]},
        choice("activation", "relu", "tanh", "gelu"),
        choice("optimizer", "sgd", "adam", "rmsprop"),
        float_("momentum", 0.0, 0.99, when={"optimizer": "sgd"}),
        *[int_(f"width_{i}", 8, 512, log=True, **({"when": {"layers": {"low": i}}} if i > 1 else {})) for i in layers],
        *[float_(f"dropout_{i}", 0.0, 0.6, when={"layers": {"low": i}}) for i in layers if i > 1]]}
    offsets = {"activation": shuffled(rng, "relu", "tanh", "gelu", costs=[0, 0.01, 0.02]),
               "optimizer": shuffled(rng, "sgd", "adam", "rmsprop", costs=[0, 0.008, 0.03])}
    return space, Well(space, rng, offsets, [("rate", "batch", 6), ("rate", "momentum", 4)]), 0.0, noise


HYPERPARAMETER_PROBLEMS = {
    "svm": ("conditional", support_vectors),
    "trees": ("conditional", boosted_trees),
    "network": ("conditional", network),
    "svm_noisy": ("noisy", lambda rng: support_vectors(rng, noise=0.01)),
    "network_noisy": ("noisy", lambda rng: network(rng, noise=0.01)),
}
