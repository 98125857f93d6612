"""`RandomDraw`: how the functions of `keras.random` enter a graph.

They take no symbolic tensors and need a seed that lives with the model; a layer has both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

Shape = tuple[int | None, ...]

FROM_SHAPE: dict[str, Callable[..., Any]] = {
    "beta": keras.random.beta,
    "binomial": keras.random.binomial,
    "gamma": keras.random.gamma,
    "normal": keras.random.normal,
    "randint": keras.random.randint,
    "truncated_normal": keras.random.truncated_normal,
    "uniform": keras.random.uniform,
}
"""The functions that make a tensor of a given shape."""

FROM_TENSOR: dict[str, Callable[..., Any]] = {
    "categorical": keras.random.categorical,
    "dropout": keras.random.dropout,
    "shuffle": keras.random.shuffle,
}
"""The functions that work on a tensor."""

SETTLED = ("shape", "dtype", "seed")
"""The arguments that the layer settles for the function."""

WHOLE_NUMBERS = ("categorical", "randint")
"""The functions whose default type is int32; the others take the layer's compute dtype."""


@keras.saving.register_keras_serializable(package="yamlnet")
class RandomDraw(keras.layers.Layer):
    """Calls a function of `keras.random` in every call of the model, each time with new numbers.

    Args:
        function: its name: `normal`, `dropout`, …
        arguments: its other arguments by name. `shape` is written without the batch axis, which the
            input gives; without `shape`, the input's own shape is drawn. `seed` seeds the layer.

    Call arguments:
        inputs: the tensor that the function works on, or that only tells the shape.

    Returns:
        What the function returns, (batch, …).
    """

    def __init__(self, function: str, arguments: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        functions = {**FROM_SHAPE, **FROM_TENSOR}
        if function not in functions:
            raise ValueError(f"keras.random.{function} is not one of {', '.join(sorted(functions))}")
        self.function = function
        self.arguments = dict(arguments or {})
        self.seed_generator = keras.random.SeedGenerator(self.arguments.get("seed"))
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Draw."""
        given = {name: value for name, value in self.arguments.items() if name not in SETTLED}
        if self.function in FROM_SHAPE:
            shape = self._with_batch(ops.shape(inputs))
            draw = FROM_SHAPE[self.function]
            return draw(shape, **given, dtype=self._drawn_dtype(inputs), seed=self.seed_generator)
        if self.function == "categorical":
            given["dtype"] = self._drawn_dtype(inputs)
        return FROM_TENSOR[self.function](inputs, **given, seed=self.seed_generator)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The shape of what the function returns."""
        if self.function in FROM_SHAPE:
            drawn: Shape = self._with_batch(tuple(input_shape))
            return drawn
        if self.function == "categorical":
            return (input_shape[0], self.arguments["num_samples"])
        return tuple(input_shape)

    def compute_output_spec(self, inputs: Any) -> Any:
        """The shape and type of what the function returns."""
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype=self._drawn_dtype(inputs))

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The input's mask, where the result has the input's steps."""
        keeps_steps = "shape" not in self.arguments and self.function not in ("categorical", "shuffle")
        return previous_mask if keeps_steps else None

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "function": self.function, "arguments": dict(self.arguments)}

    def _with_batch(self, shape: Any) -> Any:
        wanted = self.arguments.get("shape")
        return tuple(shape) if wanted is None else (shape[0], *wanted)

    def _drawn_dtype(self, inputs: Any) -> str:
        if self.function in ("dropout", "shuffle"):
            return str(keras.backend.standardize_dtype(inputs.dtype))
        default = "int32" if self.function in WHOLE_NUMBERS else self.compute_dtype
        return str(self.arguments.get("dtype") or default)
