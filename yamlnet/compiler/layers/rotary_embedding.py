"""`RotaryEmbedding`: positions as rotations."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="yamlnet")
class RotaryEmbedding(keras.layers.Layer):
    """Rotates pairs of features by angles that grow with the position; for queries and keys.

    Feature i of the first half is paired with feature i of the second half (as in GPT-NeoX and Llama)
    and turned by p / max_wavelength^(2i / features), p being the position over `scaling_factor`. So the
    product of a query and a key depends on the distance of their positions only.
    Source: Su et al., "RoFormer", 2021 (arXiv:2104.09864); `scaling_factor`: Chen et al., "Extending
    context window of large language models via positional interpolation", 2023 (arXiv:2306.15595).

    Args:
        max_wavelength: the longest wavelength, over 2π, in positions.
        scaling_factor: divides the positions, to stretch the context that a model was trained for.
        sequence_axis: the axis of positions.
        feature_axis: the axis of features; their number must be even.

    Call arguments:
        inputs: (batch, steps, …, features), or as the axes say.
        start_index: the position of the first step, a number or a scalar tensor.

    Returns:
        The rotated input: same shape, compute dtype (the angles are float32).
    """

    def __init__(
        self,
        max_wavelength: float = 10000,
        scaling_factor: float = 1.0,
        sequence_axis: int = 1,
        feature_axis: int = -1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if max_wavelength <= 0 or scaling_factor <= 0:
            raise ValueError(
                "`max_wavelength` and `scaling_factor` must be above 0. "
                f"Received: max_wavelength={max_wavelength}, scaling_factor={scaling_factor}"
            )
        self.max_wavelength = max_wavelength
        self.scaling_factor = scaling_factor
        self.sequence_axis = sequence_axis
        self.feature_axis = feature_axis
        self.supports_masking = True

    def call(self, inputs: Any, start_index: Any = 0) -> Any:
        """Rotate every pair of features of every step."""
        sequence, feature = self._axes(inputs.shape)
        angles = self._angles(ops.shape(inputs)[sequence], inputs.shape[feature], start_index)
        around = [1] * len(inputs.shape)
        around[sequence], around[feature] = -1, inputs.shape[feature]
        angles = ops.reshape(angles if sequence < feature else ops.transpose(angles), around)
        first, second = ops.split(inputs, 2, axis=feature)
        turned = ops.concatenate([-second, first], axis=feature)
        dtype = self.compute_dtype
        return inputs * ops.cast(ops.cos(angles), dtype) + turned * ops.cast(ops.sin(angles), dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of `inputs`.

        Raises:
            ValueError: an axis is not there, or the number of features is free or odd.
        """
        self._axes(tuple(input_shape))
        return tuple(input_shape)

    def compute_output_spec(self, inputs: Any, start_index: Any = 0) -> Any:
        """As the inputs, in the compute dtype."""
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "max_wavelength": self.max_wavelength,
            "scaling_factor": self.scaling_factor,
            "sequence_axis": self.sequence_axis,
            "feature_axis": self.feature_axis,
        }

    def _angles(self, steps: Any, features: int, start_index: Any) -> Any:
        """The angle of every feature at every step, (steps, features), both halves alike."""
        exponents = np.arange(0, features, 2) / features
        frequencies = np.tile(float(self.max_wavelength) ** -exponents, 2)
        positions = ops.arange(steps, dtype="float32") + ops.cast(start_index, "float32")
        return (positions / self.scaling_factor)[:, None] * ops.convert_to_tensor(frequencies, "float32")

    def _axes(self, shape: tuple[int | None, ...]) -> tuple[int, int]:
        """The axes of positions and features, counted from the front."""
        rank = len(shape)
        axes = [axis + rank if axis < 0 else axis for axis in (self.sequence_axis, self.feature_axis)]
        if not all(0 < axis < rank for axis in axes) or axes[0] == axes[1]:
            raise ValueError(
                f"RotaryEmbedding needs its sequence_axis={self.sequence_axis} and "
                f"feature_axis={self.feature_axis} to be two axes besides the batch. Received: {shape}"
            )
        features = shape[axes[1]]
        if features is None or features % 2:
            raise ValueError(f"RotaryEmbedding needs a fixed, even number of features. Received: {shape}")
        return axes[0], axes[1]
