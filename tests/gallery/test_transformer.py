"""`text/transformer.yaml` has about the paper's sizes, and gives what `torch.nn.Transformer` gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow]

VOCABULARY, DEPTH, WIDTH, HIDDEN, HEADS = 53, 2, 32, 48, 4
SMALL_ENOUGH = (
    f"vocabulary={VOCABULARY}",
    f"depth={DEPTH}",
    f"width={WIDTH}",
    f"hidden={HIDDEN}",
    f"heads={HEADS}",
)


@pytest.mark.parametrize(
    ("variant", "width", "hidden", "table_3"),
    [("", 512, 2048, 65e6), (":base", 512, 2048, 65e6), (":big", 1024, 4096, 213e6)],
)
def test_it_has_as_many_parameters(
    build: Callable[..., Any], variant: str, width: int, hidden: int, table_3: float
) -> None:
    with keras.StatelessScope(initialize_variables=False):  # shapes alone, without their gigabytes
        model = build(f"text/transformer.yaml{variant}")
    attention = 4 * width * width
    feed_forward = width * hidden + hidden + hidden * width + width
    norm = 2 * width
    encoder_layer = attention + feed_forward + 2 * norm
    decoder_layer = 2 * attention + feed_forward + 3 * norm
    assert model.count_params() == 37_000 * width + 6 * (encoder_layer + decoder_layer)
    assert model.count_params() == pytest.approx(table_3, rel=0.04)


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    return build("text/transformer.yaml", *SMALL_ENOUGH)


@pytest.fixture(scope="module")
def theirs() -> Any:
    """PyTorch's Transformer as in the paper: no norm after the stacks, no biases in attention."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(2)
    torch.manual_seed(0)
    model = torch.nn.Transformer(
        d_model=WIDTH,
        nhead=HEADS,
        num_encoder_layers=DEPTH,
        num_decoder_layers=DEPTH,
        dim_feedforward=HIDDEN,
        layer_norm_eps=1e-6,
        norm_first=False,
        batch_first=True,
    ).eval()
    model.encoder.norm = model.decoder.norm = None
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.add_(torch.randn_like(weight) * 0.15)
            if name.endswith(("in_proj_bias", "out_proj.bias")):
                weight.zero_()
    return model


@pytest.fixture(scope="module")
def table() -> Any:
    return np.random.default_rng(3).normal(scale=WIDTH**-0.5, size=(VOCABULARY, WIDTH)).astype("float32")


def test_its_layers_have_the_names_that_weights_are_saved_under(ours: Any) -> None:
    names = {layer.name for layer in ours.layers}
    assert {name for name in names if name.startswith("encoder_2_")} == {
        f"encoder_2_{part}"
        for part in (
            "attention_heads",
            "attention_dropout",
            "attention_add",
            "attention_norm",
            "feed_forward_expand",
            "feed_forward_project",
            "feed_forward_dropout",
            "feed_forward_add",
            "feed_forward_norm",
        )
    }
    assert {"decoder_2_attention_heads", "decoder_2_cross_attention_heads", "embedding"} <= names


