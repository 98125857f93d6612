"""Deep graphs: what replaces Keras's sorting gives what Keras gives, at any depth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.src.ops import function

import yamlnet
from yamlnet.compiler import deep_graphs as ours
from yamlnet.compiler.saving import load_model, save_model

pytestmark = pytest.mark.backend


def named(graph: tuple[Any, ...]) -> tuple[Any, ...]:
    """A map of a graph with names in place of objects."""
    keys, nodes, operations, by_depth = graph
    return (
        keys,
        {
            depth: [(node.operation.name, node.operation._inbound_nodes.index(node)) for node in found]
            for depth, found in nodes.items()
        },
        [operation.name for operation in operations],
        {depth: [operation.name for operation in found] for depth, found in by_depth.items()},
    )


def same(inputs: list[Any], outputs: list[Any]) -> None:
    assert named(ours.map_graph(inputs, outputs)) == named(function.map_graph(inputs, outputs))


@pytest.mark.usefixtures("on_jax")
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.sampled_from("adsi")), max_size=14))
@settings(deadline=None, max_examples=15)
def test_random_graphs_are_sorted_as_keras_sorts_them(steps: list[tuple[int, int, str]]) -> None:
    keras.backend.clear_session()
    tensors = [keras.Input((3,)), keras.Input((3,))]
    shared = keras.layers.Dense(3)
    for first, second, kind in steps:
        one, other = tensors[first % len(tensors)], tensors[second % len(tensors)]
        made = {
            "a": lambda one=one, other=other: keras.layers.Add()([one, other]),
            "d": lambda one=one: keras.layers.Activation("relu")(one),
            "s": lambda one=one: shared(one),
            "i": lambda one=one, other=other: keras.ops.multiply(one, other),
        }[kind]
        tensors.append(made())
    same(tensors[:2], tensors[-2:])
    same(tensors[:2], [tensors[-1]])


def test_models_in_models_and_layers_with_states_are_sorted_as_keras_sorts_them() -> None:
    x = keras.Input((5, 4))
    inner = keras.Sequential([keras.Input((5, 4)), keras.layers.Dense(4)])
    sequence, *states = keras.layers.LSTM(3, return_sequences=True, return_state=True)(inner(x))
    y = keras.layers.LSTM(3)(sequence, initial_state=states)
    same([x], [y, inner(x)])


def test_two_layers_of_one_name_are_refused_in_the_words_of_keras() -> None:
    x = keras.Input((3,))
    one = keras.layers.Activation("relu", name="twin")(x)
    two = keras.layers.Activation("relu", name="twin")(one)
    with pytest.raises(ValueError) as theirs:
        function.map_graph([x], [two])
    with pytest.raises(ValueError) as mine:
        ours.map_graph([x], [two])
    assert str(mine.value) == str(theirs.value)


def test_keras_is_as_before_outside() -> None:
    before = function.map_graph
    with ours.deep_graphs(), ours.deep_graphs():
        assert function.map_graph is not before
    assert function.map_graph is before


def test_a_deep_chain_is_built_saved_loaded_and_run(tmp_path: Path) -> None:
    """Deeper than the recursion limit, through every way that a model goes."""
    path = tmp_path / "deep.yaml"
    path.write_text(
        "yamlnet: 1\nmodel:\n  inputs: [4]\n  layers:\n    - Dense: {units: 4}\n"
        "    - Identity: {for: 1200}\n    - Dense: {units: 4}\n"
    )
    model = yamlnet.load(path).build()
    assert len(model.layers) == 1203
    save_model(model, tmp_path / "deep.keras")
    again = load_model(tmp_path / "deep.keras")
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
