"""The manual's pages: there is one for every name, and each example does what its page says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import yamlnet
from yamlnet import manual
from yamlnet.manual.examples import complete
from yamlnet.pipeline import problems_of

PACKAGE = Path(yamlnet.__file__).parent
TELL = {"add": 0, "add_at": 0, "Diagnostic": 0, "_problem": 0, "_stop": 0, "_tell": 0, "_warning": 0,
        "_refused": 1, "Dotted": 2}  # fmt: skip
"""Calls that name a check, and which of their arguments does."""

SURROUNDINGS = {
    "address", "archive", "drift", "encoding", "file", "import-cycle", "lock", "missing-exporter", "override",
    "plugin", "too-many-files", "unknown-parameter", "unreachable", "unused-import", "variant",
}  # fmt: skip
"""What a text alone cannot show: it takes other files, a command line, a package or bytes."""

LATER = {"environment", "keras", "missing-data", "objective", "shape"}
"""What is found as the model is built: `test_built_examples.py`."""

WITH_DATA = {
    "broken-file", "column", "data-shape", "date", "empty", "empty-split", "encode", "index-range",
    "metric-shape", "ragged", "range", "stream", "target-shape", "text-in-numbers", "tokenize",
    "unknown-category", "window",
}  # fmt: skip
"""What is found in rows; their examples say in a comment what the rows are: `tests/blueprints/err-data`."""

UNSHOWN = {"archive", "missing-exporter", "too-many-files"}
"""What no golden file shows: it takes a model's file, a machine without a package, or two hundred files."""

GOLDEN = Path(__file__).parents[1] / "blueprints"
NAME = re.compile(r"[a-z][a-z0-9-]+")
TOLD = re.compile(r"^\S.*?:\d+:\d+: .* \[([a-z-]+)\]$", re.MULTILINE)

NAMES = manual.names()


def told(example: str) -> set[str]:
    problems, _ = problems_of(complete(example), "example.yaml")
    return {problem.check for problem in problems}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_reads(name: str) -> None:
    page = manual.page(name)
    assert page.name == name
    assert page.summary.endswith(".")
    assert page.fails != page.passes


@pytest.mark.parametrize("name", sorted({*NAMES} - SURROUNDINGS - LATER - WITH_DATA))
def test_its_examples_do_what_they_say(name: str) -> None:
    page = manual.page(name)
    assert name in told(page.fails)
    assert not told(page.passes)


def test_every_name_that_the_source_tells_has_a_page() -> None:
    named = {name for path in PACKAGE.rglob("*.py") for name in _names(path)}
    shown = {name for path in GOLDEN.rglob("*.out") for name in TOLD.findall(path.read_text("utf-8"))}
    assert len(named) > 60
    assert len(shown) > 80
    assert (named | shown) - {*NAMES} == set()


def test_no_page_is_left_over() -> None:
    shown = {name for path in GOLDEN.rglob("*.out") for name in TOLD.findall(path.read_text("utf-8"))}
    assert [name for name in NAMES if name not in {*shown, *UNSHOWN}] == []


def test_an_unknown_name_has_no_page() -> None:
    for name in ("nothing", "../cli/main", ""):
        with pytest.raises(KeyError):
            manual.page(name)


def _names(path: Path) -> set[str]:
    """The names of checks that a module's calls are given as they stand."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            at = TELL.get(called, -1)
            given = [*node.args[at : at + 1]] if at >= 0 and len(node.args) > 1 else []  # `set.add` has one
            given += [keyword.value for keyword in node.keywords if keyword.arg == "check"]
            found |= {
                one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
    return {name for name in found if NAME.fullmatch(name)}
