"""The two blueprints that translate learn a small language from made rows, and tell it in texts.

The grammar puts what it says of a thing before it in one language and behind it in the other, so that a model
that translates word by word is wrong.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sacrebleu import corpus_bleu, corpus_chrf
from tokenizers import Tokenizer

import yamlnet
from yamlnet.cli.main import main
from yamlnet.data.parts.reading import read_parts
from yamlnet.data.table import Table, objects
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.exporters import EXPORTERS
from yamlnet.exporters.opened import Export
from yamlnet.exporters.raw_rows import make_pipeline
from yamlnet.resources import gallery
from yamlnet.run_rows import divided_data, reload
from yamlnet.runner.run import Run
from yamlnet.runs import Telling
from yamlnet.translations import require_telling

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


@pytest.fixture(scope="module")
def run(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The Transformer, trained in seconds; it is opened again, as a later day would."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    path = f"{gallery()['sequence/translate_transformer']}:quick"
    return yamlnet.load(path, [f"rows={rows}"]).train(out=folder, progress="none")


@pytest.fixture(scope="module")
def test_pairs(run: Run) -> list[tuple[str, str]]:
    """The rows that nothing was learnt from."""
    data, root = divided_data(run, reload(run).plan)
    (table,) = read_parts(data, root, 7)["test"].chunks()
    return list(zip(table.columns["en"].tolist(), table.columns["es"].tolist(), strict=True))


def test_a_small_language_is_learnt(run: Run, test_pairs: list[tuple[str, str]]) -> None:
    """Exactly, and what is told of it is what sacrebleu says of the texts when it is called by hand."""
    found = yamlnet.evaluate(run)
    told = yamlnet.predict(run)["target"].tolist()
    wanted = [target for _, target in test_pairs]
    assert found["data.target.exact"] == np.mean(np.array(told) == np.array(wanted))
    assert found["data.target.exact"] > 0.9
    assert found["data.target.bleu"] == pytest.approx(corpus_bleu(told, [wanted]).score)
    assert found["data.target.chrf"] == pytest.approx(corpus_chrf(told, [wanted]).score)
    assert found["data.target.rows"] == len(told) == len(wanted)
    assert found["loss"] == pytest.approx(run.metrics["test"]["loss"], rel=1e-4)


def test_sentences_are_enough(run: Run, test_pairs: list[tuple[str, str]], tmp_path: Path) -> None:
    """A file with the source's column alone, a file of texts, and texts give what the run's own rows give."""
    sources = [source for source, _ in test_pairs]
    (tmp_path / "rows.csv").write_text("\n".join(["en", *sources]) + "\n", encoding="utf-8")
    (tmp_path / "rows.txt").write_text("\n".join(sources) + "\n", encoding="utf-8")
    told = yamlnet.predict(run)["target"].tolist()
    for rows in (tmp_path / "rows.csv", tmp_path / "rows.txt", sources):
        assert yamlnet.predict(run, rows)["target"].tolist() == told
    tokens = yamlnet.predict(run, sources, raw=True)["target"]
    state = run.fitted["target"][0]["tokenize"]
    written = Tokenizer.from_str(state["tokenizer"]).decode_batch(tokens.tolist())
    assert [text.strip() for text in written] == told


def test_the_likeliest_text_is_looked_for(run: Run, test_pairs: list[tuple[str, str]]) -> None:
    some = yamlnet.predict(run, telling=Telling(beams=3, rows=5))["target"]
    assert some.tolist() == [target for _, target in test_pairs[:5]]


def test_the_commands_tell_texts(
    run: Run, test_pairs: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through files, whose texts sacrebleu compares by hand."""
    monkeypatch.setattr("yamlnet.runs.open_run", lambda *arguments: run)  # it is compiled already
    lines = ["\t".join(one) for one in [("en", "es"), *test_pairs]]
    (tmp_path / "rows.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ["predict", str(run.folder), str(tmp_path / "rows.tsv"), "-o", str(tmp_path / "told.txt")]
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 0, answer.output
    told = (tmp_path / "told.txt").read_text(encoding="utf-8").splitlines()
    score = corpus_bleu(told, [[target for _, target in test_pairs]]).score
    assert f"data.target.bleu {score:.6g}" in answer.stderr
    words = ["predict", str(run.folder), "--text", test_pairs[0][0], "--length", "2", "--quiet"]
    answer = CliRunner().invoke(main, words)
    assert answer.stdout.split() == told[0].split()[:2]
    answer = CliRunner().invoke(main, ["evaluate", str(run.folder), "--most", "0", "--format", "json"])
    assert set(json.loads(answer.stdout)) == {"loss", "accuracy", "perplexity"}


def test_another_run_tells_no_texts() -> None:
    with pytest.raises(YamlnetError, match="objective Supervised tells no texts"):
        require_telling(yamlnet.load(gallery()["digits"]).plan, Telling(beams=2))


def test_an_export_says_that_it_tells_no_texts(run: Run, tmp_path: Path) -> None:
    pipeline = make_pipeline(reload(run).plan, run.fitted, {}, ("next_token",))
    export = Export(tmp_path / "model.keras", EXPORTERS["keras"], pipeline)
    with pytest.raises(YamlnetError, match="tells no texts"):
        export.predict(Table({"en": objects(["the dog"])}, "rows"))


def test_the_lstm_begins_to_learn_it(rows: Path, tmp_path: Path) -> None:
    """Two of its twelve epochs: it leaves what can be said without the source behind."""
    path = f"{gallery()['sequence/translate_lstm']}:quick"
    run = yamlnet.load(path, [f"rows={rows}", "epochs=2"]).train(out=tmp_path / "run", progress="none")
    assert run.history["loss"][-1] < 0.8 * run.history["loss"][0]
    assert run.metrics["test"]["perplexity"] < 12
