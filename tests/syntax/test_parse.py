"""Values and their places, documents that come back as they went in, and files that mean harm."""

from __future__ import annotations

import json
import string
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from yamlnet.diagnostics.diagnostic import BlueprintError, KeyPath, Span, YamlnetError
from yamlnet.diagnostics.lines import split_lines
from yamlnet.syntax.compose import MAX_PROBLEMS
from yamlnet.syntax.lookalikes import lookalike
from yamlnet.syntax.parse import parse, read
from yamlnet.syntax.scalars import plain_value
from yamlnet.syntax.tree import Tree

TEXT = """\
# a comment
yamlnet: 1
model:
  inputs: {image: [8, 8, 1]}
  layers:
    - Flatten

    - Dense: {units: "${width}", as: 'it''s'}   # the last

  outputs: |
    two
    lines
"日本": ${width * 2}
empty:
"""


@pytest.fixture(scope="module")
def tree() -> Tree:
    return parse(TEXT, "net.yaml")


def marked(tree: Tree, span: Span) -> str:
    lines = split_lines(tree.text)
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, *inner, last = lines[span.line - 1 : span.end_line]
    return "\n".join([first[span.column - 1 :], *inner, last[: span.end_column - 1]])


def test_values(tree: Tree) -> None:
    assert tree.value == {
        "yamlnet": 1,
        "model": {
            "inputs": {"image": [8, 8, 1]},
            "layers": ["Flatten", {"Dense": {"units": "${width}", "as": "it's"}}],
            "outputs": "two\nlines\n",
        },
        "日本": "${width * 2}",
        "empty": None,
    }
    assert list(tree.value) == ["yamlnet", "model", "日本", "empty"]


DENSE: KeyPath = ("model", "layers", 1, "Dense")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("yamlnet",), "1"),
        (("model", "inputs"), "{image: [8, 8, 1]}"),
        (("model", "inputs", "image"), "[8, 8, 1]"),
        (("model", "inputs", "image", 2), "1"),
        (("model", "layers", 0), "Flatten"),
        (("model", "layers", 1), "Dense: {units: \"${width}\", as: 'it''s'}"),
        ((*DENSE, "units"), '"${width}"'),
        (("日本",), "${width * 2}"),
        (("empty",), ""),
    ],
)
def test_places_of_values(tree: Tree, path: KeyPath, text: str) -> None:
    assert marked(tree, tree.span(path)) == text


@pytest.mark.parametrize("path", [("yamlnet",), ("model", "layers"), DENSE, (*DENSE, "as")])
def test_places_of_keys(tree: Tree, path: KeyPath) -> None:
    assert marked(tree, tree.span(path, "key")) == path[-1]


def test_a_block_ends_with_its_last_item(tree: Tree) -> None:
    assert marked(tree, tree.span(("model", "layers"))).endswith("'it''s'}")


def test_what_is_not_written_is_its_nearest_ancestor(tree: Tree) -> None:
    assert marked(tree, tree.span((*DENSE, "activation", 3))) == "Dense"


@pytest.mark.parametrize(
    ("path", "within", "text"),
    [
        ((*DENSE, "units"), (2, 7), "width"),
        ((*DENSE, "as"), (2, 4), "''s"),
        (("日本",), (2, 7), "width"),
        (("model", "outputs"), (0, 3), None),
    ],
)
def test_places_inside_scalars(tree: Tree, path: KeyPath, within: tuple[int, int], text: str | None) -> None:
    span = tree.inside(path, within)
    assert span == tree.span(path) if text is None else marked(tree, span) == text


def test_places_inside_escapes() -> None:
    tree = parse(r'a: "\x41\u00e9\U0001F600\t\"b\\c${d}"', "f")
    assert tree.value == {"a": 'A\u00e9\U0001f600\t"b\\c${d}'}
    assert marked(tree, tree.inside(("a",), (10, 11))) == "d"
    assert marked(tree, tree.inside(("a",), (8, 99))) == "${d}"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_break_counts_alike(newline: str) -> None:
    tree = parse(f"a: 1{newline}b: [2,{newline}  3]{newline}", "f")
    assert tree.value == {"a": 1, "b": [2, 3]}
    assert tree.span(("b", 1)) == Span(3, 3, 3, 4)


