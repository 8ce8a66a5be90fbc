"""The optimizers that are compared, behind one face: ask() → (handle, configuration), tell(handle, value), recommend().

Each is made for one run: (space, seed, workers), where workers is how many trials will be open at once.
"""

import importlib.util
import pathlib
import subprocess
import warnings

from ask_tell import AskTell
from space import choices_of, configuration_at, coordinates, is_active


class Tuner:
    """A strategy of tuner, through `tuner ask-tell`."""

    def __init__(self, build, strategy, space, seed, workers, **more):
        self.session = AskTell(build, space=space, strategy=strategy, seed=seed, workers=workers, **more)

    def ask(self):
        trial = self.session.ask()[0]
        return trial["trial"], trial["parameters"]

    def tell(self, handle, value):
        self.session.tell(handle, value)

    def recommend(self):
        best = self.session.best()
        return best.get("recommended", best)["parameters"]

    def close(self):
        self.session.close()


class Optuna:
    """A sampler of Debian's Optuna, minimizing."""

    def __init__(self, sampler, space):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        self.space = space
        self.study = optuna.create_study(sampler=sampler)

    def ask(self):
        trial = self.study.ask()
        configuration = {}
        for parameter in self.space["parameters"]:
            if is_active(parameter, configuration):
                configuration[parameter["name"]] = self.suggest(trial, parameter)
        return trial, configuration

    @staticmethod
    def suggest(trial, parameter):
        name, choices = parameter["name"], choices_of(parameter)
        if parameter["type"] == "ordinal":
            return choices[trial.suggest_int(name, 0, len(choices) - 1)]
        if choices:
            return trial.suggest_categorical(name, choices)
        suggest = trial.suggest_int if parameter["type"] == "int" else trial.suggest_float
        return suggest(name, parameter["low"], parameter["high"], log=parameter.get("log", False))

    def tell(self, handle, value):
        self.study.tell(handle, value)

    def recommend(self):
        configuration = dict(self.study.best_params)
        for parameter in self.space["parameters"]:
            if parameter["type"] == "ordinal" and parameter["name"] in configuration:
                configuration[parameter["name"]] = parameter["choices"][configuration[parameter["name"]]]
        return configuration

    def close(self):
        pass


def optuna_tpe(space, seed, workers):
    """As its documentation recommends for such spaces: multivariate, grouped where there are conditions, and with lies
    where trials are open."""
    import optuna
    conditional = any("when" in parameter for parameter in space["parameters"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(multivariate=True, group=conditional, constant_liar=workers > 1,
                                             seed=seed, warn_independent_sampling=False)
    return Optuna(sampler, space)


def optuna_cma_es(space, seed, _):
    import optuna
    return Optuna(optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False), space)


class Dlib:
    """dlib's global search, through a small program of ours (dlib_search.cpp). It knows boxes and whole numbers: choices
    are numbered, logarithms taken, and what is inactive is searched all the same."""

    def __init__(self, build, space, seed):
        self.space = space
        self.process = subprocess.Popen([dlib_program(build), str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        bounds = list(coordinates(space))
        self.write(len(bounds), *(x for low, high, whole in bounds for x in (low, high, int(whole))))

    def write(self, *words):
        print(*words, file=self.process.stdin, flush=True)

    def read(self):
        return [float(word) for word in self.process.stdout.readline().split()]

    def ask(self):
        self.write("ask")
        handle, *point = self.read()
        return int(handle), configuration_at(self.space, point)

    def tell(self, handle, value):
        self.write("tell", handle, value)

    def recommend(self):
        self.write("best")
        return configuration_at(self.space, self.read())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def dlib_program(build):
    return str(pathlib.Path(build).resolve() / "bin" / "dlib_search")


def found_strategies(build):
    tuner = str(pathlib.Path(build).resolve() / "bin" / "tuner")
    return subprocess.run([tuner, "plugins"], check=True, capture_output=True, text=True).stdout.split()


def optimizers(build):
    """name → maker(space, seed, workers) of all that are here, and the names of those that are not."""
    every = {strategy: lambda space, seed, workers, strategy=strategy: Tuner(build, strategy, space, seed, workers)
             for strategy in ("bayes", "sobol", "random")}
    every["optuna_tpe"] = optuna_tpe
    every["optuna_cmaes"] = optuna_cma_es
    every["dlib"] = lambda space, seed, _: Dlib(build, space, seed)

    strategies = found_strategies(build)
    missing = {name for name in ("bayes", "sobol", "random") if name not in strategies}
    if importlib.util.find_spec("optuna") is None:
        missing |= {"optuna_tpe", "optuna_cmaes"}
    if not pathlib.Path(dlib_program(build)).exists():
        missing.add("dlib")
    return {name: make for name, make in every.items() if name not in missing}, sorted(missing)
