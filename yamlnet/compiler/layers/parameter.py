"""`Parameter`: a trainable tensor as a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="yamlnet")
class Parameter(keras.layers.Layer):
    """A trainable tensor, repeated for every row of the batch: a class token, learned queries.

    The input only tells the size of the batch; its values and mask are not used.

    Args:
        shape: the tensor's shape, without the batch axis; at least one axis.
        initializer: how it starts.

    Call arguments:
        inputs: any tensor of shape (batch, …).

    Returns:
        (batch, *shape) in the compute dtype.
    """

    def __init__(self, shape: Sequence[int], initializer: Any = "zeros", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(int(axis) for axis in shape)
        if not self.shape or min(self.shape) < 1:
            raise ValueError(f"`shape` needs one axis or more, each 1 or more. Received: shape={shape}")
        self.initializer = keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the tensor; `input_shape` does not matter."""
        self.value = self.add_weight(shape=self.shape, initializer=self.initializer, name="value")

    def call(self, inputs: Any) -> Any:
        """Repeat the tensor for every row of `inputs`."""
        return ops.broadcast_to(self.value[None], (ops.shape(inputs)[0], *self.shape))

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """No mask: the input's steps are not the tensor's."""
        return None

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(batch, *shape)."""
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        initializer = keras.initializers.serialize(self.initializer)
        return {**super().get_config(), "shape": list(self.shape), "initializer": initializer}
