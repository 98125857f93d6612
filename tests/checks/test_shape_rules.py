"""Every layer and operation of the catalogue has a rule for its shape or a reason, none upset by nonsense."""

from __future__ import annotations

import random

import pytest

from yamlnet.catalog.entry import Kind
from yamlnet.catalog.load import catalog
from yamlnet.catalog.own_layers import OWN_LAYERS
from yamlnet.checks.known_parameters import COUNTS, parameters_at_least
from yamlnet.checks.shapes.call import Call, Read
from yamlnet.checks.shapes.rules import (
    LAYERS_WITHOUT_RULE,
    OPERATIONS_WITHOUT_RULE,
    given_by_function,
    given_by_layer,
    layer_rule,
    operation_rule,
    random_rule,
)
from yamlnet.checks.shapes.shape import LONGEST, Given
from yamlnet.resolver.expression_values import Unknown
from yamlnet.resolver.plan import ObjectSpec

NONSENSE: tuple[object, ...] = (
    None,
    True,
    False,
    -1,
    0,
    1,
    2,
    3,
    10**30,
    -7,
    0.5,
    float("inf"),
    float("nan"),
    "",
    "same",
    "valid",
    "full",
    "abc,cd->abd",
    "b h -> (b h)",
    "channels_first",
    "causal",
    "concat",
    "xy",
    [],
    [0],
    [1, 1],
    [2, 3],
    [-1, 2],
    [[1, 2], [3, 4]],
    [[1], [2, 3]],
    ["a"],
    [None, 3],
    {"x": 1},
    Unknown("data.x.y"),
    ObjectSpec("layer", "LSTM", {"units": 3}),
    ObjectSpec("layer", "Bidirectional", {}),
    ObjectSpec("layer", "StackedRNNCells", {"cells": [ObjectSpec("layer", "GRUCell", {"units": 2})]}),
    Read(None),
    Read(()),
    Read((None,)),
    Read((None, 4)),
    Read((None, 6, 4)),
    Read((3, 4, 4)),
    Read((2, 8, 9, 3)),
    Read((None, None, None, None, 2)),
    [Read((None, 4)), Read((None, 6, 4))],
    [Read(None)],
    [Read((None, 6, 4)), Read((None, 6, 4))],
)
"""What an argument or a tensor may be where nothing has been checked."""

TRIES = 60


def usable(kind: Kind) -> list[str]:
    names = [*catalog().canonical_names(kind), *(OWN_LAYERS if kind == "layer" else ())]
    entries = {name: catalog().find(kind, name) for name in names}
    return [name for name, entry in entries.items() if entry is not None and entry.refused is None]


def test_every_layer_has_a_rule_or_a_reason() -> None:
    assert {name for name in usable("layer") if layer_rule(name) is None} == set(LAYERS_WITHOUT_RULE)
    assert set(COUNTS) <= set(usable("layer"))


def test_every_operation_has_a_rule_or_a_reason() -> None:
    assert {name for name in usable("op") if operation_rule(name) is None} == set(OPERATIONS_WITHOUT_RULE)
    assert all(random_rule(name) is not None for name in usable("random"))


def sound(given: Given) -> bool:
    """Whether it is what a call can give."""
    if isinstance(given, list):
        return all(map(sound, given))
    return given is None or all(length is None or 0 <= length <= LONGEST for length in given)


@pytest.mark.parametrize("name", usable("layer"))
def test_nonsense_for_a_layer_is_left_to_keras(name: str) -> None:
    entry, draw = catalog().find("layer", name), random.Random(name)
    assert entry is not None
    for _ in range(TRIES):
        arguments = {one.name: draw.choice(NONSENSE) for one in entry.arguments if draw.random() < 0.7}
        args = tuple(draw.choice(NONSENSE) for _ in range(draw.randrange(4)))
        kwargs = {one.name: draw.choice(NONSENSE) for one in entry.call if draw.random() < 0.2}
        call = Call(name, arguments, args, kwargs)
        assert sound(given_by_layer(call))
        assert parameters_at_least(call) >= 0


@pytest.mark.parametrize("kind", ["op", "random"])
def test_nonsense_for_an_operation_is_left_to_keras(kind: Kind) -> None:
    for name in usable(kind):
        entry, draw = catalog().find(kind, name), random.Random(name)
        assert entry is not None
        for _ in range(TRIES):
            arguments = {one.name: draw.choice(NONSENSE) for one in entry.arguments if draw.random() < 0.8}
            args = () if kind == "op" else (draw.choice(NONSENSE),)
            assert sound(given_by_function(kind, Call(name, arguments, args)))
