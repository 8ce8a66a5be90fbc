"""The tables of quality.py, as markdown that can also be read as it is."""

import numpy

import ranking
from problems import PROBLEMS


def mode_name(workers):
    return "sequential" if workers == 1 else f"{workers} workers"


def rows(header, body):
    """A table with columns of equal width."""
    widths = [max(len(row[i]) for row in [header, *body]) for i in range(len(header))]
    lines = [" | ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))) for row in [header, *body]]
    rule = " | ".join("-" * width if i == 0 else "-" * (width - 1) + ":" for i, width in enumerate(widths))
    return "\n".join(f"| {line} |" for line in [lines[0], rule, *lines[1:]])


def summary(result, regrets, optimizers):
    body = []
    for w, workers in enumerate(result["workers"]):
        for e, evaluations in enumerate(result["evaluations"]):
            here = regrets[w, ..., e]
            mode = f"{mode_name(workers)}, {evaluations} trials"
            body.append([f"{mode}: mean rank", *(f"{rank:.2f}" for rank in ranking.mean_ranks(here))])
            body.append([f"{mode}: best median on", *map(str, ranking.wins(here))])
            body.append([f"{mode}: mean log10 regret",
                         *(f"{x:.2f}" for x in ranking.log_regret(here).mean(axis=(0, 2)))])
    return rows(["", *optimizers], body)


def medians(result, regrets, optimizers, w, e):
    found = ranking.medians(regrets[w, ..., e])
    body = [[f"{name} ({PROBLEMS[name][0]})", *(f"**{x:.2f}**" if x <= row.min() + 1e-12 else f"{x:.2f}" for x in row)]
            for name, row in zip(result["problems"], found)]
    return rows(["median log10 regret", *optimizers], body)


def pair(regrets, optimizers, one, other):
    """log10 regret of one minus that of the other, problems × seeds."""
    logs = ranking.log_regret(regrets)
    return logs[:, optimizers.index(one)] - logs[:, optimizers.index(other)]


def claims(result, regrets, optimizers):
    """What is asked of bayes, and whether it holds here."""
    if "bayes" not in optimizers:
        return []
    lines = []
    for w, workers in enumerate(result["workers"]):
        for e, evaluations in enumerate(result["evaluations"]):
            here = regrets[w, ..., e]
            found = [first(here, optimizers)]
            if "optuna_tpe" in optimizers:
                found.append(against_tpe(result, here, optimizers))
            if "random" in optimizers:
                found.append(against_random(result, here, optimizers))
            lines.append(f"- {mode_name(workers)}, {evaluations} trials: " + "; ".join(found))
    return lines


def first(here, optimizers):
    place = 1 + int((ranking.mean_ranks(here) < ranking.mean_ranks(here)[optimizers.index("bayes")]).sum())
    return f"bayes is number {place} by mean rank"


def against_tpe(result, here, optimizers):
    smooth = [i for i, name in enumerate(result["problems"]) if PROBLEMS[name][0] == "smooth"]
    difference = pair(here, optimizers, "bayes", "optuna_tpe")
    probability = ranking.sign_test(difference)
    text = f"better than TPE in {100 * (difference < 0).mean():.0f} % of the pairs (sign test: p = {probability:.1g})"
    if not smooth:
        return text
    found = ranking.medians(here)[smooth]
    decades = found[:, optimizers.index("optuna_tpe")] - found[:, optimizers.index("bayes")]
    return text + (f", its median regret on the smooth ones {10 ** numpy.median(decades):.0f} times smaller "
                   f"(least: {10 ** decades.min():.1f})")


def against_random(result, here, optimizers):
    found = ranking.medians(here)
    gap = found[:, optimizers.index("bayes")] - found[:, optimizers.index("random")]
    difference = pair(here, optimizers, "bayes", "random")
    worse = [f"{result['problems'][i]} (by {gap[i]:.2f} decades, p = {ranking.sign_test(difference[i]):.1g})"
             for i in numpy.flatnonzero(gap > 0)]
    return "a median worse than random's on " + (", ".join(worse) or "no problem")


def markdown(result, regrets, missing):
    optimizers = list(result["regrets"])
    parts = [f"Measured by `tests/bench/run.sh quality` at commit {result['commit']}: {len(result['problems'])} problems, "
             f"{result['seeds']} seeds (each with its minimum elsewhere, in the middle half of every range), regret of the "
             "true value of the recommended configuration, at least 1e-8. Workers are simulated: a trial takes 1 + Exp(1)."]
    if missing:
        parts.append(f"Not installed, so left out: {', '.join(missing)}.")
    parts.append(summary(result, regrets, optimizers))
    if found := claims(result, regrets, optimizers):
        parts.append("\n".join(found))
    for w, workers in enumerate(result["workers"]):
        for e, evaluations in enumerate(result["evaluations"]):
            parts.append(f"**{mode_name(workers)}, {evaluations} trials**")
            parts.append(medians(result, regrets, optimizers, w, e))
    return "\n\n".join(parts) + "\n"
