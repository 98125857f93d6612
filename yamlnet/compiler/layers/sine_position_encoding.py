"""`SinePositionEncoding`: fixed positions made of sines and cosines."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="yamlnet")
class SinePositionEncoding(keras.layers.Layer):
    """The fixed encoding of positions of the Transformer, to be added to the sequence.

    Feature 2i of position p is sin(p / max_wavelength^(2i / features)), feature 2i + 1 its cosine.
    Source: Vaswani et al., "Attention is all you need", 2017 (arXiv:1706.03762), section 3.5.

    Args:
        max_wavelength: the longest wavelength, over 2π, in positions.

    Call arguments:
        inputs: (batch, …, steps, features). Only the shape is used.
        start_index: the position of the first step, a number or a scalar tensor.

    Returns:
        The encodings, of the shape of `inputs`, in the compute dtype (the angles are float32).
    """

    def __init__(self, max_wavelength: float = 10000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if max_wavelength <= 0:
            raise ValueError(f"`max_wavelength` must be above 0. Received: {max_wavelength}")
        self.max_wavelength = max_wavelength
        self.supports_masking = True

    def call(self, inputs: Any, start_index: Any = 0) -> Any:
        """The encodings of the positions from `start_index` on, repeated for every sequence."""
        shape = ops.shape(inputs)
        feature = np.arange(inputs.shape[-1])
        frequencies = self.max_wavelength ** (-2.0 * (feature // 2) / max(1, feature.size))
        positions = ops.arange(shape[-2], dtype="float32") + ops.cast(start_index, "float32")
        angles = positions[:, None] * ops.convert_to_tensor(frequencies, dtype="float32")
        encoding = ops.where(ops.convert_to_tensor(feature % 2 == 0), ops.sin(angles), ops.cos(angles))
        return ops.broadcast_to(ops.cast(encoding, self.compute_dtype), shape)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of `inputs`.

        Raises:
            ValueError: it has no steps, or a free number of features.
        """
        if len(input_shape) < 3 or input_shape[-1] is None:
            raise ValueError(
                "SinePositionEncoding needs (batch, steps, features) with a fixed number of features. "
                f"Received: {tuple(input_shape)}"
            )
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "max_wavelength": self.max_wavelength}
