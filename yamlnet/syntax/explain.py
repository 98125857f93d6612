"""What a YAML parser's message means to someone who has just typed the file.

libyaml says "did not find expected ',' or ']'" where its grammar got stuck; the mistake is often elsewhere
(the bracket was opened three lines above) and has a simpler name. Each function here knows one situation and
answers with a diagnostic, or None; the first answer counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

from yamlnet.diagnostics.diagnostic import Diagnostic, Note, Span
from yamlnet.diagnostics.lines import split_lines

OPENERS = {"[": "]", "{": "}"}
CLOSERS = {"]": "[", "}": "{"}

KEY = r"""(?:[\w.$-]+|"[^"]*"|'[^']*')"""
GLUED_KEY = re.compile(rf"\s*(?:-\s+)*({KEY}:)(?=[^\s:])")
BARE_WORD = re.compile(rf"\s*(?:-\s+)*({KEY})\s*(?:#.*)?$")
KEY_VALUE = re.compile(rf"\s*(?:-\s+)*{KEY}:(?:\s|$)")
BLANK = re.compile(r"\s*(?:#.*)?$")
EXPRESSION = re.compile(r"\$\{[^{}]*\}?")


@dataclass(frozen=True, slots=True)
class Stuck:
    """Where the parser stopped and what it said.

    `line` and `column` count from 0. `opened` is where the thing began that was being read, if any.
    """

    text: str
    lines: list[str]
    source: str
    problem: str
    context: str
    line: int
    column: int
    index: int
    opened: tuple[int, int, int] | None

    @property
    def here(self) -> str:
        """The character at which the parser stopped; empty at the end of the text."""
        return self.text[self.index : self.index + 1]

    @property
    def before(self) -> str:
        """The line up to where the parser stopped."""
        return self.lines[self.line][: self.column]

    def span(self, length: int = 1) -> Span:
        """The place where the parser stopped."""
        return place(self.line, self.column, length)

    def refuse(self, check: str, message: str, span: Span, *notes: Note) -> Diagnostic:
        """A diagnostic in this file."""
        return Diagnostic(check, message, span=span, source=self.source, notes=notes)

    def note(self, message: str, span: Span) -> Note:
        """A note in this file."""
        return Note(message, (), self.source, span=span)

    def written_above(self) -> int | None:
        """The nearest line above that is neither blank nor a comment."""
        above = range(self.line - 1, -1, -1)
        return next((number for number in above if not BLANK.match(self.lines[number])), None)


def place(line: int, column: int, length: int = 1) -> Span:
    """A span within one line, from positions that count from 0."""
    return Span(line + 1, column + 1, line + 1, column + 1 + max(length, 0))


def explain(error: yaml.YAMLError, text: str, source: str) -> Diagnostic:
    """The diagnostic for a parser's error: in the user's words where the situation is known."""
    stuck = _stuck(error, text, source)
    for recognise in SITUATIONS:
        if found := recognise(stuck):
            return found
    said = " ".join(part for part in (stuck.context, stuck.problem) if part) or str(error)
    return stuck.refuse("syntax", f"this is not YAML: {said}", stuck.span())


def _stuck(error: yaml.YAMLError, text: str, source: str) -> Stuck:
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    lines = split_lines(text)
    return Stuck(
        text=text,
        lines=lines,
        source=source,
        problem=getattr(error, "problem", None) or "",
        context=getattr(error, "context", None) or "",
        line=min(mark.line, len(lines) - 1) if mark else 0,
        column=mark.column if mark else 0,
        index=mark.index if mark else 0,
        opened=(opened.line, opened.column, opened.index) if opened else None,
    )


def tab(stuck: Stuck) -> Diagnostic | None:
    """A tab where the parser counts spaces."""
    line = stuck.lines[stuck.line]
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" not in indent or stuck.column > len(indent):
        return None
    column = indent.index("\t")
    message = "this line is indented with a tab; YAML is indented with spaces"
    return stuck.refuse("tab", message, place(stuck.line, column, len(indent) - column))


