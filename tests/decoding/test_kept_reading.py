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
from yamlnet.decoding.next_token import NextToken
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
        {from: [x, x], num_heads: 2, key_dim: 4, sliding_window: 3, dropout: 0.1,
         with: {use_causal_mask: true}}
    - ops.concatenate: {from: [_, "x[..., :3]"], axis: -1}
    - ops.expand_dims: {axis: 1}
    - ops.softmax: {axis: -1}
    - ops.sum: {axis: 1}
    - Conv1D: {filters: 6, kernel_size: 3, padding: causal, dilation_rate: 2, activation: relu}
    - BatchNormalization
    - EinsumDense: {equation: "abc,cd->abd", output_shape: [null, 13]}
"""
BOTH_WAYS = """
    - Embedding: {input_dim: 13, output_dim: 6}
    - Bidirectional: {layer: {LSTM: {units: 4, return_sequences: true}}, as: both}
    - Dense: 13
"""
TOGETHER = """
yamlnet: 1
model:
  inputs: {source: {shape: [null], dtype: int32}, target: {shape: [null], dtype: int32}}
  layers:
    - Embedding: {input_dim: 13, output_dim: 8, mask_zero: true, from: source}
    - LSTM: {units: 8, return_sequences: true, return_state: true, as: [memory, h, c]}
    - Embedding: {input_dim: 13, output_dim: 8, mask_zero: true, from: target, as: words}
    - PositionEmbedding: {sequence_length: 9}
    - Add: {from: [words, _], as: x}
    - MultiHeadAttention: {from: [x, x], num_heads: 2, key_dim: 4, with: {use_causal_mask: true}, as: own}
    - Add: {from: [x, own], as: x}
    - MultiHeadAttention: {from: [x, memory], num_heads: 2, key_dim: 4, as: read}
    - Add: {from: [x, read]}
    - LSTM: {units: 8, return_sequences: true, with: {initial_state: [h, c]}}
    - GRU: {units: 8, return_sequences: true}
    - Conv1D: {filters: 8, kernel_size: 3, dilation_rate: 2, padding: causal}
    - Dense: 13
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


@pytest.fixture(scope="session")
def on_torch() -> None:
    """Skips what does not depend on the backend, except on PyTorch, which compiles nothing."""
    if keras.backend.backend() != "torch":
        pytest.skip("the same on every backend: tested on PyTorch")


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


def test_attention_states_and_convolutions_over_a_source(tmp_path: Any) -> None:
    """On every backend, for all of them together take as long to compile as each."""
    compared(built(TOGETHER, folder=tmp_path), "target", {"source": SOURCE})


@pytest.mark.usefixtures("on_torch")
def test_a_gpt() -> None:
    compared(built("text/gpt2", GPT), "tokens")


@pytest.mark.usefixtures("on_torch")
def test_a_transformer_over_a_source() -> None:
    compared(built("text/transformer", TRANSFORMER), "target", {"source": SOURCE}, padded=True)


@pytest.mark.usefixtures("on_torch")
def test_lstms_that_begin_where_others_ended() -> None:
    compared(built("sequence/seq2seq", SEQ2SEQ), "target", {"source": SOURCE}, padded=True)


@pytest.mark.usefixtures("on_torch")
def test_causal_convolutions() -> None:
    compared(built("sequence/wavenet", WAVENET), "samples")


@pytest.mark.usefixtures("on_torch")
def test_other_recurrent_layers(tmp_path: Any) -> None:
    compared(built(HEAD + RECURRENT, folder=tmp_path), "tokens", padded=True)


@pytest.mark.usefixtures("on_torch")
def test_other_attention_and_operations(tmp_path: Any) -> None:
    compared(built(HEAD + ATTENDING, folder=tmp_path), "tokens", padded=True)


@pytest.mark.usefixtures("on_torch")
def test_a_learnt_value_for_each_place_of_a_fixed_length(tmp_path: Any) -> None:
    compared(built(FIXED, folder=tmp_path), "tokens")


