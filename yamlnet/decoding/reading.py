"""Reading a text that grows: what a model says of the token that comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops

from yamlnet.compiler.structure import model_inputs, named_inputs
from yamlnet.decoding.choice import Array
from yamlnet.decoding.compiled import compiled


class Reading(Protocol):
    """A text that a model reads, some rows of it side by side."""

    def begin(self, tokens: Array) -> Array:
        """Read texts from their start, (rows, time): what is given at their end, (rows, vocabulary)."""

    def go_on(self, tokens: Array) -> Array:
        """Read one more token of each row, (rows,): what is given after it, (rows, vocabulary)."""

    def keep(self, rows: Array) -> None:
        """Go on with these rows, by their numbers: some may be left out, some be there several times."""


class WholeReading:
    """Reads the whole text again for each token: right for every model, and slow for a long text."""

    def __init__(self, model: keras.Model, tokens_input: str, given: Mapping[str, Array]) -> None:
        """Nothing is read yet; `given` are the model's other inputs, each (rows, …)."""
        self.model, self.name, self.given = model, tokens_input, dict(given)
        self.text: Array = np.zeros((0, 0), dtype=np.int32)
        self.call = compiled(self._call, model)

    def begin(self, tokens: Array) -> Array:
        """Read texts from their start."""
        self.text = tokens
        return self._last()

    def go_on(self, tokens: Array) -> Array:
        """Read everything and one more token."""
        self.text = np.concatenate([self.text, tokens[:, None]], axis=1)
        return self._last()

    def keep(self, rows: Array) -> None:
        """Go on with these rows."""
        self.text = self.text[rows]
        self.given = {name: values[rows] for name, values in self.given.items()}

    def _last(self) -> Array:
        """What the model gives at the end. An input of a fixed length is filled up behind it."""
        length = self.text.shape[1]
        fixed = named_inputs(self.model)[self.name].shape[1]
        text = self.text if fixed is None else np.pad(self.text, ((0, 0), (0, fixed - length)))
        found = self.call({**self.given, self.name: text})
        return np.asarray(ops.convert_to_numpy(found[:, length - 1]))

    def _call(self, inputs: Mapping[str, Any]) -> Any:
        """The model's first output, (rows, time, vocabulary)."""
        found = self.model(model_inputs(self.model, inputs), training=False)
        if isinstance(found, dict):
            return next(iter(found.values()))
        return found[0] if isinstance(found, list | tuple) else found
