"""Layers of a made-up package."""

import keras


@keras.saving.register_keras_serializable("acme_golden")
class GatedDense(keras.layers.Layer):
    """A dense layer times its own gate.

    Args:
        units: Positive integer, the features of the output.
        sharpness: Float, multiplies the gate's logit.
    """

    def __init__(self, units, sharpness=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.sharpness = units, sharpness


class NotALayer:
    """Something else."""