def unclosed_quote(stuck: Stuck) -> Diagnostic | None:
    """A quote that the rest of the file is swallowed by."""
    if "quoted scalar" not in stuck.context or "end of stream" not in stuck.problem or not stuck.opened:
        return None
    line, column, index = stuck.opened
    quote = stuck.text[index]
    return stuck.refuse("unclosed-quote", f"this quote is never closed; add the closing {quote}", place(line, column))


def bad_escape(stuck: Stuck) -> Diagnostic | None:
    """A backslash in double quotes, most often of a Windows path."""
    if "quoted scalar" not in stuck.context and "double-quoted" not in stuck.context:
        return None
    if "escape" not in stuck.problem and "hexdecimal" not in stuck.problem and "Unicode" not in stuck.problem:
        return None
    start = stuck.text.rfind("\\", 0, stuck.index + 1)
    escape = stuck.text[start : start + 2]
    column = stuck.column - (stuck.index - start)
    message = (
        f'{escape} means nothing inside "…"; write a backslash as \\\\, or use \'…\', where it is an ordinary character'
    )
    return stuck.refuse("bad-escape", message, place(stuck.line, max(column, 0), len(escape)))


def unquoted_expression(stuck: Stuck) -> Diagnostic | None:
    """`{units: ${width}}`: the brace of the expression is taken for a mapping's."""
    if stuck.here != "{" or not stuck.before.endswith("$") or not stuck.context.startswith("while parsing a flow"):
        return None
    written = EXPRESSION.match(stuck.text, stuck.index - 1)
    expression = written[0] if written else "${"
    inside = "[…]" if "sequence" in stuck.context else "{…}"
    shown = expression if expression.endswith("}") and "\n" not in expression else "${…}"
    message = f'inside {inside} put quotes around an expression: "{shown}"'
    return stuck.refuse("unquoted-expression", message, place(stuck.line, stuck.column - 1, len(shown)))


def bracket(stuck: Stuck) -> Diagnostic | None:
    """A list or mapping in brackets that is not closed, closed by the other bracket, or lacks a comma."""
    if not stuck.opened or not re.match(r"while parsing a flow (sequence|mapping)", stuck.context):
        return None
    line, column, index = stuck.opened
    opener = stuck.text[index]
    if opener not in OPENERS:
        return None
    closer = OPENERS[opener]
    opening = stuck.note(f'"{opener}" stands here', place(line, column))
    if stuck.here in CLOSERS:
        message = f'"{opener}" is closed by "{stuck.here}"; "{closer}" belongs here'
        return stuck.refuse("wrong-bracket", message, stuck.span(), opening)
    if not _is_closed(stuck.text, index):
        return stuck.refuse("unclosed-bracket", f'this "{opener}" is never closed; add "{closer}"', place(line, column))
    start = _word_before(stuck)
    message = f'a comma is missing before this, or quotes around a text that holds ": "; expected "," or "{closer}"'
    if stuck.here != ":":
        message = f'expected "," or "{closer}" before this'
    return stuck.refuse("missing-comma", message, place(stuck.line, start, max(stuck.column - start, 1)), opening)


def flow_item(stuck: Stuck) -> Diagnostic | None:
    """Two commas in a row, or a dash inside brackets."""
    if stuck.context != "while parsing a flow node" and stuck.context != "while parsing a block node":
        return None
    if stuck.here == "-":
        message = "items with a dash cannot stand inside […] or {…}; there, items are separated by commas"
        return stuck.refuse("list-item", message, stuck.span())
    if stuck.here in CLOSERS and stuck.here:
        return stuck.refuse("extra-bracket", f'this "{stuck.here}" closes nothing', stuck.span())
    return stuck.refuse("missing-value", "a value is missing before this comma", stuck.span()) if stuck.here == "," else None


