"""`PositionEmbedding`: learned positions."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="yamlnet")
class PositionEmbedding(keras.layers.Layer):
    """A learned vector for each position of a sequence, to be added to the sequence.

    Source: Gehring et al., "Convolutional sequence to sequence learning", 2017 (arXiv:1705.03122), as
    BERT and GPT use it.

    Args:
        sequence_length: the longest sequence; shorter ones use the first positions.
        initializer: how the vectors start.

    Call arguments:
        inputs: (batch, …, steps, features). Only the shape is used.
        start_index: the position of the first step, a number or a scalar tensor.

    Returns:
        The vectors of the positions, of the shape of `inputs`, in the compute dtype.
    """

    def __init__(self, sequence_length: int, initializer: Any = "glorot_uniform", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if sequence_length < 1:
            raise ValueError(f"`sequence_length` must be 1 or more. Received: {sequence_length}")
        self.sequence_length = int(sequence_length)
        self.initializer = keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make one vector a position, as long as the features."""
        self._check(input_shape)
        self.embeddings = self.add_weight(
            shape=(self.sequence_length, input_shape[-1]), initializer=self.initializer, name="embeddings"
        )

    def call(self, inputs: Any, start_index: Any = 0) -> Any:
        """The vectors of the positions from `start_index` on, repeated for every sequence."""
        shape = ops.shape(inputs)
        if isinstance(start_index, int):
            return ops.broadcast_to(self.embeddings[start_index : start_index + shape[-2]], shape)
        table = ops.convert_to_tensor(self.embeddings)
        vectors = ops.slice(table, (start_index, 0), (shape[-2], shape[-1]))
        return ops.broadcast_to(vectors, shape)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of `inputs`."""
        self._check(input_shape)
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "sequence_length": self.sequence_length,
            "initializer": keras.initializers.serialize(self.initializer),
        }

    def _check(self, shape: tuple[int | None, ...]) -> None:
        if len(shape) < 3 or shape[-1] is None:
            raise ValueError(
                "PositionEmbedding needs (batch, steps, features) with a fixed number of features. "
                f"Received: {tuple(shape)}"
            )
        if shape[-2] is not None and shape[-2] > self.sequence_length:
            raise ValueError(
                f"the sequence has {shape[-2]} steps, PositionEmbedding has "
                f"sequence_length={self.sequence_length} positions"
            )
