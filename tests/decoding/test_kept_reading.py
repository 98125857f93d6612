"""What is read with a cache is what the whole model gives, at each place; what cannot be is told."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet.compiler.structure import model_inputs
from yamlnet.decoding.choice import Choice
from yamlnet.decoding.continue_tokens import continued, reading_of, why_whole
from yamlnet.resources import gallery

pytestmark = pytest.mark.backend

TOKENS, TIME, PROMPT = 13, 9, 4
NUMBERS = np.random.default_rng(3)
SOURCE = np.array([[5, 3, 8, 1, 9, 2], [7, 2, 0, 0, 0, 0]], dtype=np.int32)

HEAD = "yamlnet: 1\nmodel:\n  inputs: {tokens: {shape: [null], dtype: int32}}\n  layers:\n"
RECURRENT = """
    - Embedding: {input_dim: 13, output_dim: 6, mask_zero: true}
    - GRU: {units: 7, return_sequences: true}
    - SimpleRNN: {units: 7, return_sequences: true}
    - RNN: {cell: {LSTMCell: 5}, return_sequences: true}
    - TimeDistributed: {layer: {Dense: 6}}
    - Dense: 13
"""
ATTENDING = """
    - Embedding: {input_dim: 13, output_dim: 8, mask_zero: true, as: words}
    - SinePositionEncoding
    - Add: {from: [words, _]}
    - RotaryEmbedding: {as: turned}
    - Parameter: {shape: [1, 8], from: tokens, as: learnt}
    - Multiply: {from: [turned, learnt], as: x}
    - GroupQueryAttention:
        {from: [x, x], head_dim: 4, num_query_heads: 4, num_key_value_heads: 2, with: {use_causal_mask: true}}
    - Add: {from: [_, x], as: x}
    - MultiHeadAttention:
        {from: [x, x], num_heads: 2, key_dim: 4, sliding_window: 3, dropout: 0.1, with: {use_causal_mask: true}}
    - ops.concatenate: {from: [_, "x[..., :3]"], axis: -1}
    - ops.expand_dims: {axis: 1}
    - ops.softmax: {axis: -1}
    - ops.sum: {axis: 1}
    - Conv1D: {filters: 6, kernel_size: 3, padding: causal, dilation_rate: 2, activation: relu}
    - BatchNormalization
    - EinsumDense: {equation: "abc,cd->abd", output_shape: [null, 13]}
"""
FIXED = """
yamlnet: 1
model:
  inputs: {tokens: {shape: [9], dtype: int32}}
  layers:
    - Embedding: {input_dim: 13, output_dim: 6, as: words}
    - Parameter: {shape: [9, 6], initializer: RandomNormal, from: tokens}
    - Add: {from: [words, _], as: x}
    - MultiHeadAttention: {from: [x, x], num_heads: 2, key_dim: 4, with: {use_causal_mask: true}}
    - Dense: 13
"""

GPT = ("depth=2", "width=16", "heads=2", "length=12", f"vocabulary={TOKENS}")
TRANSFORMER = ("depth=2", "width=16", "heads=2", "hidden=16", f"vocabulary={TOKENS}")
SEQ2SEQ = ("units=6", "embedding=5", f"source_words={TOKENS}", f"target_words={TOKENS}")
WAVENET = ("stacks=2", "depth=2", "residual=4", "skip=6", f"classes={TOKENS}")


def built(text_or_name: str, settings: tuple[str, ...] = (), folder: Any = None) -> keras.Model:
    """A model with weights that matter, whatever its initializers say."""
    if folder is not None:
        (folder / "model.yaml").write_text(text_or_name, encoding="utf-8")
        model = yamlnet.load(folder / "model.yaml").build()
    else:
        model = yamlnet.load(gallery()[text_or_name], list(settings)).build()
    numbers = np.random.default_rng(1)
    for weight in model.trainable_weights:
        weight.assign(numbers.normal(0, 0.4, weight.shape))
    return model


def whole(model: keras.Model, name: str, text: Any, given: dict[str, Any]) -> Any:
    found = model(model_inputs(model, {**given, name: text}), training=False)
    return keras.ops.convert_to_numpy(found)


def compared(
    model: keras.Model, name: str, given: dict[str, Any] | None = None, padded: bool = False
) -> None:
    """A prompt at once and then token by token, against the model's answer to the whole text."""
    given = given or {}
    text = NUMBERS.integers(1, TOKENS, (2, TIME)).astype("int32")
    if padded:
        text[1, 2] = 0
    expected = whole(model, name, text, given)[:, PROMPT - 1 :]
    assert why_whole(model, name) == ""
    reading = reading_of(model, name, given, TIME)
    found = [reading.begin(text[:, :PROMPT])]
    found += [reading.go_on(text[:, place]) for place in range(PROMPT, TIME)]
    assert expected.std(axis=1).min() > 1e-4  # places differ
    np.testing.assert_allclose(np.stack(found, axis=1), expected, rtol=1e-4, atol=1e-5)


def test_a_gpt() -> None:
    compared(built("text/gpt2", GPT), "tokens")


def test_a_transformer_over_a_source() -> None:
    compared(built("text/transformer", TRANSFORMER), "target", {"source": SOURCE}, padded=True)


def test_lstms_that_begin_where_others_ended() -> None:
    compared(built("sequence/seq2seq", SEQ2SEQ), "target", {"source": SOURCE}, padded=True)


def test_causal_convolutions() -> None:
    compared(built("sequence/wavenet", WAVENET), "samples")


def test_other_recurrent_layers(tmp_path: Any) -> None:
    compared(built(HEAD + RECURRENT, folder=tmp_path), "tokens", padded=True)


def test_other_attention_and_operations(tmp_path: Any) -> None:
    compared(built(HEAD + ATTENDING, folder=tmp_path), "tokens", padded=True)


def test_a_learnt_value_for_each_place_of_a_fixed_length(tmp_path: Any) -> None:
    compared(built(FIXED, folder=tmp_path), "tokens")
