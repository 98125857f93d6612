"""How problems are shown: places, carets, notes, order, and the forms for machines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.diagnostics.diagnostic import Diagnostic, Note, Span
from yamlnet.diagnostics.formats.text import WIDEST_LINE
from yamlnet.diagnostics.lines import width
from yamlnet.diagnostics.report import locate, render
from yamlnet.syntax.parse import parse

TREE = parse(
    """\
name: net
model:
  layers:
    - Dense: {units: 3, activation: relu}
    - Dense: {units: "${width * 2}"}
""",
    "net.yaml",
)
DENSE = ("model", "layers", 0, "Dense")


def test_the_form_of_the_language_page() -> None:
    problem = Diagnostic(
        "unknown-argument", 'layer "Dense" has no argument "units"', (*DENSE, "units"), "key"
    )
    assert render([problem], TREE) == (
        'net.yaml:4:15: layer "Dense" has no argument "units" [unknown-argument]\n'
        "4 |     - Dense: {units: 3, activation: relu}\n"
        "  |               ^~~~~\n"
    )


def test_sorted_once_each_and_counted() -> None:
    late = Diagnostic("b", "late", (*DENSE, "activation"))
    early = Diagnostic("a", "early", ("name",), severity="warning")
    assert render([late, early, late], TREE) == (
        "net.yaml:1:7: warning: early [a]\n"
        "1 | name: net\n"
        "  |       ^~~\n"
        "net.yaml:4:37: late [b]\n"
        "4 |     - Dense: {units: 3, activation: relu}\n"
        "  |                                     ^~~~\n"
        "1 error, 1 warning\n"
    )


def test_inside_an_expression() -> None:
    problem = Diagnostic("x", "no such name", ("model", "layers", 1, "Dense", "units"), within=(2, 7))
    assert render([problem], TREE).splitlines()[1:] == [
        '5 |     - Dense: {units: "${width * 2}"}',
        "  |                         ^~~~~",
    ]


def test_notes_follow_with_their_own_files() -> None:
    block = parse("blocks:\n  unit: 3\n", "block.yaml")
    note = Note("used here", DENSE)
    problem = Diagnostic("x", "wrong", ("blocks", "unit"), source="block.yaml", notes=(note,))
    assert render([problem], {"": TREE, "net.yaml": TREE, "block.yaml": block}) == (
        "block.yaml:2:9: wrong [x]\n"
        "2 |   unit: 3\n"
        "  |         ^\n"
        "  net.yaml:4:7: used here\n"
        "  4 |     - Dense: {units: 3, activation: relu}\n"
        "    |       ^~~~~\n"
    )


def test_a_value_over_several_lines_is_marked_on_its_first() -> None:
    assert render([Diagnostic("x", "wrong", ("model",))], TREE).splitlines()[1:] == [
        "3 |   layers:",
        "  |   ^~~~~~~",
    ]


def test_a_file_that_is_not_at_hand() -> None:
    assert render([Diagnostic("x", "wrong", ("a",), source="gone.yaml")], {}) == "gone.yaml:1:1: wrong [x]\n"


@pytest.mark.parametrize(
    ("text", "line", "caret"),
    [
        ("a: bad", "1 | a: bad", "  |    ^~~"),
        ('"日本": bad', '1 | "日本": bad', "  |         ^~~"),
        ('"cafe\u0301": bad', '1 | "cafe\u0301": bad', "  |         ^~~"),
        ("a:\tbad", "1 | a:    bad", "  |       ^~~"),
        ("a: 日本", "1 | a: 日本", "  |    ^~~~"),
        ("a:", "1 | a:", "  |   ^"),
        ('a: "x" ', '1 | a: "x"', "  |    ^~~"),
    ],
)
def test_the_caret_stands_under_the_value(text: str, line: str, caret: str) -> None:
    tree = parse(text, "f")
    (key,) = tree.value if isinstance(tree.value, dict) else ()
    assert render([Diagnostic("x", "m", (key,))], tree).splitlines()[1:] == [line, caret]


@pytest.mark.parametrize("column", [1, 60, 200, 3_000, 4_950, 5_001])
def test_a_long_line_is_cut_around_the_caret(column: int) -> None:
    text = "".join(chr(ord("a") + index % 26) for index in range(5_000))
    span = Span(1, column, 1, column + 3)
    tree = parse("x", "f")
    shown = render(
        [Diagnostic("x", "m", span=span)], type(tree)(None, tree.positions, text, "f")
    ).splitlines()
    assert len(shown[1]) <= WIDEST_LINE + 8
    assert "…" in shown[1]
    under = slice(shown[2].index("^"), shown[2].index("^") + len(text[column - 1 : column + 2]))
    assert shown[1][under] == text[column - 1 : column + 2]


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=300),
    st.integers(1, 320),
    st.integers(0, 320),
)
def test_the_caret_is_never_beyond_its_line(text: str, column: int, length: int) -> None:
    tree = parse("x", "f")
    tree = type(tree)(None, tree.positions, text, "f")
    problem = Diagnostic("x", "m", span=Span(1, column, 1, column + length))
    _, *excerpt = render([problem], tree).splitlines()
    if excerpt:
        line, under = excerpt
        assert width(under) <= width(line) + 1 + length
        assert under.startswith("  | ") and set(under[4:].lstrip(" ")) <= {"^", "~"}


def test_a_message_cannot_command_the_terminal() -> None:
    problem = Diagnostic("x", "the key \x1b[2J\r\nis wrong", ("name",))
    assert "\x1b" not in render([problem], TREE)
    assert render([problem], TREE).count("\n") == 3


def test_color() -> None:
    problem = Diagnostic("x", "m", ("name",))
    colored = render([problem], TREE, color=True)
    assert "\x1b[31m^~~\x1b[0m" in colored
    plain = render([problem], TREE)
    for code in ("\x1b[31m", "\x1b[1m", "\x1b[2m", "\x1b[0m"):
        colored = colored.replace(code, "")
    assert colored == plain


def test_json() -> None:
    problem = Diagnostic("x", "wrong", (*DENSE, "units"), notes=(Note("see", ("name",)),), severity="warning")
    (found,) = json.loads(render([problem], TREE, "json"))
    assert found == {
        "file": "net.yaml",
        "line": 4,
        "column": 22,
        "end_line": 4,
        "end_column": 23,
        "severity": "warning",
        "check": "x",
        "message": "wrong",
        "path": ["model", "layers", 0, "Dense", "units"],
        "notes": [
            {
                "file": "net.yaml",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 5,
                "message": "see",
                "path": ["name"],
            }
        ],
    }


def test_json_of_nothing_is_an_empty_list() -> None:
    assert json.loads(render([], TREE, "json")) == []
    assert render([], TREE) == render([], TREE, "github") == ""


def test_github() -> None:
    problem = Diagnostic("x", "100 % wrong\nreally", (*DENSE, "units"), notes=(Note("see", ("name",)),))
    assert render([problem], TREE, "github") == (
        "::error file=net.yaml,line=4,endLine=4,col=22,endColumn=22,title=x::"
        "100 %25 wrong↵really%0Anet.yaml:1:1: see\n"
    )


def test_github_escapes_the_file_and_leaves_out_columns_over_several_lines() -> None:
    tree = parse("model:\n  layers: [1,\n   2]\n", "a,b:c%.yaml")
    problem = Diagnostic("x", "m", ("model", "layers"), severity="warning")
    assert render([problem], tree, "github") == (
        "::warning file=a%2Cb%3Ac%25.yaml,line=2,endLine=3,title=x::m\n"
    )


def test_locate() -> None:
    located = locate(Diagnostic("x", "m", (*DENSE, "units")), TREE)
    assert located.place == "net.yaml:4:22"
    assert located.line == "    - Dense: {units: 3, activation: relu}"


def test_of_many_alike_people_see_the_first_and_programs_all() -> None:
    lines = "".join(f"k{number}: {number}\n" for number in range(6))
    tree = parse(lines, "net.yaml")
    many = [Diagnostic("a" if number < 5 else "b", "wrong", (f"k{number}",)) for number in range(6)]
    told = render(many, tree, most=3)
    assert told.count("wrong [a]") == 3 and told.count("wrong [b]") == 1
    assert "… and 2 more like this in net.yaml [a]; --all shows them\n6 errors\n" in told
    assert render(many, tree).count("wrong [a]") == 5
    assert len(json.loads(render(many, tree, "json", most=3))) == 6


def test_of_many_notes_those_that_say_something_else_are_kept() -> None:
    uses = tuple(Note("used here", ("name",)) for _ in range(9))
    other = Note("the value is written here", (*DENSE, "units"))
    told = render([Diagnostic("a", "wrong", DENSE, notes=(*uses, other))], TREE)
    assert told.count("used here") == 5 and "… through 4 further places" in told
    assert "the value is written here" in told
    many = tuple(Note(f"note {number}", ("name",)) for number in range(40))
    told = render([Diagnostic("a", "wrong", DENSE, notes=many)], TREE)
    assert "note 12" in told and "note 13" not in told and "… through 26 further places" in told
    assert "note 39" in told
