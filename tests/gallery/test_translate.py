"""The two blueprints that translate learn a small language from made rows, and tell it in texts.

The grammar puts what it says of a thing before it in one language and behind it in the other, so that a model
that translates word by word is wrong.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sacrebleu import corpus_bleu

import yamlnet
from yamlnet.resources import gallery

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

THINGS = {"dog": "perro", "cat": "gato", "bird": "pájaro", "child": "niño", "friend": "amigo"}
KINDS = {"small": "pequeño", "old": "viejo", "black": "negro", "good": "bueno"}
DEEDS = {"sees": "ve", "hears": "oye", "follows": "sigue", "finds": "halla"}


def pair(numbers: np.random.Generator) -> tuple[str, str]:
    """A sentence and its translation: the old dog sees the cat → el perro viejo ve el gato."""
    sides: list[tuple[str, str]] = []
    for _ in range(2):
        thing, kind = str(numbers.choice(list(THINGS))), str(numbers.choice(list(KINDS)))
        plain = (f"the {thing}", f"el {THINGS[thing]}")
        told = (f"the {kind} {thing}", f"el {THINGS[thing]} {KINDS[kind]}")
        sides.append(told if numbers.random() < 0.7 else plain)
    deed = str(numbers.choice(list(DEEDS)))
    (who, quien), (whom, a_quien) = sides
    return f"{who} {deed} {whom}", f"{quien} {DEEDS[deed]} {a_quien}"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    numbers = np.random.default_rng(0)
    pairs = dict(pair(numbers) for _ in range(1500))
    path = tmp_path_factory.mktemp("rows") / "rows.tsv"
    lines = ["en\tes", *(f"{source}\t{target}" for source, target in pairs.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["translate_transformer", "translate_lstm"])
def test_a_small_language_is_learnt(name: str, rows: Path, tmp_path: Path) -> None:
    path = f"{gallery()[f'sequence/{name}']}:quick"
    run = yamlnet.load(path, [f"rows={rows}"]).train(out=tmp_path / "run", progress="none")
    found = yamlnet.evaluate(run)
    print(found)
    assert found["data.target.bleu"] > 90
    assert found["data.target.exact"] > 0.9
    (told,) = yamlnet.predict(run, ["the old dog sees the black cat"])["target"]
    assert corpus_bleu([told], [["el perro viejo ve el gato negro"]]).score > 99
