"""Reading a text with what was kept of it: each token costs about as much as any other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import keras
import numpy as np
from keras import ops
from keras.src.backend import get_keras_mask, set_keras_mask
from keras.src.models.functional import Functional

from yamlnet.compiler.structure import named_inputs
from yamlnet.decoding.choice import Array
from yamlnet.decoding.compiled import compiled
from yamlnet.decoding.rules.rule import NotStepwise, Step
from yamlnet.decoding.walk import Values, Walk, walk_of


class Stepper:
    """A model's two functions: what is computed once for the other inputs, and the reading of new places."""

    def __init__(self, model: keras.Model, tokens_input: str) -> None:
        """Plan the walk.

        Raises:
            NotStepwise: the whole text has to be read again for each token.
        """
        self.model, self.name = model, tokens_input
        self.inputs = named_inputs(model)
        self.walk = planned(model, tokens_input)
        self.border = self.walk.border
        self.once = compiled(self._once, model)
        self.step = compiled(self._step, model, gives_up_first=True)

    def _once(self, given: Mapping[str, Any]) -> list[Any]:
        """What does not depend on the text and is read by what does, each with its mask."""
        values: Values = {
            id(self.inputs[name]): ops.cast(value, self.inputs[name].dtype) for name, value in given.items()
        }
        self.walk.read_still(values)
        return [[values[id(tensor)], get_keras_mask(values[id(tensor)])] for tensor in self.border]

    def _step(self, kept: Any, once: Any, tokens: Any, first: Any, places: Any) -> tuple[Any, Any]:
        """What the model gives at the last new place, (rows, vocabulary), and what is kept from now on."""
        values: Values = {}
        for tensor, (value, mask) in zip(self.border, once, strict=True):
            if mask is not None:
                set_keras_mask(value, mask)
            values[id(tensor)] = value
        tokens_input = self.inputs[self.name]
        values[id(tokens_input)] = ops.cast(tokens, tokens_input.dtype)
        step = Step(first, int(tokens.shape[1]), places, kept)
        self.walk.read(step, values)
        return values[id(self.model.outputs[0])][:, -1], step.after


def planned(model: keras.Model, tokens_input: str) -> Walk:
    """How a model reads a text that grows.

    Raises:
        NotStepwise: it cannot go on from what was kept.
    """
    if not isinstance(model, Functional):
        raise NotStepwise("the model has no graph", "")
    walk = walk_of(model, {id(named_inputs(model)[tokens_input]): 1})
    if walk.axes.get(id(model.outputs[0])) != 1:
        raise NotStepwise("the output has no value for each place", "")
    return walk


@lru_cache(maxsize=2)
def stepper_of(model: keras.Model, tokens_input: str) -> Stepper:
    """The stepper of a model, kept so that it is compiled once.

    Raises:
        NotStepwise: as `Stepper`.
    """
    return Stepper(model, tokens_input)


class KeptReading:
    """A reading that keeps what later places need."""

    def __init__(self, stepper: Stepper, given: Mapping[str, Array], size: int) -> None:
        """Nothing is read yet.

        Args:
            stepper: the model's.
            given: its other inputs, each (rows, …).
            size: the most tokens that are read.
        """
        self.stepper = stepper
        self.places: Array = np.arange(size, dtype=np.int32)
        self.once = stepper.once(dict(given))
        self.kept: Any = {}
        self.read = 0

    def begin(self, tokens: Array) -> Array:
        """Read texts from their start."""
        self.kept, self.read = {}, 0
        return self._read(tokens)

    def go_on(self, tokens: Array) -> Array:
        """Read one more token of each row."""
        return self._read(tokens[:, None])

    def keep(self, rows: Array) -> None:
        """Go on with these rows."""
        index = ops.convert_to_tensor(rows.astype(np.int32))
        self.kept, self.once = keras.tree.map_structure(
            lambda values: None if values is None else ops.take(values, index, axis=0),
            (self.kept, self.once),
        )

    def _read(self, tokens: Array) -> Array:
        first = np.int32(self.read)
        outputs, self.kept = self.stepper.step(self.kept, self.once, tokens, first, self.places)
        self.read += tokens.shape[1]
        return np.asarray(ops.convert_to_numpy(outputs))
