"""`Sampling`: the reparameterisation trick."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="yamlnet")
class Sampling(keras.layers.Layer):
    """Draws from a normal distribution so that gradients reach its mean and variance.

    Every call draws anew, while training and afterwards; the mean itself is the value without noise.
    Source: Kingma & Welling, "Auto-encoding variational Bayes", 2013 (arXiv:1312.6114).

    Args:
        seed: of the draws; None takes a random one.

    Call arguments:
        mean: (batch, …).
        log_variance: the natural logarithm of the variance, of the same shape.

    Returns:
        mean + exp(log_variance / 2) · noise, of the shape of `mean`, in the compute dtype.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, mean: Any, log_variance: Any) -> Any:
        """Draw one value for every element."""
        noise = keras.random.normal(ops.shape(mean), dtype=self.compute_dtype, seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise

    def compute_output_shape(
        self, mean_shape: tuple[int | None, ...], log_variance_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """The shape of `mean`.

        Raises:
            ValueError: the two shapes differ.
        """
        if tuple(mean_shape) != tuple(log_variance_shape):
            raise ValueError(
                "`mean` and `log_variance` need the same shape. "
                f"Received: mean {tuple(mean_shape)}, log_variance {tuple(log_variance_shape)}"
            )
        return tuple(mean_shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "seed": self.seed}