def missing_space_or_colon(stuck: Stuck) -> Diagnostic | None:
    """`units:3` or a bare word where a `key: value` was begun, found out one line too late."""
    if "could not find expected ':'" in stuck.problem and stuck.opened:
        suspect: int | None = stuck.opened[0]
    elif "mapping values are not allowed" in stuck.problem and KEY_VALUE.match(stuck.lines[stuck.line]):
        suspect = stuck.written_above() if ":" not in re.sub(KEY, "", stuck.before) else None
    elif "expected <document start>" in stuck.problem or "'<document start>'" in stuck.problem:
        suspect = stuck.line
    else:
        return None
    line = stuck.lines[suspect] if suspect is not None else ""
    if suspect is None:
        return None
    if found := GLUED_KEY.match(line):
        message = f"put a space after this colon: {found[1]} {line[found.end() :].split(' #')[0].strip()[:30]}"
        return stuck.refuse("missing-space", message, place(suspect, found.end(1) - 1))
    if (found := BARE_WORD.match(line)) and not found[1].startswith("-"):
        message = f'"{found[1]}" needs a colon after it to be a key: {found[1]}:'
        return stuck.refuse("missing-colon", message, place(suspect, found.start(1), len(found[1])))
    return None


def two_colons(stuck: Stuck) -> Diagnostic | None:
    """`a: b: c` on one line."""
    if "mapping values are not allowed" not in stuck.problem or not KEY_VALUE.match(stuck.before):
        return None
    start = _word_before(stuck)
    word = stuck.before[start:].strip()
    message = (
        f'a second "key: value" cannot stand on this line; put "{word}:" on a line of its own, indented deeper, '
        "or use {…}; text that holds a colon and a space needs quotes"
    )
    return stuck.refuse("two-values", message, place(stuck.line, start, max(stuck.column - start, 1)))


def indentation(stuck: Stuck) -> Diagnostic | None:
    """A line that stands to the left or right of its siblings."""
    known = (
        "mapping values are not allowed",
        "did not find expected key",
        "did not find expected '-'",
        "expected <block end>",
    )
    indent = _indent(stuck.lines[stuck.line])
    above = stuck.written_above()
    if not stuck.problem.startswith(known) or above is None or stuck.before.strip().count(":"):
        return None
    levels = _levels(stuck.lines, above)
    if indent in levels or ("mapping values" not in stuck.problem and stuck.column != indent):
        return None
    sibling = next((line for level, line in levels.items() if abs(level - indent) <= 2), above)
    side = "deeper" if indent > _indent(stuck.lines[sibling]) else "less"
    message = (
        f"this line is indented {side} than line {sibling + 1} above it ({indent} spaces, not "
        f"{_indent(stuck.lines[sibling])}); lines that belong together begin in the same column"
    )
    content = stuck.lines[stuck.line].strip()
    neighbour = stuck.lines[sibling].strip()
    note = stuck.note("the line above", place(sibling, _indent(stuck.lines[sibling]), len(neighbour)))
    return stuck.refuse("indentation", message, place(stuck.line, indent, len(content)), note)


def mixed_collection(stuck: Stuck) -> Diagnostic | None:
    """A key among list items, or a list item among keys."""
    if stuck.column != _indent(stuck.lines[stuck.line]) or not stuck.context.startswith("while parsing a block"):
        return None
    is_item = stuck.here == "-" and (stuck.column + 1 >= len(stuck.lines[stuck.line]) or stuck.text[stuck.index + 1].isspace())
    begun = stuck.opened
    if "block collection" in stuck.context and not is_item:
        message = 'the lines above are a list: begin this one with "- ", or indent it to belong to the item above'
    elif "block mapping" in stuck.context and is_item:
        message = 'the lines above are keys with values: a list item cannot stand among them; indent it, or give it a key'
    else:
        return None
    length = len(stuck.lines[stuck.line].rstrip()) - stuck.column
    notes = [stuck.note("they begin here", place(begun[0], begun[1]))] if begun else []
    return stuck.refuse("indentation", message, place(stuck.line, stuck.column, length), *notes)


