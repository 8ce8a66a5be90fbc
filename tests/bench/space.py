"""Search spaces in tuner's JSON form, as other optimizers need to see them."""

import numpy


def is_active(parameter, configuration):
    """Whether the parameter exists beside these values of the parameters before it."""
    return all(parent in configuration and meets(wanted, configuration[parent])
               for parent, wanted in parameter.get("when", {}).items())


def meets(wanted, value):
    if isinstance(wanted, dict):
        return wanted.get("low", -numpy.inf) <= value <= wanted.get("high", numpy.inf)
    return value in wanted if isinstance(wanted, list) else value == wanted


def choices_of(parameter):
    """The values of a parameter that lists them, else None."""
    return [False, True] if parameter["type"] == "bool" else parameter.get("choices")


def unit_value(parameter, value):
    """The value on the scale of its parameter, from 0 to 1."""
    choices = choices_of(parameter)
    if choices:
        return choices.index(value) / max(1, len(choices) - 1)
    low, high = parameter["low"], parameter["high"]
    if parameter.get("log"):
        low, high, value = numpy.log([low, high, value])
    return (value - low) / (high - low)


def coordinates(space):
    """Bounds of one coordinate a parameter, for optimizers that know boxes and whole numbers only: (low, high, whole)."""
    for parameter in space["parameters"]:
        choices = choices_of(parameter)
        if choices:
            yield 0, len(choices) - 1, True
        elif parameter.get("log"):
            yield *numpy.log([parameter["low"], parameter["high"]]), False
        else:
            yield parameter["low"], parameter["high"], parameter["type"] == "int"


def configuration_at(space, point):
    """What the coordinates mean: the active parameters."""
    configuration = {}
    for parameter, x in zip(space["parameters"], point):
        if not is_active(parameter, configuration):
            continue
        choices = choices_of(parameter)
        value = choices[round(x)] if choices else float(numpy.exp(x)) if parameter.get("log") else x
        if parameter["type"] == "int":
            value = round(value)
        if not choices:
            value = min(max(value, parameter["low"]), parameter["high"])
        configuration[parameter["name"]] = value
    return configuration
