"""`settle` changes the style and nothing else, whatever it is given, and once is enough."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import SafeLoader, YAMLError, scan
from yaml.tokens import ScalarToken

from yamlnet.diagnostics.diagnostic import BlueprintError, YamlnetError
from yamlnet.formatter import settle as settling
from yamlnet.formatter.lines import LIMIT
from yamlnet.formatter.settle import settle
from yamlnet.resources import gallery
from yamlnet.syntax.events import LOADER
from yamlnet.syntax.parse import parse

BLUEPRINTS = Path(__file__).parents[1] / "blueprints"
GOLDEN = sorted((BLUEPRINTS / "fmt").glob("*.yaml"))
WRITTEN = [*GOLDEN, *sorted(BLUEPRINTS.glob("ok*/**/*.yaml")), *sorted(BLUEPRINTS.glob("err*/**/*.yaml"))]


def comments(text: str) -> list[str]:
    """Every comment, found without the formatter: what PyYAML's own scanner leaves between its scalars."""
    left, reached = "", 0
    try:
        tokens = list(scan(text, Loader=SafeLoader))
    except YAMLError:
        tokens = list(scan(text, Loader=LOADER))  # libyaml takes tabs where PyYAML's own scanner does not
    for token in tokens:
        if isinstance(token, ScalarToken):
            start, end = token.start_mark.index, token.end_mark.index
            if token.style in ("|", ">"):  # its header may have one
                header = text[start:].split("\n", 1)[0]
                left += text[reached : start + len(header)] + "\n"
            else:
                left += text[reached:start] + "\n" * (end > start)
                # A scalar's place is taken by a word, so that a line's beginning stays one.
                left = left.removesuffix("\n") + "x" * (end > start)
            reached = end
    return [found.rstrip() for found in re.findall(r"#[^\n]*", left + text[reached:])]


def assert_settles(text: str, limit: float = LIMIT) -> str:
    settled = settle(text, "f", limit)
    assert repr(parse(settled, "f").value) == repr(parse(text, "f").value)
    assert comments(settled) == comments(text.replace("\r\n", "\n").replace("\r", "\n"))
    assert settle(settled, "f", limit) == settled
    return settled


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    settled = assert_settles(path.read_text(encoding="utf-8"))
    if os.environ.get("YAMLNET_UPDATE_GOLDEN"):
        path.with_suffix(".out").write_text(settled, encoding="utf-8")
    assert settled == path.with_suffix(".out").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", gallery().values(), ids=gallery())
def test_the_gallery_is_settled(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert settle(text, path.name) == text


def test_whatever_is_written_in_this_repository_can_be_settled() -> None:
    settled = 0
    for path in WRITTEN:
        text = path.read_bytes().decode("utf-8", "replace")
        try:
            parse(text, path.name)
        except BlueprintError:
            continue
        assert_settles(text)
        settled += 1
    assert settled > 150


def test_the_longest_of_the_gallery_takes_no_time() -> None:
    text = max((path.read_text(encoding="utf-8") for path in gallery().values()), key=len)
    start = time.process_time()
    settle(text, "f")
    assert (
        time.process_time() - start < 2
    )  # it takes 0.02 s; a quadratic formatter would show in longer files


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends(ending: str) -> None:
    assert settle(f"a: 1{ending}b: |{ending}  text{ending}", "f") == "a: 1\nb: |\n  text\n"


def test_a_text_at_the_end_without_a_line_break_gets_none() -> None:
    assert settle("a: |\n  text", "f") == "a: |-\n  text\n"


def test_what_does_not_parse_is_refused_with_every_mistake() -> None:
    with pytest.raises(BlueprintError) as refused:
        settle("a: !x 1\na: [1\n", "f")
    assert len(refused.value.diagnostics) >= 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('? "a\n  b"\n: 1\n', "the key .* stands on several lines"),
        ("? |\n  a\n: 1\n", "the key .* stands on several lines"),
        ("[? a\n b : 1]\n", "the key .* stands on several lines"),
        ("a: # one\n  # two\n  |\n  text\n", "several comments stand between a key and its text"),
        ("--- ---a\n", "needs quotes"),
        ("? --- 1\n", "needs quotes"),
    ],
)
def test_what_has_no_settled_form_is_told(text: str, why: str) -> None:
    with pytest.raises(YamlnetError, match=f"f has no settled form: .*{why}"):
        settle(text, "f")


@pytest.mark.parametrize(
    "spoilt", ["a: 2  # c\n", "a: 1\n", "a: 1.0  # c\n", "a: [1  # c\n", "a: &x 1  # c\n"]
)
def test_a_defect_never_gets_past_the_last_check(monkeypatch: pytest.MonkeyPatch, spoilt: str) -> None:
    monkeypatch.setattr(settling.Writer, "text", lambda self, document: spoilt)
    with pytest.raises(YamlnetError, match="f is left as it is"):
        settle("a:   1  # c\n", "f")


SNIPPETS = [
    " ", "  ", "\n", "\n\n", " # 1\n", "\n# 2\n", "\n    # 3\n", "\n  # 4\n", "\t", "- ", ": ", "'", '"',
    '"x"', "|+\n", "|\n", ">-\n", "|2\n", "&a ", "*a", ",", "{", "}", "[", "]", "? ", "---\n", "...\n", "\\",
    "\r\n", "x", " y", "\n ", "\n  ", "é", "#", "  # yamlnet: ignore[x]\n",
]  # fmt: skip
"""What is strewn into texts that parse: most results do not, and those that do are strange."""

TEXTS = [path.read_text(encoding="utf-8") for path in GOLDEN] + [
    "a: 1\nb: [1, 2, {c: d}]\n",
    "a:\n- b\n- - c\n  - d\n-\n  e: 1\nz: &x {a: 1}\ny: *x\n",
    '? a\n: b\nc: "x\n  y"\nd: p\n  q\n',
    "[a, b: c, {d, e: }, 'f''g']\n",
    "k: |2-\n    a\n   b\n\nl: |+\n  x\n\n\n# c\nm: 1\n",
    "k: |\n  a\n   ",
]


@st.composite
def strewn(draw: st.DrawFn) -> str:
    """A part of a text with something put in or taken out here and there."""
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    first = draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[first : first + draw(st.integers(1, 30))])
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(text)))
        taken = draw(st.integers(0, 2))
        text = text[:at] + draw(st.sampled_from(["", *SNIPPETS])) + text[at + taken :]
    return text


@given(strewn(), st.sampled_from([LIMIT, 30, 12]))
def test_what_parses_is_settled_or_told_to_have_no_form(text: str, limit: int) -> None:
    try:
        parse(text, "f")
    except BlueprintError:
        return
    try:
        assert_settles(text, limit)
    except YamlnetError as error:
        assert "has no settled form" in str(error)


WORDS = st.text(st.sampled_from("ab:-#, '\"\\&*é{}[]|>?!%@`~019.e"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(
    VALUES.filter(lambda value: isinstance(value, list | dict)),
    st.booleans(),
    st.sampled_from([20, 60, LIMIT]),
)
def test_any_value_survives(value: object, flow: bool, limit: int) -> None:
    import yaml

    text = yaml.safe_dump(value, default_flow_style=flow, width=limit, allow_unicode=True)
    try:
        parse(text, "f")
    except BlueprintError:
        return  # PyYAML writes some texts bare that YAML 1.2 reads as numbers, and `? ` for long keys
    assert_settles(text, limit)
