"""`StopGradient`: values pass, gradients do not."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="yamlnet")
class StopGradient(keras.layers.Layer):
    """Passes its input on and stops the gradient: what comes before is not trained through it.

    Call arguments:
        inputs: any tensor.

    Returns:
        The input.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The input, taken as a constant."""
        return ops.stop_gradient(inputs)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of `inputs`."""
        return tuple(input_shape)

    def compute_output_spec(self, inputs: Any) -> Any:
        """As the inputs; whole numbers stay whole numbers."""
        return keras.KerasTensor(inputs.shape, dtype=inputs.dtype)