def test_integer_keys_are_their_digits() -> None:
    assert parse("{0: 1.0, 1: 4.5, 0x10: 2, -1: 3}", "f").value == {"0": 1.0, "1": 4.5, "16": 2, "-1": 3}


def test_words_of_yaml_1_1_are_keys() -> None:
    assert parse("{on: 1, no: 2, y: 3, =: 4}", "f").value == {"on": 1, "no": 2, "y": 3, "=": 4}


ALIASED = parse("a: &shape [8, {x: 1}]\nb: *shape\nc: &n 3\nd: *n\n", "f")


def test_an_alias_is_a_value_of_its_own() -> None:
    value = ALIASED.value
    assert isinstance(value, dict)
    assert value["a"] == value["b"] == [8, {"x": 1}]
    assert value["a"] is not value["b"]
    assert value["d"] == 3


def test_places_of_aliases() -> None:
    assert marked(ALIASED, ALIASED.span(("b",))) == "*shape"
    assert ALIASED.span(("b", 1, "x")) == ALIASED.span(("a", 1, "x"))
    assert ALIASED.inside(("d",), (0, 1)) == ALIASED.span(("d",))


def test_an_anchor_given_again_counts_from_there() -> None:
    assert parse("[&a 1, *a, &a 2, *a]", "f").value == [1, 1, 2, 2]


# Text that YAML 1.1 (which PyYAML's dumper quotes by) and 1.2 agree on when it is written without quotes.
words = st.text(string.ascii_letters + "_ ", min_size=1).filter(lambda s: s == s.strip() and s != "_")
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**99), 10**99)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"], exclude_characters="\ufffe\uffff")
    )
    | words
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(words, inner, max_size=5),
    max_leaves=20,
)


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


def read_otherwise(text: str) -> bool:
    """Whether PyYAML's writer leaves a text bare that is no text in YAML 1.2 (`0E0`), or refused unquoted."""
    if yaml.safe_dump(text, allow_unicode=True).split("\n")[0][:1] in "'\"|>":
        return False
    return not isinstance(plain_value(text), str) or lookalike(text, is_key=False) is not None


@given(documents)
def test_json_comes_back(value: object) -> None:
    assert parse(json.dumps(value, ensure_ascii=False), "f").value == value


@given(documents, st.booleans(), st.integers(20, 200))
def test_yaml_comes_back(value: object, flow: bool, line: int) -> None:
    assume(not any(read_otherwise(text) for text in texts_in(value)))
    text = yaml.safe_dump(value, default_flow_style=flow, width=line, allow_unicode=True, sort_keys=False)
    assert parse(text, "f").value == value


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab01:-?[]{},&*#|>'\"%@` \n\t.$<!\\~é日\0\u202e"), max_size=60))
def test_any_text_is_read_or_refused_with_places(text: str) -> None:
    try:
        tree = parse(text, "f")
    except BlueprintError as refused:
        lines = split_lines(text)
        for problem in refused.diagnostics:
            assert problem.span is not None
            assert 1 <= problem.span.line <= len(lines)
            assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 1
    else:
        # What is not refused has the shape that libyaml's own composer gives it.
        assert _shape(tree.value) == _shape(_composed(yaml.compose(text, Loader=yaml.CSafeLoader)))


def _composed(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {str(index): _composed(value) for index, (_, value) in enumerate(node.value)}
    if isinstance(node, yaml.SequenceNode):
        return [_composed(item) for item in node.value]
    return "scalar"


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return tuple(_shape(item) for item in value.values())
    return [_shape(item) for item in value] if isinstance(value, list) else "scalar"


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{key}: &{key} [{','.join([f'*{previous}'] * 9)}]\n"
    for previous, key in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "nested lists": ("[" * 50_000, "too-deep"),
    "nested mappings": ("{a: " * 50_000, "too-deep"),
    "nested items": ("- " * 50_000, "too-deep"),
    "alias bomb": (BOMB, "too-large"),
    "alias chain": (
        "a0: &a0 [1]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 10_000)),
        "too-deep",
    ),
    "merge bomb": (
        "a: &a {x: 1}\n" + "".join(f"k{i}: {{<<: [*a, *a]}}\n" for i in range(20_000)),
        "merge-key",
    ),
    "duplicates": ("a: 1\n" * 100_000, "duplicate-key"),
    "missing anchors": ("[" + ",".join(f"&a{i} 1" for i in range(20_000)) + ", *zz" * 200 + "]", "alias"),
    "digits": ("a: " + "1" * 1_000_000, "number"),
    "quotes": ('a: "' + '\\"' * 400_000, "unclosed-quote"),
    "one long line": ("a: " + "b" * 900_000 + "!: c", "two-values"),
    "spaces": ("a:" + " " * 900_000 + "b: c", "two-values"),
    "brackets in text": ("a: [" + "'{', " * 90_000, "unclosed-bracket"),
    "comments": ("# x\n" * 200_000 + "a: b: c", "two-values"),
    "too large": ("a: " + "é" * 600_000, "too-large"),
}


