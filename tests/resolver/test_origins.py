"""Resolved files say where every value comes from, and mean what was resolved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.pipeline import inspect, load
from yamlnet.resolver.annotated import annotated
from yamlnet.resolver.explain import NoSuchValue, explain
from yamlnet.resolver.plan import Graph, SliceCall
from yamlnet.resolver.unparse import unparse
from yamlnet.resolver.yaml_text import Writer
from yamlnet.resources import gallery
from yamlnet.syntax.parse import parse

GOLDEN = Path(__file__).parents[1] / "blueprints"
OK = sorted((GOLDEN / "ok").glob("*.yaml"))
FILES = [*OK, *gallery().values()]

texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"], exclude_characters="\ufffe\uffff")
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts.filter(bool), inner, max_size=4),
    max_leaves=12,
)
comments = st.none() | st.just("a.yaml:3:4 ${x}")


@given(st.dictionaries(st.sampled_from(["a", "no", "1e3", "x y", "#"]), values, min_size=1), comments)
def test_what_is_written_is_read_back(document: dict[str, object], comment: str | None) -> None:
    assert parse(Writer(lambda path: comment or "").text(document), "w").value == document


def called(graph: Graph) -> list[str]:
    """The names of what has weights or makes a file's names; a slice has neither."""
    return [node.name for node in graph.nodes if not isinstance(node.callee, SliceCall)]


@pytest.mark.parametrize("defaults", [False, True])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_resolved_file_means_the_same(path: Path, defaults: bool) -> None:
    loaded = load(path)
    text = annotated(loaded.plan, loaded.tree, defaults)
    _, again = inspect(parse(text, "resolved.yaml"))
    assert list(again.models) == list(loaded.plan.models)
    for name, graph in loaded.plan.models.items():
        assert called(again.models[name]) == called(graph)
    if not defaults:
        assert unparse(again) == unparse(loaded.plan)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_comment_leads_to_its_words(path: Path) -> None:
    loaded = load(path)
    lines = annotated(loaded.plan, loaded.tree).splitlines()
    places = [
        place for line in lines for place in re.findall(r"(\S+\.yaml):(\d+):(\d+)", line.partition("  # ")[2])
    ]
    assert places
    for file, line, column in places:
        words = Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1][int(column) - 1 :]
        assert words.strip(), f"{file}:{line}:{column} is empty"


def test_expressions_and_uses_stand_behind_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN / "ok")
    loaded = load("imports.yaml")
    text = annotated(loaded.plan, loaded.tree)
    assert re.search(r"filters: 4 +# \.\./parts/vision\.yaml:11:27 \$\{filters\} ← imports\.yaml:12:7", text)
    assert re.search(
        r"units: 2 +# \.\./parts/gates\.yaml:\d+:\d+ \$\{ratio\} ← \.\./parts/vision\.yaml:\d+:\d+ ←", text
    )


EXPLAINED = {
    "train.epochs": "train.epochs = 5\n  ../parts/base.yaml:{any}: epochs: 5\n",
    "width": (
        "width = 16\n  extends.yaml:{any}: width: 16\n"
        "  instead of 2, ../parts/base.yaml:{any}: small: {width: 2, depth: 1}\n"
        "  instead of 8, ../parts/base.yaml:{any}: width: 8\n"
    ),
    "train.optimizer": (
        "train.optimizer = {SGD: {learning_rate: 0.1, momentum: 0.9}}\n  extends.yaml:{any}: {any}\n"
        "  instead of {Adam: {learning_rate: 0.001}}, ../parts/base.yaml:{any}: {any}\n"
    ),
    "data.batch_size": "data.batch_size = 32\n  by default: the blueprint does not say it\n",
    "dense_1.units": (
        'dense_1.units = 16\n  ../parts/base.yaml:{any}: - Dense: {units: "${width}", for: "${depth}"}\n'
    ),
}


@pytest.mark.parametrize("asked", EXPLAINED)
def test_one_value_is_explained(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN / "ok")
    loaded = load("extends.yaml")
    pattern = re.escape(EXPLAINED[asked]).replace(r"\{any\}", ".+")
    assert re.fullmatch(pattern, explain(loaded.plan, loaded.tree, asked))


@pytest.mark.parametrize(
    ("asked", "meant"), [("train.epoch", "train.epochs"), ("widht", "width"), ("dens_1.units", "dense_1")]
)
def test_what_is_not_there_is_told_with_what_is(asked: str, meant: str) -> None:
    loaded = load(GOLDEN / "ok" / "extends.yaml")
    with pytest.raises(NoSuchValue) as told:
        explain(loaded.plan, loaded.tree, asked)
    assert f'did you mean "{meant}' in str(told.value)
