"""Which rule tells the shape of what a layer or an operation gives; and what has none, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from yamlnet.checks.shapes.call import Call, Rule
from yamlnet.checks.shapes.plain_layers import RULES as PLAIN_LAYERS
from yamlnet.checks.shapes.shape import LONGEST, Given, NotKnown

MISFITS = (NotKnown, ArithmeticError, LookupError, TypeError, ValueError)
"""What a rule raises where a call is not as the rule expects: Keras has the last word on such a call."""


def given_by_layer(call: Call) -> Given:
    """What a layer gives, where that is certain."""
    return _given(layer_rule(call.name), call)


def given_by_function(kind: str, call: Call) -> Given:
    """What an operation (`op`) or a random function (`random`) gives, where that is certain."""
    return _given(operation_rule(call.name) if kind == "op" else random_rule(call.name), call)


@cache
def layer_rule(name: str) -> Rule | None:
    """The rule of a layer."""
    return _found(name, _layer_families())


@cache
def operation_rule(name: str) -> Rule | None:
    """The rule of an operation of `keras.ops`."""
    return _found(name, _operation_families())


def random_rule(name: str) -> Rule | None:
    """The rule of a function of `keras.random`."""
    from yamlnet.checks.shapes.made_ops import RANDOM

    return RANDOM.get(name)


def _found(name: str, families: Iterator[Mapping[str, Rule]]) -> Rule | None:
    return next((family[name] for family in families if name in family), None)


def _layer_families() -> Iterator[Mapping[str, Rule]]:
    """The tables, the commonest first; a family is imported when those before it lack a name."""
    yield PLAIN_LAYERS
    from yamlnet.checks.shapes import image_layers

    yield image_layers.RULES
    from yamlnet.checks.shapes import merging_layers

    yield merging_layers.RULES
    from yamlnet.checks.shapes import sequence_layers

    yield sequence_layers.rules(_inside)
    from yamlnet.checks.shapes import encoding_layers

    yield encoding_layers.RULES


def _operation_families() -> Iterator[Mapping[str, Rule]]:
    from yamlnet.checks.shapes import element_ops

    yield element_ops.RULES
    from yamlnet.checks.shapes import arranging_ops, joining_ops

    yield arranging_ops.RULES
    yield joining_ops.RULES
    from yamlnet.checks.shapes import product_ops, reducing_ops

    yield reducing_ops.RULES
    yield product_ops.RULES
    from yamlnet.checks.shapes import made_ops, window_ops

    yield window_ops.RULES
    yield made_ops.RULES


def _inside(call: Call) -> Given:
    """What a layer inside another gives; unlike `given_by_layer` it lets the outer one stumble."""
    rule = layer_rule(call.name)
    return None if rule is None else rule(call)


def _given(rule: Rule | None, call: Call) -> Given:
    if rule is None:
        return None
    try:
        return _settled(rule(call))
    except MISFITS:
        return None


def _settled(given: Given) -> Given:
    """What was found, without what no tensor can be."""
    if isinstance(given, list):
        return [_settled(one) for one in given]
    if given is None or any(length is not None and not 0 <= length <= LONGEST for length in given):
        return None
    return given


LAYERS_WITHOUT_RULE: Mapping[str, str] = {
    "GRUCell": "a cell, which stands in RNN",
    "LSTMCell": "a cell, which stands in RNN",
    "SimpleRNNCell": "a cell, which stands in RNN",
    "StackedRNNCells": "cells, which stand in RNN",
    "MaxNumBoundingBoxes": "reads boxes beside images, which no tensor of a graph is",
    "Pipeline": "a list of layers for `augment`, which no graph calls",
}
"""Why a layer of the catalogue has no rule."""

OPERATIONS_WITHOUT_RULE: Mapping[str, str] = {
    **dict.fromkeys(
        ("bartlett", "blackman", "hamming", "hanning", "kaiser"),
        "how many numbers it makes is the value of a tensor, so Keras takes no symbolic one",
    ),
}
"""Why an operation of the catalogue has no rule."""
