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

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

NAMES = ("text/char_rnn", "text/gpt_small")
CHARACTERS = 60_000


@pytest.mark.parametrize("variant", ["", ":quick"])
def test_both_have_about_as_many_parameters(variant: str) -> None:
    plans = [yamlnet.load(f"{gallery()[name]}{variant}").plan for name in NAMES]
    counts = [infer(plan).sizes.parameters for plan in plans]
    assert max(counts) / min(counts) < 1.05


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_a_text_and_goes_on_with_it(name: str, tmp_path: Path) -> None:
    """The texts of Python's help; no model of single characters gets below the entropy of these."""
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
    coldest = yamlnet.generate_text(run, [prompt], length=60, choice=Choice(temperature=0))[0].text
    assert set(coldest.split()) & set(text.split())