@pytest.mark.usefixtures("on_torch")
class TestReading:
    """What does not depend on the backend."""

    def test_a_text_longer_than_the_room_goes_on_from_its_second_half(self) -> None:
        model = built("text/gpt2", GPT)  # 12 positions
        prompt = NUMBERS.integers(0, TOKENS, (2, 3)).astype("int32")
        found = continued(NextToken(model, "tokens"), prompt, {}, 24, Choice(temperature=0))
        expected, first = prompt, 0
        for _ in range(24):
            if expected.shape[1] - first > 12:
                first = expected.shape[1] - 6
            logits = whole(model, "tokens", expected[:, first:], {})[:, -1]
            expected = np.concatenate([expected, logits.argmax(-1)[:, None]], axis=1)
        assert found.tolist() == expected.tolist()

    def test_a_layer_that_reads_everything_is_told_and_read_again(self, tmp_path: Any) -> None:
        model = built(HEAD + BOTH_WAYS, folder=tmp_path)
        assert why_whole(model, "tokens").startswith('"both" (Bidirectional) is not known')
        prompt = np.array([[1, 2, 3]], dtype=np.int32)
        found = continued(NextToken(model, "tokens"), prompt, {}, 3, Choice(temperature=0))
        for place in range(3, 6):
            assert found[0, place] == whole(model, "tokens", found[:, :place], {})[0, -1].argmax()

    @pytest.mark.parametrize(
        ("layers", "told"),
        [
            ("[{MultiHeadAttention: {from: [x, x], num_heads: 1, key_dim: 2}}]", "no use_causal_mask"),
            ("[{LSTM: {units: 3, return_sequences: true, go_backwards: true}}]", "from its end"),
            ("[{Conv1D: {filters: 3, kernel_size: 3, padding: same}}]", "padding: same"),
            ("[{ops.flip: {axis: 1}}]", "is not known"),
            ("[{LayerNormalization: {axis: 1}}]", "along the text"),
        ],
    )
    def test_what_cannot_go_on_says_so(self, layers: str, told: str, tmp_path: Any) -> None:
        head = HEAD.replace("[null]", "[9]") + "    - Embedding: {input_dim: 13, output_dim: 6, as: x}\n"
        model = built(f"{head}    - layers: {layers}\n    - Dense: 13\n", folder=tmp_path)
        assert told in why_whole(model, "tokens")

    def test_rows_end_at_the_stop_token(self) -> None:
        model = built("text/gpt2", GPT)
        prompt = NUMBERS.integers(0, TOKENS, (5, 2)).astype("int32")
        free = continued(NextToken(model, "tokens"), prompt, {}, 8, Choice(seed=4))
        stop = int(free[2, 4])
        found = continued(NextToken(model, "tokens", stop), prompt, {}, 8, Choice(seed=4))
        for row, other in zip(found[:, 2:].tolist(), free[:, 2:].tolist(), strict=True):
            end = other.index(stop) if stop in other else len(row)
            assert row[:end] == other[:end][: len(row)]
            assert set(row[end:]) <= {stop}
        without = continued(NextToken(model, "tokens", banned=[stop]), prompt, {}, 8, Choice(seed=4))
        assert stop not in without[:, 2:]

    def test_beams_with_a_model_beside_them(self) -> None:
        model, source = built("text/transformer", TRANSFORMER), {"source": SOURCE}
        prompt = np.array([[1], [1]], dtype=np.int32)
        found = continued(NextToken(model, "target"), prompt, source, 3, Choice(beams=200))
        for row in range(2):
            one = {"source": SOURCE[row : row + 1].repeat(TOKENS**3, axis=0)}
            every = np.stack(np.meshgrid(*[np.arange(TOKENS)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
            texts = np.concatenate([np.ones((len(every), 1), int), every], axis=1).astype("int32")
            logits = whole(model, "target", texts, one)[:, :3].astype("float64")
            logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
            sums = np.take_along_axis(logs, every[:, :, None], axis=2).sum(axis=(1, 2))
            assert found[row, 1:].tolist() == every[sums.argmax()].tolist()
