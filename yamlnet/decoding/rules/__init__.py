"""Every layer and operation that can go on when a text grows, and how: the one list.

One that is not here may still read a text; the whole of it is read again for each token then, and the user is
told which it was.
"""

from __future__ import annotations

from typing import Any

from keras import layers

from yamlnet.compiler.layers.parameter import Parameter
from yamlnet.compiler.layers.position_embedding import PositionEmbedding
from yamlnet.compiler.layers.rotary_embedding import RotaryEmbedding
from yamlnet.compiler.layers.sine_position_encoding import SinePositionEncoding
from yamlnet.compiler.layers.stop_gradient import StopGradient
from yamlnet.decoding.rules.attention import attention, simple_attention
from yamlnet.decoding.rules.convolution import convolution
from yamlnet.decoding.rules.each_place import (
    each_place,
    each_vector,
    einsum,
    joined,
    other_axes,
    shared_slopes,
    side_by_side,
)
from yamlnet.decoding.rules.operations import OPERATIONS
from yamlnet.decoding.rules.positions import learnt, positions, rotations
from yamlnet.decoding.rules.recurrent import recurrent
from yamlnet.decoding.rules.rule import NotStepwise, Rule

LAYERS: dict[type[Any], Rule] = {
    layers.Activation: each_place,
    layers.ActivityRegularization: each_place,
    layers.AlphaDropout: each_place,
    layers.Dropout: each_place,
    layers.ELU: each_place,
    layers.Embedding: each_place,
    layers.GaussianDropout: each_place,
    layers.GaussianNoise: each_place,
    layers.Identity: each_place,
    layers.LeakyReLU: each_place,
    layers.ReLU: each_place,
    layers.Rescaling: each_place,
    layers.ReversibleEmbedding: each_place,
    layers.SpatialDropout1D: each_place,
    layers.TimeDistributed: each_place,
    StopGradient: each_place,
    layers.Dense: each_vector,
    layers.Masking: each_vector,
    layers.EinsumDense: einsum,
    layers.BatchNormalization: other_axes,
    layers.LayerNormalization: other_axes,
    layers.RMSNormalization: other_axes,
    layers.Softmax: other_axes,
    layers.UnitNormalization: other_axes,
    layers.PReLU: shared_slopes,
    layers.Add: side_by_side,
    layers.Average: side_by_side,
    layers.Maximum: side_by_side,
    layers.Minimum: side_by_side,
    layers.Multiply: side_by_side,
    layers.Subtract: side_by_side,
    layers.Concatenate: joined,
    PositionEmbedding: positions,
    SinePositionEncoding: positions,
    RotaryEmbedding: rotations,
    Parameter: learnt,
    layers.MultiHeadAttention: attention,
    layers.GroupQueryAttention: attention,
    layers.Attention: simple_attention,
    layers.AdditiveAttention: simple_attention,
    layers.LSTM: recurrent,
    layers.GRU: recurrent,
    layers.SimpleRNN: recurrent,
    layers.RNN: recurrent,
    layers.Conv1D: convolution,
}


def rule_of(operation: Any) -> Rule:
    """The rule of a layer or an operation.

    Raises:
        NotStepwise: there is none.
    """
    kind = type(operation)
    found = LAYERS.get(kind)
    if found is None and kind.__module__.startswith("keras.src.ops."):
        found = OPERATIONS.get(kind.__name__)
    if found is None:
        raise NotStepwise("is not known to need nothing of the text but what was kept")
    return found
