"""Models that people really tune, on the tables of examples/data: losses of a five-fold cross-validation.

A loss is a function of the configuration alone: folds and the models' own randomness are fixed.
"""

import json
import pathlib
import re
import subprocess
import warnings

import numpy

from hyperparameter_problems import choice, float_, int_

DATA = pathlib.Path(__file__).resolve().parents[2] / "examples" / "data"
FOLDS = 5


class RealModel:
    """A space and the loss of its configurations, each trained once."""

    def __init__(self, space, loss):
        self.space = space
        self.loss = loss
        self.known = {}

    def evaluate(self, parameters, *_):
        key = tuple(sorted(parameters.items()))
        if key not in self.known:
            self.known[key] = float(self.loss(parameters))
        return self.known[key]

    regret = evaluate  # nobody knows the minimum


def table(name):
    """Standardized columns, and the last one as it is."""
    rows = numpy.genfromtxt(DATA / f"{name}.csv", delimiter=",", skip_header=1, dtype=str)
    columns = rows[:, :-1].astype(float)
    label = rows[:, -1]
    return (columns - columns.mean(axis=0)) / numpy.maximum(columns.std(axis=0), 1e-12), label


def cross_validated(model, columns, label, scoring):
    """The negative of the mean of one of scikit-learn's scores, which are to be maximized."""
    from sklearn.model_selection import cross_val_score
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fits that end at their bound of iterations
        return -cross_val_score(model, columns, label, scoring=scoring, cv=FOLDS, error_score="raise").mean()


def support_vector_classifier():
    from sklearn.svm import SVC
    columns, label = table("breast_cancer")
    space = {"parameters": [
        choice("kernel", "linear", "rbf", "poly", "sigmoid"),
        float_("C", 1e-3, 1e3, log=True),
        float_("gamma", 1e-5, 1e1, log=True, when={"kernel": ["rbf", "poly", "sigmoid"]}),
        int_("degree", 2, 5, when={"kernel": "poly"}),
        float_("coef0", -1, 1, when={"kernel": ["poly", "sigmoid"]}),
        {"name": "balanced", "type": "bool"}]}

    def loss(parameters):
        arguments = {name: value for name, value in parameters.items() if name != "balanced"}
        model = SVC(**arguments, class_weight="balanced" if parameters["balanced"] else None, max_iter=20_000)
        return 1 + cross_validated(model, columns, label, "roc_auc")

    return RealModel(space, loss)


def network_classifier():
    from sklearn.neural_network import MLPClassifier
    columns, label = table("wine")
    space = {"parameters": [
        int_("layers", 1, 3),
        *[int_(f"width_{i}", 4, 64, log=True, **({"when": {"layers": {"low": i}}} if i > 1 else {})) for i in (1, 2, 3)],
        choice("activation", "relu", "tanh", "logistic"),
        choice("solver", "adam", "sgd"),
        float_("rate", 1e-4, 1e-1, log=True),
        float_("momentum", 0.0, 0.99, when={"solver": "sgd"}),
        float_("alpha", 1e-6, 1e1, log=True),
        {"name": "batch", "type": "ordinal", "choices": [8, 16, 32, 64]}]}

    def loss(parameters):
        widths = tuple(parameters[f"width_{i}"] for i in range(1, parameters["layers"] + 1))
        model = MLPClassifier(widths, activation=parameters["activation"], solver=parameters["solver"],
                              learning_rate_init=parameters["rate"], momentum=parameters.get("momentum", 0.9),
                              alpha=parameters["alpha"], batch_size=parameters["batch"], max_iter=15, random_state=0)
        return cross_validated(model, columns, label, "neg_log_loss")

    return RealModel(space, loss)


def forest_regressor():
    from sklearn.ensemble import ExtraTreesRegressor
    columns, label = table("diabetes")
    label = label.astype(float)
    space = {"parameters": [
        int_("n_estimators", 5, 60, log=True),
        choice("criterion", "squared_error", "friedman_mse"),
        int_("max_depth", 2, 20),
        float_("max_features", 0.1, 1.0),
        int_("min_samples_split", 2, 40, log=True),
        int_("min_samples_leaf", 1, 20, log=True),
        {"name": "bootstrap", "type": "bool"},
        float_("max_samples", 0.2, 1.0, when={"bootstrap": True})]}

    def loss(parameters):
        return cross_validated(ExtraTreesRegressor(**parameters, random_state=0), columns, label,
                               "neg_root_mean_squared_error")

    return RealModel(space, loss)


def kernel_ridge_regressor():
    from sklearn.kernel_ridge import KernelRidge
    columns, label = table("diabetes")
    label = label.astype(float)
    label = label - label.mean()
    space = {"parameters": [
        choice("kernel", "rbf", "laplacian", "poly", "linear"),
        float_("alpha", 1e-4, 1e3, log=True),
        float_("gamma", 1e-5, 1e1, log=True, when={"kernel": ["rbf", "laplacian", "poly"]}),
        int_("degree", 2, 4, when={"kernel": "poly"}),
        float_("coef0", 0, 2, when={"kernel": "poly"})]}

    def loss(parameters):
        return cross_validated(KernelRidge(**parameters), columns, label, "neg_root_mean_squared_error")

    return RealModel(space, loss)


def boosted_trees(build, name, label):
    """The objective of tuner itself, a process for each trial. At most 200 rounds, so that nothing is forbidden: peers
    cannot be told that."""
    tuner = str(pathlib.Path(build).resolve() / "bin" / "tuner")
    plugin = ["--set", f"data={DATA / name}.csv", "--set", f"label={label}"]
    described = subprocess.run([tuner, "describe", "xgb", *plugin, "--json"], check=True, capture_output=True, text=True)
    space = {"parameters": json.loads(described.stdout)["space"]["parameters"]}
    next(parameter for parameter in space["parameters"] if parameter["name"] == "rounds")["high"] = 200

    def loss(parameters):
        at = ",".join(f"{key}={value}" for key, value in parameters.items())
        said = subprocess.run([tuner, "evaluate", "--plugin", "xgb", *plugin, "--at", at], check=True,
                              capture_output=True, text=True)
        return re.search(r"^ *loss +(\S+)", said.stdout, re.MULTILINE).group(1)

    return RealModel(space, loss)


def real_models(build):
    """name → maker of the problem."""
    return {
        "support vectors, breast cancer (1 - AUC)": support_vector_classifier,
        "network, wine (log loss)": network_classifier,
        "extra trees, diabetes (RMSE)": forest_regressor,
        "kernel ridge, diabetes (RMSE)": kernel_ridge_regressor,
        "XGBoost, wine (log loss)": lambda: boosted_trees(build, "wine", "cultivar"),
        "XGBoost, diabetes (RMSE)": lambda: boosted_trees(build, "diabetes", "progression"),
    }
