"""`PatchEmbedding`: an image as a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="yamlnet")
class PatchEmbedding(keras.layers.Layer):
    """Cuts an image into patches that do not overlap and projects each to a vector.

    Patches are in reading order. Source: Dosovitskiy et al., "An image is worth 16×16 words", 2020
    (arXiv:2010.11929), section 3.1.

    Args:
        patch_size: the height and width of a patch in pixels: one number, or two.
        embed_dim: the length of each patch's vector.

    Call arguments:
        inputs: (batch, height, width, channels); height and width are multiples of the patch's.

    Returns:
        (batch, patches, embed_dim) in the compute dtype.
    """

    def __init__(self, patch_size: int | Sequence[int], embed_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        size = (patch_size, patch_size) if isinstance(patch_size, int) else tuple(patch_size)
        if len(size) != 2 or min(size) < 1 or embed_dim < 1:
            raise ValueError(
                "`patch_size` is one or two numbers above 0, `embed_dim` a number above 0. "
                f"Received: patch_size={patch_size}, embed_dim={embed_dim}"
            )
        self.patch_size = size
        self.embed_dim = int(embed_dim)
        self.projection = keras.layers.Conv2D(
            self.embed_dim,
            size,
            strides=size,
            data_format="channels_last",
            dtype=self.dtype_policy,
            name="projection",
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Build the projection."""
        self.compute_output_shape(input_shape)
        self.projection.build(input_shape)

    def call(self, inputs: Any) -> Any:
        """Project every patch and put them in a row."""
        patches = self.projection(inputs)
        return ops.reshape(patches, (ops.shape(patches)[0], -1, self.embed_dim))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(batch, patches, embed_dim); the number of patches is free where an image's side is.

        Raises:
            ValueError: no image, or one that patches do not fill.
        """
        if len(input_shape) != 4:
            raise ValueError(
                "PatchEmbedding needs images (batch, height, width, channels). "
                f"Received: {tuple(input_shape)}"
            )
        batch, *sides, _ = input_shape
        patches: int | None = 1
        for side, size in zip(sides, self.patch_size, strict=True):
            if side is not None and side % size:
                raise ValueError(
                    f"images of {sides[0]}×{sides[1]} cannot be cut into patches of "
                    f"{self.patch_size[0]}×{self.patch_size[1]}; resize or pad them to a multiple"
                )
            patches = None if side is None or patches is None else patches * (side // size)
        return (batch, patches, self.embed_dim)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "patch_size": list(self.patch_size),
            "embed_dim": self.embed_dim,
        }
