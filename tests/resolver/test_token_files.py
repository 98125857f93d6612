"""Vocabularies from files: what the golden scenes cannot hold, and that a run keeps the tokens themselves."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import yamlnet
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.pipeline import problems_of
from yamlnet.resolver import token_files

BLUEPRINT = """\
yamlnet: 1
model:
  inputs: {word: {shape: [1], dtype: string}}
  layers:
    - StringLookup: {vocabulary: words.txt, output_mode: one_hot, as: found}
"""


def refused(folder: Path) -> str:
    (folder / "net.yaml").write_text(BLUEPRINT, encoding="utf-8")
    with pytest.raises(BlueprintError) as caught:
        yamlnet.load(folder / "net.yaml")
    (problem,) = caught.value.diagnostics
    assert problem.check == "vocabulary"
    assert problem.path[-1] == "vocabulary"
    return problem.message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "words.txt")
    assert "no ordinary file" in refused(tmp_path)


def test_a_link_below_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("red\ngreen", encoding="utf-8-sig")
    (tmp_path / "words.txt").symlink_to("real.txt")
    (tmp_path / "net.yaml").write_text(BLUEPRINT, encoding="utf-8")
    (node,) = yamlnet.load(tmp_path / "net.yaml").plan.models["model"].nodes
    assert node.callee.layer.arguments["vocabulary"] == ["red", "green"]  # type: ignore[union-attr]


def test_a_folder_that_is_a_link_leads_out(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "words.txt").write_text("red", encoding="utf-8")
    own = tmp_path / "own"
    own.mkdir()
    (own / "words.txt").symlink_to(tmp_path / "elsewhere" / "words.txt")
    assert "leads out" in refused(own)


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "words.txt").write_text("\n".join(map(str, range(100))), encoding="utf-8")
    monkeypatch.setattr(token_files, "MAX_TOKENS", 99)
    assert refused(tmp_path) == '"words.txt" has 100 tokens; a vocabulary has at most 99'
    monkeypatch.setattr(token_files, "MAX_BYTES", 1 << 20)
    with (tmp_path / "words.txt").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte that takes no room
    assert refused(tmp_path) == '"words.txt" is larger than 1 MiB, which no vocabulary is'


def test_a_blueprint_that_is_no_file_reads_none_by_chance(tmp_path: Path) -> None:
    from yamlnet.resolver.resolve import resolve
    from yamlnet.schema.validate import validate
    from yamlnet.syntax.parse import parse

    with pytest.raises(BlueprintError, match="a blueprint that is no file has no files beside it"):
        resolve(validate(parse(BLUEPRINT, "text")))
    problems, _ = problems_of(BLUEPRINT.replace("words.txt", "[red]"), "text")
    assert not problems
