"""yamlnet's own layers: only what Keras lacks, written in `keras.ops` and registered with Keras."""

from __future__ import annotations

from typing import Any

from yamlnet.compiler.layers.parameter import Parameter
from yamlnet.compiler.layers.patch_embedding import PatchEmbedding
from yamlnet.compiler.layers.position_embedding import PositionEmbedding
from yamlnet.compiler.layers.random_draw import RandomDraw
from yamlnet.compiler.layers.rotary_embedding import RotaryEmbedding
from yamlnet.compiler.layers.sampling import Sampling
from yamlnet.compiler.layers.sine_position_encoding import SinePositionEncoding
from yamlnet.compiler.layers.stop_gradient import StopGradient

OWN_LAYERS: dict[str, Any] = {
    "Parameter": Parameter,
    "Sampling": Sampling,
    "PositionEmbedding": PositionEmbedding,
    "SinePositionEncoding": SinePositionEncoding,
    "RotaryEmbedding": RotaryEmbedding,
    "PatchEmbedding": PatchEmbedding,
    "StopGradient": StopGradient,
}
"""The layers that a blueprint can name, as the catalogue declares them."""

__all__ = ["OWN_LAYERS", "RandomDraw", *OWN_LAYERS]
