"""Mistakes inside `[…]` and `{…}`: what is not closed, not separated, or not quoted."""

from __future__ import annotations

import re

from yamlnet.diagnostics.diagnostic import Diagnostic, Span
from yamlnet.syntax.stuck import BLANK, CLOSERS, OPENERS, Stuck, indent_of, place

EXPRESSION = re.compile(r"\$\{[^{}\n]*\}")
IN_BRACKETS = re.compile(r"while parsing a flow (sequence|mapping)")
ITEM = ("while parsing a flow node", "while parsing a block node")


def unquoted_expression(stuck: Stuck) -> Diagnostic | None:
    """`{units: ${width}}`: the brace of the expression is taken for a mapping's."""
    if stuck.here != "{" or not stuck.before.endswith("$") or not IN_BRACKETS.match(stuck.context):
        return None
    written = EXPRESSION.match(stuck.text, stuck.index - 1)
    expression = written[0] if written else "${…}"
    inside = "[…]" if "sequence" in stuck.context else "{…}"
    message = f'inside {inside} put quotes around an expression: "{expression}"'
    return stuck.refuse("unquoted-expression", message, place(stuck.line, stuck.column - 1, len(expression)))


def bracket(stuck: Stuck) -> Diagnostic | None:
    """A list or mapping in brackets that is not closed, closed by the other bracket, or lacks a comma."""
    if not stuck.opened or not IN_BRACKETS.match(stuck.context):
        return None
    line, column, index = stuck.opened
    opener = stuck.text[index : index + 1]
    if opener not in OPENERS:
        return None
    closer = OPENERS[opener]
    opening = stuck.note(f'"{opener}" stands here', place(line, column))
    if stuck.here in CLOSERS:
        message = f'"{opener}" is closed by "{stuck.here}"; "{closer}" belongs here'
        return stuck.refuse("wrong-bracket", message, stuck.span(), opening)
    if not _is_closed(stuck, index):
        return _unclosed(stuck, index)
    start = stuck.word_before()
    if not stuck.before[:start].strip() and stuck.here not in ("", "#"):
        end = stuck.written_end(stuck.index)
        return stuck.refuse(
            "missing-comma", "a comma is missing after this", stuck.place_of(end - 1), opening
        )
    if stuck.here == ":":
        message = 'a comma is missing before this, or quotes around a text that holds ": "'
        span = place(stuck.line, start, max(stuck.column - start, 1))
        return stuck.refuse("missing-comma", message, span, opening)
    return stuck.refuse("missing-comma", f'expected "," or "{closer}" before this', stuck.span(), opening)


def item(stuck: Stuck) -> Diagnostic | None:
    """Two commas in a row, a dash inside brackets, a closing bracket alone, or the end of the file."""
    if stuck.context not in ITEM:
        return None
    if stuck.here == "-":
        message = "items with a dash cannot stand inside […] or {…}; there, items are separated by commas"
        opened = _innermost_open(stuck)
        notes = [] if opened is None else [stuck.note("this bracket is open", stuck.place_of(opened))]
        return stuck.refuse("list-item", message, stuck.span(), *notes)
    if stuck.here in CLOSERS:
        return _closes_nothing(stuck)
    if stuck.here == ",":
        return stuck.refuse("missing-value", "a value is missing before this comma", stuck.span())
    if stuck.here == ":":
        return stuck.refuse("bad-key", "a key is missing before this colon", stuck.span())
    opened = _innermost_open(stuck)
    return _unclosed(stuck, opened) if opened is not None and not _is_closed(stuck, opened) else None


def _closes_nothing(stuck: Stuck) -> Diagnostic:
    """A closing bracket with no partner, or with one of the other kind."""
    index = _innermost_open(stuck)
    if index is None:
        return stuck.refuse("extra-bracket", f'this "{stuck.here}" closes nothing', stuck.span())
    opener = stuck.text[index]
    message = f'"{opener}" is closed by "{stuck.here}"; "{OPENERS[opener]}" belongs here, or before'
    note = stuck.note(f'"{opener}" stands here', stuck.place_of(index))
    return stuck.refuse("wrong-bracket", message, stuck.span(), note)


def _unclosed(stuck: Stuck, index: int) -> Diagnostic:
    opener = stuck.text[index]
    closer = OPENERS[opener]
    opening = stuck.place_of(index)
    end = _end_of_lines_inside(stuck, opening.line - 1)
    if end is None:
        message = f'this "{opener}" is never closed; add "{closer}"'
        return stuck.refuse("unclosed-bracket", message, opening)
    message = f'the "{opener}" of line {opening.line} is never closed; "{closer}" belongs here, or before'
    notes = [stuck.note(f'"{opener}" stands here', opening)]
    wrong = _partnerless(stuck, index)
    if wrong is not None:
        notes.append(stuck.note(f'this "{stuck.text[wrong]}" closes nothing', stuck.place_of(wrong)))
    return stuck.refuse("unclosed-bracket", message, end, *notes)


def _end_of_lines_inside(stuck: Stuck, first: int) -> Span | None:
    """The last character of the lines below one that are indented deeper, or None if there are none."""
    last = first
    for number in range(first + 1, len(stuck.lines)):
        line = stuck.lines[number]
        if not BLANK.match(line) and indent_of(line) <= indent_of(stuck.lines[first]):
            break
        last = last if BLANK.match(line) else number
    if last == first:
        return None
    index = stuck.start_of(last) + len(stuck.lines[last])
    return stuck.place_of(stuck.written_end(index) - 1)


def _is_closed(stuck: Stuck, start: int) -> bool:
    """Whether the bracket at `start` meets its partner, brackets in quotes and comments aside."""
    return _match(stuck, start)[0]


def _partnerless(stuck: Stuck, start: int) -> int | None:
    """The closing bracket behind the one at `start` that closes none of those before it."""
    return _match(stuck, start)[1]


def _match(stuck: Stuck, start: int) -> tuple[bool, int | None]:
    """Whether the bracket at `start` is closed, and what stands where another should."""
    wanted: list[str] = []
    for found in stuck.tokens(start):
        token = found[0]
        if token in OPENERS:
            wanted.append(OPENERS[token])
        elif token in CLOSERS:
            if token != wanted.pop():
                return False, found.start()
            if not wanted:
                return True, None
    return False, None


def _innermost_open(stuck: Stuck) -> int | None:
    """The bracket that is still open where the parser stopped."""
    opened: list[int] = []
    for found in stuck.tokens():
        if found.start() >= stuck.index:
            break
        if found[0] in OPENERS:
            opened.append(found.start())
        elif found[0] in CLOSERS and opened:
            opened.pop()
    return opened[-1] if opened else None