@pytest.mark.parametrize(("text", "check"), HOSTILE.values(), ids=HOSTILE)
def test_harm_is_refused_in_bounded_time(text: str, check: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(BlueprintError) as refused:
        parse(text, "f")
    assert time.perf_counter() - begin < 10  # quadratic work on any of these takes minutes
    assert refused.value.diagnostics[0].check == check
    assert len(refused.value.diagnostics) <= MAX_PROBLEMS + 1


def test_too_many_problems_are_cut_off_aloud() -> None:
    with pytest.raises(BlueprintError) as refused:
        parse("a: 1\n" * 500, "f")
    assert refused.value.diagnostics[-1].check == "too-many-problems"


def test_depth_is_counted_through_aliases() -> None:
    deepest = "[" * 40 + "]" * 40
    assert parse(f"a: &a {deepest}\nb: {'[' * 23}*a{']' * 23}\n", "f").value
    with pytest.raises(BlueprintError, match="too-deep"):
        parse(f"a: &a {deepest}\nb: {'[' * 24}*a{']' * 24}\n", "f")


def test_a_long_chain_is_read_whole() -> None:
    tree = parse("layers:\n" + "  - Dense: {units: 4, activation: relu}\n" * 10_000, "f")
    assert isinstance(tree.value, dict)
    assert tree.value["layers"] == [{"Dense": {"units": 4, "activation": "relu"}}] * 10_000
    assert tree.span(("layers", 9_999, "Dense", "units")).line == 10_001


def test_the_size_limit_is_the_callers() -> None:
    with pytest.raises(BlueprintError, match="too-large"):
        parse("a: 1234", "f", max_bytes=6)
    assert parse("a: 1234", "f", max_bytes=7).value == {"a": 1234}


def test_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("é: 1\r\n".encode())
    assert read(tmp_path / "a.yaml") == "é: 1\r\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "latin-1"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(
        ("\ufeff" if encoding == "utf-16-be" else "").encode(encoding) + "a: é\n".encode(encoding)
    )
    with pytest.raises(BlueprintError) as refused:
        read(path)
    assert [problem.check for problem in refused.value.diagnostics] == ["encoding"]
    assert "UTF-8" in str(refused.value)


def test_the_byte_is_located(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("日: 1\nb: ".encode() + b"\xff\n")
    with pytest.raises(BlueprintError, match="0xFF") as refused:
        read(path)
    assert refused.value.diagnostics[0].span == Span(2, 4, 2, 5)


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "digits.yaml").touch()
    (tmp_path / "other.txt").touch()
    for written in ("digit.yaml", "digits", "digits.yml", "Digits.yaml"):
        if not (tmp_path / written).exists():  # on a file system that tells case apart
            with pytest.raises(YamlnetError, match=r"did you mean \".*digits\.yaml\""):
                read(tmp_path / written)
    with pytest.raises(YamlnetError, match="no folder"):
        read(tmp_path / "missing" / "digits.yaml")


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "digits.yaml").touch()
    with pytest.raises(YamlnetError, match="is a folder") as refused:
        read(tmp_path)
    assert "digits.yaml" in str(refused.value.hint)


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(YamlnetError, match="cannot be read"):
        read("a\0.yaml")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 123456")
    with pytest.raises(BlueprintError, match="larger than 5 bytes"):
        read(tmp_path / "a.yaml", max_bytes=5)


@pytest.mark.parametrize("text", ['a: "x"#c\n---\nb: ]\n', "a: [1]#\n--- ]\n"])
def test_a_second_document_that_is_broken_is_told_as_a_second_one(text: str) -> None:
    with pytest.raises(BlueprintError) as refused:
        parse(text, "f")
    assert "several-documents" in {problem.check for problem in refused.value.diagnostics}