def after_value(stuck: Stuck) -> Diagnostic | None:
    """Something behind a value that was already complete."""
    if "expected key" not in stuck.problem and "expected <block end>" not in stuck.problem:
        return None
    if stuck.here in CLOSERS and stuck.here:
        return stuck.refuse("extra-bracket", f'this "{stuck.here}" closes nothing', stuck.span())
    previous = stuck.before.rstrip()[-1:]
    if not previous or previous not in "\"']}":
        return None
    length = len(stuck.lines[stuck.line].rstrip()) - stuck.column
    span = place(stuck.line, stuck.column, length)
    if previous in "\"'":
        double = "''" if previous == "'" else '\\"'
        message = f"the text in quotes ended before this; inside the quotes, a {previous} is written {double}"
    else:
        message = f'the value ended with "{previous}"; what follows it belongs inside, or on a line of its own'
    return stuck.refuse("text-after-value", message, span)


def needs_quotes(stuck: Stuck) -> Diagnostic | None:
    """Text that begins with a character that means something else in YAML."""
    starts = ("cannot start any token", "expected alphabetic or numeric", "directive", "tag", "block scalar", "'?'")
    said = f"{stuck.context} {stuck.problem}"
    if not any(start in said for start in starts) and "keys are not allowed" not in said:
        return None
    line, column, index = stuck.opened or (stuck.line, stuck.column, stuck.index)
    character = stuck.text[index : index + 1]
    if character == "!":
        message = "tags (!) are refused: a blueprint is data; text that begins with ! needs quotes"
        return stuck.refuse("tag", message, place(line, column))
    if "block scalar" in stuck.context:
        message = f'after "{character}" the line must end: the text begins on the next line; or put the text in quotes'
        return stuck.refuse("needs-quotes", message, place(line, column))
    word = re.match(r"[^\s,\]}]+", stuck.text[index:])
    length = len(word[0]) if word else 1
    message = f'text that begins with "{character}" needs quotes'
    return stuck.refuse("needs-quotes", message, place(line, column, length))


def inline_list(stuck: Stuck) -> Diagnostic | None:
    """`layers: - ReLU`: a list that begins on its key's line."""
    if "sequence entries are not allowed" not in stuck.problem:
        return None
    message = 'a list with dashes begins on the line after its key; or write it as [a, b]'
    return stuck.refuse("list-item", message, stuck.span())


SITUATIONS: tuple[Callable[[Stuck], Diagnostic | None], ...] = (
    tab,
    unclosed_quote,
    bad_escape,
    unquoted_expression,
    bracket,
    flow_item,
    missing_space_or_colon,
    two_colons,
    indentation,
    mixed_collection,
    after_value,
    inline_list,
    needs_quotes,
)
"""In the order in which they are asked: the more particular before the more general."""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _levels(lines: list[str], last: int) -> dict[int, int]:
    """The indentations that a line below `last` could have, each with the nearest line that has it."""
    levels: dict[int, int] = {}
    for number in range(last, -1, -1):
        if BLANK.match(lines[number]):
            continue
        line = lines[number]
        indent = _indent(line)
        if levels and indent >= min(levels):
            continue
        dashes = re.match(r"(?:-\s+)+", line[indent:])
        if dashes:
            levels.setdefault(indent + dashes.end(), number)  # keys of an item may go on below its first
        levels.setdefault(indent, number)
        if indent == 0:
            break
    return levels


def _word_before(stuck: Stuck) -> int:
    """The column where the word begins that ends where the parser stopped, or that column."""
    found = re.search(rf"{KEY}\s*$", stuck.before)
    return found.start() if found and stuck.here == ":" else stuck.column


def _is_closed(text: str, start: int) -> bool:
    """Whether the bracket at `start` meets its partner, brackets in quotes and comments aside."""
    wanted: list[str] = []
    for found in re.finditer(r"""(?<![\w])"(?:[^"\\]|\\.)*"|(?<![\w])'[^']*'|(?<=\s)#[^\n]*|[\[\]{}]""", text[start:]):
        token = found[0]
        if token in OPENERS:
            wanted.append(OPENERS[token])
        elif token in CLOSERS:
            if token != wanted.pop():
                return False
            if not wanted:
                return True
    return False