@pytest.mark.usefixtures("held_once")
def test_with_the_same_weights_it_gives_the_same_logits(ours: Any, theirs: Any, table: Any) -> None:
    copy_weights(theirs, table, ours)
    for source_length, target_length in ((11, 8), (6, 9)):
        sentences = pairs(source_length, target_length)
        expected = reference_logits(theirs, table, sentences["source"], sentences["target"])
        assert expected.shape == (3, target_length, VOCABULARY)
        assert np.ptp(expected) > 1, "the outputs say too little to be compared"
        np.testing.assert_allclose(ours.predict(sentences, verbose=0), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.usefixtures("held_once")
def test_padding_is_as_good_as_nothing(ours: Any) -> None:
    sentences = pairs(11, 8)
    padded = ours.predict(sentences, verbose=0)
    for row in range(3):
        alone = {name: tokens[row : row + 1] for name, tokens in sentences.items()}
        alone = {name: tokens[tokens > 0][None] for name, tokens in alone.items()}
        steps = alone["target"].shape[1]
        np.testing.assert_allclose(
            ours.predict(alone, verbose=0)[0], padded[row, :steps], rtol=1e-4, atol=1e-5
        )


@pytest.mark.usefixtures("held_once")
def test_what_comes_later_in_the_target_changes_nothing_before_it(ours: Any) -> None:
    sentences = pairs(6, 8)
    changed = sentences["target"].copy()
    changed[0, 5] = changed[0, 5] % 50 + 1
    before = ours.predict(sentences, verbose=0)[0]
    after = ours.predict({**sentences, "target": changed}, verbose=0)[0]
    np.testing.assert_allclose(after[:5], before[:5], rtol=1e-5, atol=1e-6)
    assert np.abs(after[5:] - before[5:]).max() > 1e-3


def pairs(source_length: int, target_length: int) -> dict[str, Any]:
    """Three pairs of sentences of different lengths, padded with 0."""
    rng = np.random.default_rng(source_length)
    lengths = {
        "source": (source_length, [source_length, source_length - 1, source_length // 2]),
        "target": (target_length, [target_length, target_length // 2, target_length - 3]),
    }
    return {
        name: rng.integers(1, VOCABULARY, size=(3, length)) * (np.arange(length) < np.array(own)[:, None])
        for name, (length, own) in lengths.items()
    }


def reference_logits(theirs: Any, table: Any, source: Any, target: Any) -> Any:
    """Sections 3.4 and 3.5 of the paper in NumPy around PyTorch's stacks."""
    import torch

    def embedded(tokens: Any) -> Any:
        steps = np.arange(tokens.shape[1])[:, None]
        angles = steps / 10000 ** (np.arange(0, WIDTH, 2) / WIDTH)
        positions = np.empty((tokens.shape[1], WIDTH))
        positions[:, 0::2], positions[:, 1::2] = np.sin(angles), np.cos(angles)
        return torch.from_numpy((table[tokens] * WIDTH**0.5 + positions).astype("float32"))

    steps = target.shape[1]
    hidden = theirs(
        embedded(source),
        embedded(target),
        tgt_mask=torch.triu(torch.ones(steps, steps, dtype=torch.bool), diagonal=1),
        src_key_padding_mask=torch.from_numpy(source == 0),
        tgt_key_padding_mask=torch.from_numpy(target == 0),
        memory_key_padding_mask=torch.from_numpy(source == 0),
    )
    return hidden.detach().numpy() @ table.T


def copy_weights(theirs: Any, table: Any, ours: Any) -> None:
    """Put the weights of a `torch.nn.Transformer`, and the table of embeddings, into ours."""
    state = {name: value.numpy() for name, value in theirs.state_dict().items()}

    def put(name: str, *arrays: Any) -> None:
        layer = ours.get_layer(name)
        layer.set_weights(
            [given.reshape(own.shape) for given, own in zip(arrays, layer.weights, strict=True)]
        )

    def attention(here: str, there: str, norm: str) -> None:
        query, key, value = np.split(state[f"{there}.in_proj_weight"], 3)
        put(f"{here}_heads", query.T, key.T, value.T, state[f"{there}.out_proj.weight"].T)
        put(f"{here}_norm", state[f"{norm}.weight"], state[f"{norm}.bias"])

    def feed_forward(here: str, there: str, norm: str) -> None:
        for own, name in (("expand", "linear1"), ("project", "linear2")):
            put(f"{here}_{own}", state[f"{there}.{name}.weight"].T, state[f"{there}.{name}.bias"])
        put(f"{here}_norm", state[f"{norm}.weight"], state[f"{norm}.bias"])

    put("embedding", table)
    for index in range(DEPTH):
        here, there = f"encoder_{index + 1}", f"encoder.layers.{index}"
        attention(f"{here}_attention", f"{there}.self_attn", f"{there}.norm1")
        feed_forward(f"{here}_feed_forward", there, f"{there}.norm2")
        here, there = f"decoder_{index + 1}", f"decoder.layers.{index}"
        attention(f"{here}_attention", f"{there}.self_attn", f"{there}.norm1")
        attention(f"{here}_cross_attention", f"{there}.multihead_attn", f"{there}.norm2")
        feed_forward(f"{here}_feed_forward", there, f"{there}.norm3")
