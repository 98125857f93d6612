"""`text/gpt2.yaml` has the released sizes, and gives what `transformers.GPT2LMHeadModel` gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import yamlnet
from yamlnet.compiler.lower import infer
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.pipeline import infer_shapes
from yamlnet.resources import gallery

pytestmark = [pytest.mark.backend, pytest.mark.slow]

BLUEPRINT = gallery()["text/gpt2"]
SMALL_ENOUGH = ("vocabulary=61", "length=12", "depth=3", "width=32", "heads=4")


@pytest.mark.parametrize(
    ("variant", "parameters"),
    [
        ("", 124_439_808),
        (":small", 124_439_808),
        (":medium", 354_823_168),
        (":large", 774_030_080),
        (":xl", 1_557_611_200),
    ],
)
def test_it_has_as_many_parameters(variant: str, parameters: int) -> None:
    plan = yamlnet.load(f"{BLUEPRINT}{variant}", max_params=2 * 10**9).plan
    verdict = infer(plan)  # shapes alone: xl would take 6 GB
    assert not verdict.problems
    assert verdict.sizes.exact and verdict.sizes.parameters == parameters


def test_the_largest_is_built_only_when_it_is_asked_for() -> None:
    with pytest.raises(BlueprintError, match=r"1,557,611,200 parameters.*--max-params 2G allows"):
        yamlnet.load(f"{BLUEPRINT}:xl")
    infer_shapes(yamlnet.load(f"{BLUEPRINT}:xl", max_params=2 * 10**9))


@pytest.fixture(scope="module")
def ours(build: Callable[..., Any]) -> Any:
    return build("text/gpt2.yaml", *SMALL_ENOUGH)


@pytest.fixture(scope="module")
def theirs(from_torch: Any) -> Any:
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(vocab_size=61, n_positions=12, n_layer=3, n_embd=32, n_head=4)
    return from_torch.shaken(transformers.GPT2LMHeadModel(config))


def test_its_layers_have_the_names_that_weights_are_saved_under(ours: Any) -> None:
    names = [layer.name for layer in ours.layers]
    assert names[:5] == ["tokens", "token_embedding", "position_embedding", "embedded", "embedding_dropout"]
    assert [name for name in names if name.startswith("block_3_")] == [
        "block_3_attention_norm",
        "block_3_attention",
        "block_3_attention_dropout",
        "block_3_attention_residual",
        "block_3_feed_forward_norm",
        "block_3_feed_forward_expand",
        "block_3_feed_forward_project",
        "block_3_feed_forward_dropout",
        "block_3_feed_forward_residual",
    ]
    assert names[-1] == "final_norm"


@pytest.mark.usefixtures("held_once")
def test_with_the_same_weights_it_gives_the_same_logits(ours: Any, theirs: Any, from_torch: Any) -> None:
    import torch

    copy_weights(theirs, partial(from_torch.put, ours))
    for length in (12, 5):
        tokens = np.random.default_rng(length).integers(0, 61, size=(3, length))
        with torch.no_grad():
            expected = theirs(torch.from_numpy(tokens)).logits.numpy()
        assert expected.shape == (3, length, 61)
        assert np.ptp(expected) > 1, "the outputs say too little to be compared"
        np.testing.assert_allclose(ours.predict(tokens, verbose=0), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("held_once")
def test_what_comes_later_changes_nothing_before_it(ours: Any) -> None:
    tokens = np.random.default_rng(0).integers(0, 61, size=(1, 12))
    changed = tokens.copy()
    changed[:, 7] = (changed[:, 7] + 1) % 61
    before, after = ours.predict(tokens, verbose=0), ours.predict(changed, verbose=0)
    np.testing.assert_allclose(after[:, :7], before[:, :7], rtol=1e-5, atol=1e-6)
    assert np.abs(after[:, 7:] - before[:, 7:]).max() > 1e-3


def copy_weights(theirs: Any, put: Callable[..., None]) -> None:
    """Put the weights of a `GPT2LMHeadModel` into ours, layer by layer."""
    state = {name: value.numpy() for name, value in theirs.state_dict().items()}

    def pair(name: str) -> tuple[Any, Any]:
        return state[f"{name}.weight"], state[f"{name}.bias"]

    put("token_embedding", state["transformer.wte.weight"])
    put("position_embedding", state["transformer.wpe.weight"])
    put("final_norm", *pair("transformer.ln_f"))
    for index in range(theirs.config.n_layer):
        here, there = f"block_{index + 1}", f"transformer.h.{index}"
        joined = zip(
            np.split(state[f"{there}.attn.c_attn.weight"], 3, axis=1),
            np.split(state[f"{there}.attn.c_attn.bias"], 3),
            strict=True,
        )
        projections = [array for both in joined for array in both]
        put(f"{here}_attention", *projections, *pair(f"{there}.attn.c_proj"))
        put(f"{here}_attention_norm", *pair(f"{there}.ln_1"))
        put(f"{here}_feed_forward_norm", *pair(f"{there}.ln_2"))
        put(f"{here}_feed_forward_expand", *pair(f"{there}.mlp.c_fc"))
        put(f"{here}_feed_forward_project", *pair(f"{there}.mlp.c_proj"))
