"""`text/bert.yaml` has the published sizes, and gives what `transformers.BertModel` gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.backend, pytest.mark.slow]

SMALL_ENOUGH = ("vocabulary=71", "segments=3", "length=12", "depth=3", "width=32", "heads=4")


@pytest.mark.parametrize(
    ("variant", "parameters"),
    [("", 109_482_240), (":tiny", 4_385_920), (":base", 109_482_240), (":large", 335_141_888)],
)
def test_it_has_as_many_parameters(build: Callable[..., Any], variant: str, parameters: int) -> None:
    with keras.StatelessScope(initialize_variables=False):  # shapes alone, without their gigabytes
        model = build(f"text/bert.yaml{variant}")
    assert model.count_params() == parameters


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    return build("text/bert.yaml", *SMALL_ENOUGH)


@pytest.fixture(scope="module")
def theirs(from_torch: Any) -> Any:
    transformers = pytest.importorskip("transformers")
    config = transformers.BertConfig(
        vocab_size=71,
        type_vocab_size=3,
        max_position_embeddings=12,
        num_hidden_layers=3,
        hidden_size=32,
        num_attention_heads=4,
        intermediate_size=128,
    )
    return from_torch.shaken(transformers.BertModel(config))


def test_its_layers_have_the_names_that_weights_are_saved_under(ours: Any) -> None:
    names = {layer.name for layer in ours.layers}
    assert {"embeddings_token", "embeddings_segment", "embeddings_position", "embeddings_norm"} <= names
    assert {name for name in names if name.startswith("layer_3_")} == {
        "layer_3_attention",
        "layer_3_attention_dropout",
        "layer_3_attention_residual",
        "layer_3_attention_norm",
        "layer_3_feed_forward_expand",
        "layer_3_feed_forward_project",
        "layer_3_feed_forward_dropout",
        "layer_3_feed_forward_residual",
        "layer_3_feed_forward_norm",
    }
    assert "pooler" in names


@pytest.mark.usefixtures("held_once")
def test_with_the_same_weights_it_gives_the_same_outputs(ours: Any, theirs: Any, from_torch: Any) -> None:
    import torch

    copy_weights(theirs, partial(from_torch.put, ours))
    for length in (12, 7):
        inputs = texts(length)
        with torch.no_grad():
            expected = theirs(
                input_ids=torch.from_numpy(inputs["token_ids"]),
                token_type_ids=torch.from_numpy(inputs["segment_ids"]),
                attention_mask=torch.from_numpy(inputs["attention_mask"]),
            )
        found = ours.predict(inputs, verbose=0)
        assert set(found) == {"sequence", "pooled"}
        for name, values in (
            ("sequence", expected.last_hidden_state.numpy()),
            ("pooled", expected.pooler_output.numpy()),
        ):
            assert np.ptp(values) > 1, "the outputs say too little to be compared"
            np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=1e-5)


@pytest.mark.usefixtures("held_once")
def test_what_stands_in_the_padding_changes_no_token(ours: Any) -> None:
    inputs = texts(12)
    real = inputs["attention_mask"].astype(bool)
    other = {**inputs, "token_ids": np.where(real, inputs["token_ids"], 70 - inputs["token_ids"])}
    before, after = ours.predict(inputs, verbose=0), ours.predict(other, verbose=0)
    np.testing.assert_allclose(after["sequence"][real], before["sequence"][real], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(after["pooled"], before["pooled"], rtol=1e-5, atol=1e-5)


def texts(length: int) -> dict[str, Any]:
    """Three texts of different lengths, padded to one."""
    rng = np.random.default_rng(length)
    lengths = np.array([length, length - 2, length // 2])
    return {
        "token_ids": rng.integers(0, 71, size=(3, length)),
        "segment_ids": rng.integers(0, 3, size=(3, length)),
        "attention_mask": (np.arange(length) < lengths[:, None]).astype("int64"),
    }


def copy_weights(theirs: Any, put: Callable[..., None]) -> None:
    """Put the weights of a `BertModel` into ours, layer by layer."""
    state = {name: value.numpy() for name, value in theirs.state_dict().items()}

    def dense(name: str) -> tuple[Any, Any]:
        return state[f"{name}.weight"].T, state[f"{name}.bias"]

    def norm(name: str) -> tuple[Any, Any]:
        return state[f"{name}.weight"], state[f"{name}.bias"]

    put("embeddings_token", state["embeddings.word_embeddings.weight"])
    put("embeddings_segment", state["embeddings.token_type_embeddings.weight"])
    put("embeddings_position", state["embeddings.position_embeddings.weight"])
    put("embeddings_norm", *norm("embeddings.LayerNorm"))
    put("pooler", *dense("pooler.dense"))
    for index in range(theirs.config.num_hidden_layers):
        here, there = f"layer_{index + 1}", f"encoder.layer.{index}"
        projections = [dense(f"{there}.attention.self.{part}") for part in ("query", "key", "value")]
        projections.append(dense(f"{there}.attention.output.dense"))
        put(f"{here}_attention", *(array for pair in projections for array in pair))
        put(f"{here}_attention_norm", *norm(f"{there}.attention.output.LayerNorm"))
        put(f"{here}_feed_forward_expand", *dense(f"{there}.intermediate.dense"))
        put(f"{here}_feed_forward_project", *dense(f"{there}.output.dense"))
        put(f"{here}_feed_forward_norm", *norm(f"{there}.output.LayerNorm"))
