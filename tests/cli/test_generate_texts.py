"""`yamlnet generate` of a language model: prompts, options and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import yamlnet
from yamlnet.cli.main import main
from yamlnet.generating import text_writer

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

BLUEPRINT = """
yamlnet: 1
model:
  inputs: {tokens: {shape: [null], dtype: int32}}
  layers: [{Embedding: {input_dim: 12, output_dim: 12, embeddings_initializer: zeros}}]
"""
LETTERS = """
data:
  train: {TextFile: {path: corpus.txt, by: whole}}
  test: 0.2
  inputs: {tokens: {column: text, tokenize: {as: characters, size: 12}, window: 8}}
train: {objective: CausalLM, optimizer: {Adam: {learning_rate: 0.2}}, epochs: 3}
"""
WORDS = """
data:
  train: {TextFile: lines.txt}
  inputs: {tokens: {column: text, tokenize: {as: words, start: true, end: true, length: 6}}}
train: {objective: {CausalLM: {padding: 0}}, optimizer: {Adam: {learning_rate: 0.3}}, epochs: 40}
"""
NUMBERS = """
data: {train: {Npz: rows.npz}, inputs: {tokens: tokens}}
train: {objective: CausalLM, optimizer: {Adam: {learning_rate: 0.2}}, epochs: 60}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of three language models, each of the last token alone: letters, words, numbers."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "corpus.txt").write_text("abc abc abc\n" * 60, encoding="utf-8")
    (folder / "lines.txt").write_text("the cat sat\n" * 20, encoding="utf-8")
    np.savez(folder / "rows.npz", tokens=np.arange(12)[None].repeat(20, axis=0))
    for name, text in (("letters", LETTERS), ("words", WORDS), ("numbers", NUMBERS)):
        path = folder / f"{name}.yaml"
        path.write_text(BLUEPRINT + text, encoding="utf-8")
        yamlnet.load(path).train(out=folder / name, progress="none")
    return folder


def generated(folder: Path, run: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["generate", str(folder / run), *arguments])


COLD = ("--temperature", "0")


def test_a_text_goes_on_from_its_prompt(folder: Path) -> None:
    found = generated(folder, "letters", "--prompt", "ab", "--length", "7", *COLD)
    assert found.exit_code == 0, found.output
    assert found.stdout == "abc abc a\n"
    assert found.stderr == ""


def test_several_prompts_and_texts_go_into_a_file(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    arguments = ("-p", "ab", "-p", "c", "-n", "2", "--length", "3", *COLD, "-o", str(file))
    found = generated(folder, "letters", *arguments)
    assert "wrote 4 texts" in found.stdout, found.output
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"prompt": "ab", "text": "c a"}] * 2 + [{"prompt": "c", "text": " ab"}] * 2


def test_a_piece_comes_after_the_other(folder: Path) -> None:
    from yamlnet.decoding.choice import Choice

    writer = text_writer(yamlnet.open_run(folder / "letters"))
    pieces = list(writer.stream("ab", 5, Choice(temperature=0)))
    assert [piece for piece in pieces if piece] == ["c", " ", "a", "b", "c"]


def test_a_character_that_was_never_seen_is_told(folder: Path) -> None:
    found = generated(folder, "letters", "--prompt", "aßc", "--length", "1")
    assert found.exit_code == 0
    assert 'have no "ß"' in found.stderr


def test_words_begin_and_end_at_their_marks(folder: Path) -> None:
    assert generated(folder, "words", *COLD).stdout == "the cat sat\n"
    assert generated(folder, "words", "-p", "the", *COLD).stdout == "the cat sat\n"
    assert generated(folder, "words", "-p", "the", "--beam", "3").stdout == "the cat sat\n"


def test_a_run_without_a_tokenizer_reads_and_writes_numbers(folder: Path) -> None:
    assert generated(folder, "numbers", "-p", "3 4", "--length", "3", *COLD).stdout == "3 4 5 6 7\n"
    assert "numbers from 0 to 11" in generated(folder, "numbers", "-p", "the cat").output


def test_where_no_prompt_is_given_test_rows_begin(folder: Path) -> None:
    found = generated(folder, "letters", "--length", "4", *COLD)
    texts = found.stdout.split(f"\n{'-' * 40}\n")
    assert len(texts) == 3
    assert all(text.rstrip("\n")[:8] in "abc abc abc\n" * 3 for text in texts)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--beam", "2", "--top-k", "3"], "--top-k means nothing with --beam"),
        (["-o", "x.png"], "ends in neither .txt nor .jsonl"),
        (["-p", ""], "the prompt is empty"),
    ],
)
def test_what_means_nothing_is_refused(folder: Path, arguments: list[str], told: str) -> None:
    found = generated(folder, "letters", *arguments)
    assert found.exit_code in (1, 2)
    assert told in found.output


def test_a_run_that_writes_no_texts_refuses_prompts(folder: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("yamlnet.generating.generates", lambda run: ("GAN", "rows"))
    found = generated(folder, "letters", "--prompt", "a")
    assert found.exit_code == 2
    assert "--prompt means nothing for a run of objective GAN, which writes no texts" in found.output
