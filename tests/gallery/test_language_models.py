"""`text/char_rnn.yaml` and `text/gpt_small.yaml`: of one size, they learn a text and write one."""

from __future__ import annotations

import pydoc_data.topics
from pathlib import Path

import numpy as np
import pytest

import yamlnet
from yamlnet.compiler.lower import infer
from yamlnet.decoding.choice import Choice
from yamlnet.resources import gallery

pytestmark = pytest.mark.backend

HOMES = {"text/char_rnn": "jax", "text/gpt_small": "torch"}
"""The backend on which each learns soonest, compiling included: tests/objectives holds the loss on all."""
CHARACTERS = 60_000


@pytest.mark.usefixtures("held_once")
@pytest.mark.parametrize("variant", ["", ":quick"])
def test_both_have_about_as_many_parameters(variant: str) -> None:
    plans = [yamlnet.load(f"{gallery()[name]}{variant}").plan for name in HOMES]
    counts = [infer(plan).sizes.parameters for plan in plans]
    assert max(counts) / min(counts) < 1.05


@pytest.mark.parametrize("name", HOMES)
def test_it_learns_a_text_and_goes_on_with_it(name: str, tmp_path: Path, backend: str) -> None:
    """The texts of Python's help; no model of single characters gets below the entropy of these."""
    if backend != HOMES[name]:
        pytest.skip(f"tested on {HOMES[name]}")
    text = "\n".join(pydoc_data.topics.topics.values())[:CHARACTERS]
    blueprint = tmp_path / "model.yaml"
    blueprint.write_text(gallery()[name].read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "corpus.txt").write_text(text, encoding="utf-8")
    run = yamlnet.load(f"{blueprint}:quick", []).train(out=tmp_path / "run", progress="none")
    bits = run.history["val_bits_per_token"]
    _, counts = np.unique(list(text), return_counts=True)
    shares = counts / counts.sum()
    entropy = -(shares * np.log2(shares)).sum()
    assert bits[-1] < entropy - 0.2
    prompt = "The statement "
    one, again = (yamlnet.generate_text(run, [prompt], length=60, choice=Choice(seed=2)) for _ in range(2))
    assert one == again
    assert one[0].prompt == prompt and len(one[0].text) == 60
    assert set(one[0].text) <= set(text)
