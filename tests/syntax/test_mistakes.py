"""Every mistake that YAML text can hold: which check names it, where its caret stands, and the mend."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.diagnostics.lines import split_lines
from yamlnet.syntax.parse import parse


class Mistake(NamedTuple):
    """A text with one mistake. `marked` is what stands above the caret, from `line`:`column` on."""

    text: str
    check: str
    line: int
    column: int
    marked: str
    mend: str


MISTAKES = {
    # Lines
    "tab": Mistake("a:\n\tb: 3\n", "tab", 2, 1, "\t", "spaces"),
    "tab in an item": Mistake("a:\n  -\tb: 1\n", "tab", 2, 4, "\t", "spaces"),
    "tab after a block": Mistake("a: |\n  x\n\ty\n", "tab", 3, 1, "\t", "spaces"),
    "deeper": Mistake("a:\n  b: 3\n   c: 4\n", "indentation", 3, 4, "c: 4", "deeper than line 2"),
    "less deep": Mistake("a:\n    b: 3\n  c: 4\n", "indentation", 3, 3, "c: 4", "less than line 2"),
    "item deeper": Mistake("l:\n  - A: 3\n   - B: 4\n", "indentation", 3, 4, "- B: 4", "deeper than line 2"),
    "item less deep": Mistake("l:\n  - A: 3\n - B: 4\n", "indentation", 3, 2, "- B: 4", "less than line 2"),
    "item swallowed": Mistake("l:\n  - Flatten\n    - ReLU\n", "indentation", 3, 5, "- ReLU", "align"),
    "list as text": Mistake("l:\n  -A\n  -B\n", "indentation", 3, 3, "-B", "no space after it"),
    "key among items": Mistake("l:\n  - A: 3\n  b: 4\n", "indentation", 3, 3, "b: 4", "are a list"),
    "item among keys": Mistake("a: 1\n- b\n", "indentation", 2, 1, "- b", "are keys with values"),
    "colon without space": Mistake("a: 1\nunits:3\nb: 2\n", "missing-space", 2, 6, ":", "units: 3"),
    "colon without space, first": Mistake("a:\n  b:3\n  c: 4\n", "missing-space", 2, 4, ":", "b: 3"),
    "colon without space, last": Mistake("a: 1\nunits:3\n", "missing-space", 2, 6, ":", "units: 3"),
    "colon without space, quoted": Mistake('"a":1\n', "missing-space", 1, 4, ":", '"a": 1'),
    "colon without space, in braces": Mistake("a: {x:1}\n", "missing-space", 1, 5, "x:1", '"x: 1"'),
    "dash without space": Mistake("l:\n  -Dense: 3\n", "missing-space", 2, 3, "-", "- Dense"),
    "dash without space, bare": Mistake("a: 1\n-Relu\nb: 3\n", "missing-space", 2, 1, "-", "this dash"),
    "no colon": Mistake("m: 1\nlayers\nb: 3\n", "missing-colon", 2, 1, "layers", "layers:"),
    "no colon, first": Mistake("m:\n  a\n  b: 3\n", "missing-colon", 2, 3, "a", "a:"),
    "no colon, words": Mistake("batch size 32\nb: 3\n", "missing-colon", 1, 1, "batch size 32", "key: value"),
    "equals sign": Mistake("a: 1\nb = 3\nc: 2\n", "missing-colon", 2, 1, "b = 3", "b: 3"),
    "two values": Mistake("l:\n  - Conv2D: filters: 16\n", "two-values", 2, 13, "filters", "{…}"),
    "colon in text": Mistake("description: A net: small\n", "two-values", 1, 16, "net", "quotes"),
    "value on the document's line": Mistake("--- a: 1\n", "misplaced-value", 1, 6, ":", "line of its own"),
    "no key": Mistake("a: 1\n: 3\n", "bad-key", 2, 1, ":", "a key is missing"),
    "list on its key's line": Mistake("a: - 1\n", "list-item", 1, 4, "-", "line after"),
    # Brackets
    "list not closed": Mistake("a: [1, 2\nb: 3\n", "unclosed-bracket", 1, 4, "[", 'add "]"'),
    "mapping not closed": Mistake("a: {x: [1]\nb: [3]\n", "unclosed-bracket", 1, 4, "{", 'add "}"'),
    "not closed at the end": Mistake('a: [{b: "x"}, \n', "unclosed-bracket", 1, 4, "[", 'add "]"'),
    "not closed, apostrophes": Mistake("# don't\na: [1\n# isn't\n", "unclosed-bracket", 2, 4, "[", 'add "]"'),
    "wrong bracket": Mistake("a: [1, 2}\n", "wrong-bracket", 1, 9, "}", '"]" belongs here'),
    "bracket too many": Mistake("a: [1]]\n", "extra-bracket", 1, 7, "]", "closes nothing"),
    "bracket alone": Mistake("a: }\n", "extra-bracket", 1, 4, "}", "closes nothing"),
    "no comma": Mistake("a: {x: 1 y: 2}\n", "missing-comma", 1, 10, "y", "comma"),
    "no comma, quotes": Mistake('a: ["a" "b"]\n', "missing-comma", 1, 9, '"', 'expected ","'),
    "two commas": Mistake("a: [1,,2]\n", "missing-value", 1, 7, ",", "before this comma"),
    "dash in brackets": Mistake("a: [- 1]\n", "list-item", 1, 5, "-", "commas"),
    "expression": Mistake(
        "a: {x: ${width * 2}}\n", "unquoted-expression", 1, 8, "${width * 2}", '"${width * 2}"'
    ),
    "expression in a list": Mistake("a: [${w}, 3]\n", "unquoted-expression", 1, 5, "${w}", "inside […]"),
    "after the bracket": Mistake("a: {b: 1} c\n", "text-after-value", 1, 11, "c", "line of its own"),
    # Text
    "quote not closed": Mistake('a: "foo\nb: 3\n', "unclosed-quote", 1, 4, '"', "never closed"),
    "quote runs on": Mistake(
        '- A: {u: "${w}, b: c}\n- A: {u: "${w}"}\n', "unclosed-quote", 1, 10, '"', "runs on to line 2"
    ),
    "apostrophe": Mistake("a: 'it's'\n", "text-after-value", 1, 8, "s'", "''"),
    "escape": Mistake('a: "C:\\data"\n', "bad-escape", 1, 7, "\\d", "\\\\"),
    "escape, hexadecimal": Mistake('a: "\\xZZ"\n', "bad-escape", 1, 5, "\\x", "\\\\"),
    "at sign": Mistake("a: @x\n", "needs-quotes", 1, 4, "@x", "quotes"),
    "backtick": Mistake("a: `x`\n", "needs-quotes", 1, 4, "`x`", "quotes"),
    "percent": Mistake("a: 1\n%b: 2\n", "needs-quotes", 2, 1, "%b:", "quotes"),
    "star": Mistake("freeze: *.bias\n", "needs-quotes", 1, 9, "*.bias", "quotes"),
    "question mark": Mistake("a: ? x\n", "needs-quotes", 1, 4, "?", "quotes"),
    "bar with text": Mistake("a: | text\n", "needs-quotes", 1, 4, "|", "next line"),
    "question mark in braces": Mistake("a: {?x: 1}\n", "needs-quotes", 1, 6, "x", '"?x"'),
    "question mark in a list": Mistake("[?x]\n", "needs-quotes", 1, 3, "x", "quotes"),
    "question mark, the word seen before": Mistake("x: {?x: 1}\n", "needs-quotes", 1, 6, "x", "quotes"),
    "dash alone": Mistake("a: [-, b]\n", "needs-quotes", 1, 5, "-", "quotes"),
    "colon in an anchor": Mistake("a: &b:c 1\n", "alias", 1, 4, "&b:c", "letters"),
    # Characters that are taken for others
    "no-break space after a dash": Mistake("-\u00a0a: 1\n", "character", 1, 2, "\u00a0", "ordinary one"),
    "no-break space after a colon": Mistake("a: {b:\u00a01}\n", "character", 1, 7, "\u00a0", "ordinary one"),
    "no-break space at the end": Mistake("a: b\u00a0\n", "character", 1, 5, "\u00a0", "quotes"),
    "no-break space as indentation": Mistake("a:\n\u00a0b: 1\n", "character", 2, 1, "\u00a0", "a space"),
    "no-break space where the parser stops": Mistake(
        "a:\n  b: 1\n\u00a0\u00a0- c\n", "character", 3, 1, "\u00a0", "type a space"
    ),
    "zero-width space": Mistake("a: re\u200blu\n", "character", 1, 6, "\u200b", "invisible"),
    "typographic quotes": Mistake("a: “b”\n", "character", 1, 4, "“b”", '"…"'),
    "full-width colon": Mistake("a\uff1a1\nb: 1\n", "character", 1, 2, "\uff1a", '": "'),
    "comment glued to a bracket": Mistake("a: [b]#c\n", "missing-space", 1, 7, "#", "before this"),
    "comment glued to a quote": Mistake('a: "b"#c\n', "missing-space", 1, 7, "#", "quotes"),
    "comment glued to a comma": Mistake("a: [b,#c\n d]\n", "missing-space", 1, 7, "#", "before this"),
    "comment glued to a bar": Mistake("a: |-#c\n  d\n", "missing-space", 1, 6, "#", "before this"),
    "colon before a comma": Mistake("a: {b:, c: 1}\n", "missing-value", 1, 6, ":", "after this colon"),
    "three dots": Mistake("a: 1\n...\nb: 2\n", "several-documents", 3, 1, "b: 2", "remove it"),
    "three dots alone": Mistake("# a\n...\n", "empty-document", 2, 1, "...", "none above"),
    # What YAML allows and blueprints do not
    "tag": Mistake("a: !!python/object:os.system x\n", "tag", 1, 4, "!!python/object:os.system", "remove it"),
    "tag of our own": Mistake("a: &x !y [1]\n", "tag", 1, 7, "!y", "data"),
    "tag for a string": Mistake("a: !!str 3\n", "tag", 1, 4, "!!str", "in quotes"),
    "tag on a key": Mistake("!x a: 3\n", "tag", 1, 1, "!x", "data"),
    "tag that does not read": Mistake("a: !h!x y\n", "tag", 1, 4, "!", "quotes"),
    "merge key": Mistake("a: &a {x: 1}\nb: {<<: *a}\n", "merge-key", 2, 5, "<<", "blocks:"),
    "duplicate key": Mistake("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1, "a", "twice"),
    "duplicate key, quoted": Mistake("{x: 1, 'x': 2}\n", "duplicate-key", 1, 8, "'x'", "twice"),
    "duplicate number": Mistake("1: a\n01: b\n", "duplicate-key", 2, 1, "01", "twice"),
    "null as a key": Mistake("~: 1\n", "bad-key", 1, 1, "~", '"~"'),
    "boolean as a key": Mistake("true: 1\n", "bad-key", 1, 1, "true", '"true"'),
    "number as a key": Mistake("1.5: 1\n", "bad-key", 1, 1, "1.5", '"1.5"'),
    "nothing as a key": Mistake("a: {: 1}\n", "bad-key", 1, 5, ":", "missing before this colon"),
    "list as a key": Mistake("? [!t a, {b: 1, b: 2}]\n: 1\n", "bad-key", 1, 3, "[", "a word"),
    "alias as a key": Mistake("x: &a k\n*a : 1\n", "bad-key", 2, 1, "*a", "a word"),
    "anchor on a key": Mistake("&a x: k\n", "bad-key", 1, 1, "&a x", "anchor"),
    "several documents": Mistake("a: 1\n---\nb: 2\n", "several-documents", 2, 1, "---", "one blueprint"),
    "empty": Mistake("", "empty-document", 1, 1, "", "yamlnet: 1"),
    "only a comment": Mistake("# nothing\n", "empty-document", 1, 1, "", "yamlnet new"),
    "empty after dashes": Mistake("---\n", "empty-document", 1, 1, "", "yamlnet new"),
    "undefined alias": Mistake("a: &width 1\nb: *widht\n", "alias", 2, 4, "*widht", 'mean "width"'),
    "recursive alias": Mistake("a: &a [*a]\n", "alias", 1, 8, "*a", "itself"),
    "alias with an anchor": Mistake("a: &x *y\n", "alias", 1, 7, "*", "anchor"),
    "YAML 1.1": Mistake("%YAML 1.1\n---\na: 1\n", "directive", 1, 1, "%YAML", "1.2"),
    "YAML 2.0": Mistake("%YAML 2.0\n---\na: 1\n", "directive", 1, 1, "%YAML 2.0", "1.2"),
    "too large a number": Mistake("a: 1e999\n", "number", 1, 4, "1e999", ".inf"),
    "too many digits": Mistake(f"a: {'9' * 101}\n", "number", 1, 4, "9" * 101, "at most 100 digits"),
    "too many digits in a key": Mistake(f"{'9' * 101}: 3\n", "number", 1, 1, "9" * 101, "100 digits"),
    "too deep": Mistake("[" * 65, "too-deep", 1, 65, "[", "64"),
    # Characters
    "NUL": Mistake("a: b\0c\n", "character", 1, 5, "\0", "U+0000"),
    "escape character": Mistake("a: 1\nb: '\x1b[0m'\n", "character", 2, 5, "\x1b", '"\\x1B" in quotes'),
    "delete": Mistake("a: \x7f\n", "character", 1, 4, "\x7f", "U+007F"),
    "lone surrogate": Mistake("a: \ud800\n", "character", 1, 4, "\ud800", "surrogate"),
    "bidirectional": Mistake("a: x # \u202e y\n", "character", 1, 8, "\u202e", "right-to-left override"),
    "isolate": Mistake("a: \u2066y\n", "character", 1, 4, "\u2066", "isolate"),
    "line separator": Mistake("a: b\u2028c: d\n", "character", 1, 5, "\u2028", "line break"),
    "paragraph separator": Mistake("a: b\u2029c: d\n", "character", 1, 5, "\u2029", "line break"),
    "next line": Mistake("a: b\x85c: d\n", "character", 1, 5, "\x85", "line break"),
    "byte order mark": Mistake("\ufeffa: 1\n", "character", 1, 1, "\ufeff", "UTF-8"),
    "byte order mark inside": Mistake("a: 1\r\n\ufeffb: 1\n", "character", 2, 1, "\ufeff", "UTF-8"),
}


def problems_of(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(BlueprintError) as refused:
        parse(text, "file.yaml")
    assert refused.value.trees["file.yaml"].text == text
    return refused.value.diagnostics


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistake(mistake: Mistake) -> None:
    problems = problems_of(mistake.text)
    assert [problem.check for problem in problems] == [mistake.check]
    problem = problems[0]
    assert problem.source == "file.yaml"
    assert problem.span is not None
    assert (problem.span.line, problem.span.column) == (mistake.line, mistake.column)
    assert _marked(mistake.text, problem) == mistake.marked
    assert mistake.mend in problem.message
    assert "\n" not in problem.message


def _marked(text: str, problem: Diagnostic) -> str:
    span = problem.span
    assert span is not None
    assert span.line == span.end_line, "a caret stands under one line"
    return split_lines(text)[span.line - 1][span.column - 1 : span.end_column - 1]


def test_no_mistake_is_left_in_the_parsers_words() -> None:
    assert all(mistake.check != "syntax" for mistake in MISTAKES.values())


def test_what_nobody_foresaw_is_still_told_with_its_place() -> None:
    (problem,) = problems_of("{? ?}")
    assert problem.span is not None
    assert (problem.span.line, problem.span.column) == (1, 4)


def test_every_mistake_is_told_in_one_run() -> None:
    text = "a: !x 1\nb: 2\nb: 3\n<<: {c: 4}\nnull: 5\nd: *e\nf: [1\n"
    assert [problem.check for problem in problems_of(text)] == [
        "tag", "duplicate-key", "merge-key", "bad-key", "alias", "unclosed-bracket",
    ]  # fmt: skip


def test_a_duplicate_names_the_first() -> None:
    (problem,) = problems_of("model:\n  x: 1\n  y: 2\n  x: 3\n")
    assert problem.path == ("model", "x")
    (note,) = problem.notes
    assert note.span is not None
    assert (note.span.line, note.span.column) == (2, 3)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("a: {x: 1 y: 2}\n", 1, 4), ("a:\n  - [1, 2}\n", 2, 5), ('a: "b\nc: "d"\n', 2, 4)],
)
def test_an_opening_is_named(text: str, line: int, column: int) -> None:
    (problem,) = problems_of(text)
    (note,) = problem.notes
    assert note.span is not None
    assert (note.span.line, note.span.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "a: b#c", "a: '[#b'", 'a: "x\\"#y"', "a: b # [c]#d", "# [c]#d\na: 1", "a: |\n  [b]#c\n",
        "a: >-  # x\n  b", "a: don\u2019t", "a: The \u201cbest\u201d net", "a: 10\u00a0000", "a: '\u00a0b'",
        "a: b # \u00a0\u200b\uff1a", "a: x\uff1ay", "'a\u00a0b': 1", "a: [&b c, *b]", "? a\n: b", "{? a : b}",
        "a: --", "- -1", "a: '\U0001f469\u200d\U0001f4bb'",
    ],
)  # fmt: skip
def test_what_comes_close_is_read(text: str) -> None:
    assert parse(text, "f").value
