"""Mistakes of lines: their indentation, and colons, spaces and dashes that are missing or too many."""

from __future__ import annotations

import re

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.syntax.strictness import LOST_DASH
from yamlnet.syntax.stuck import BLANK, KEY, Stuck, indent_of, place

DASHES = re.compile(r"(?:-\s+)+")
GLUED_KEY = re.compile(rf"\s*(?:-\s+)*({KEY}:)(?=[^\s:])")
BARE_WORD = re.compile(rf"\s*(?:-\s+)*({KEY})\s*(?:#.*)?$")
GLUED_DASH = re.compile(r"\s*-(?=[A-Za-z])")
EQUALS = re.compile(rf"\s*(?:-\s+)*({KEY})\s*=\s*(\S.*)?$")
KEY_VALUE = re.compile(rf"\s*(?:-\s+)*{KEY}:(?:\s|$)")

LAYER = re.compile(r"\s*(?:[A-Z]\w*|(?:ops|random)\.\w+):(?:\s|$)")
"""A key that is a layer or an operation, and no argument."""

TEXT_BELOW = re.compile(rf"\s*(?:-\s+)*{KEY}:\s+([|>][-+0-9]*)\s*(?:#.*)?$")

HAS_COLON = re.compile(r":(\s|$)")

NO_VALUE_HERE = "mapping values are not allowed"
NO_KEY = ("did not find expected key", "did not find expected '-'", "expected <block end>")
"""What libyaml says, and PyYAML's own parser for the same."""


def tab(stuck: Stuck) -> Diagnostic | None:
    """A tab where the parser counts spaces."""
    message = "this is a tab; YAML is indented with spaces"
    if stuck.here == "\t" and "cannot start any token" in stuck.problem:
        return stuck.refuse("tab", message, stuck.span())
    line = stuck.lines[stuck.line]
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" not in indent or stuck.column > len(indent):
        return None
    column = indent.index("\t")
    return stuck.refuse("tab", message, place(stuck.line, column, len(indent) - column))


def missing_space_or_colon(stuck: Stuck) -> Diagnostic | None:
    """`units:3` or a bare word where a `key: value` was begun, found out one line too late."""
    suspect = _suspect(stuck)
    if suspect is None:
        return None
    line = stuck.lines[suspect]
    indent = indent_of(line)
    if found := GLUED_DASH.match(line):
        return stuck.refuse("missing-space", "put a space after this dash", place(suspect, found.end() - 1))
    if found := GLUED_KEY.match(line):
        value = line[found.end() :].split(" #")[0].strip()[:30]
        message = f"put a space after this colon: {found[1]} {value}"
        return stuck.refuse("missing-space", message, place(suspect, found.end(1) - 1))
    span = place(suspect, indent, len(line.rstrip()) - indent)
    if found := EQUALS.match(line):
        message = f"a value is given with a colon: {found[1]}: {(found[2] or '').strip()[:30]}"
        return stuck.refuse("missing-colon", message, span)
    if _is_item(line) and _is_item(stuck.lines[stuck.line]):
        return None  # two items, the lower of them indented deeper
    if _lacks_dash(line, stuck.lines[stuck.line]):
        here = stuck.lines[stuck.line]
        note = stuck.note("an item beside it", span)
        whole = place(stuck.line, indent_of(here), len(here.strip()))
        return stuck.refuse("indentation", LOST_DASH, whole, note)
    if text := _flush_text(stuck, suspect):
        return text
    if found := BARE_WORD.match(line):
        message = f"{found[1]} needs a colon after it to be a key: {found[1]}:"
        return stuck.refuse("missing-colon", message, place(suspect, found.start(1), len(found[1])))
    if not HAS_COLON.search(line) and DASHES.match(line[indent:]) is None:
        return stuck.refuse("missing-colon", "this line needs a colon after its key: key: value", span)
    return None


def _lacks_dash(above: str, line: str) -> bool:
    """Whether a line below a bare item is one, too: it begins a layer, or where no argument would."""
    if not _is_item(above) or BARE_WORD.match(above) is None:
        return False
    step = indent_of(line) - indent_of(above)
    return step == 1 or (step == 2 and LAYER.match(line) is not None)


def _flush_text(stuck: Stuck, suspect: int) -> Diagnostic | None:
    """The text below `key: >-` that begins no deeper than its key."""
    above = next((n for n in range(suspect - 1, -1, -1) if not BLANK.match(stuck.lines[n])), None)
    header = TEXT_BELOW.match(stuck.lines[above]) if above is not None else None
    if above is None or header is None or indent_of(stuck.lines[suspect]) > indent_of(stuck.lines[above]):
        return None
    line = stuck.lines[above]
    message = f'the text below "{header[1]}" is indented deeper than its key'
    span = place(suspect, indent_of(stuck.lines[suspect]), len(stuck.lines[suspect].strip()))
    note = stuck.note("the key", place(above, indent_of(line), len(line.strip())))
    return stuck.refuse("indentation", message, span, note)


def _is_item(line: str) -> bool:
    return DASHES.match(line.lstrip(" ")) is not None


def _suspect(stuck: Stuck) -> int | None:
    """The line that may lack a colon or the space after it."""
    if "could not find expected ':'" in stuck.problem and stuck.opened:
        return stuck.opened[0]
    if stuck.problem.startswith(NO_VALUE_HERE) and KEY_VALUE.match(stuck.lines[stuck.line]):
        first_key = ":" not in re.sub(KEY, "", stuck.before)
        return stuck.written_above() if first_key else None
    if "<document start>" in stuck.problem or GLUED_DASH.match(stuck.lines[stuck.line]):
        return stuck.line
    return None


def two_values(stuck: Stuck) -> Diagnostic | None:
    """`a: b: c` on one line, or a key where none can begin."""
    if not stuck.problem.startswith(NO_VALUE_HERE) or not KEY_VALUE.match(stuck.before):
        return None
    start = stuck.word_before()
    word = stuck.before[start:].strip()
    message = (
        f'a second "key: value" cannot stand on this line; put {word}: on a line of its own, indented '
        "deeper, or use {…}; text that holds a colon and a space needs quotes"
    )
    return stuck.refuse("two-values", message, place(stuck.line, start, max(stuck.column - start, 1)))


def indentation(stuck: Stuck) -> Diagnostic | None:
    """A line that stands to the left or right of its siblings."""
    line = stuck.lines[stuck.line]
    indent = indent_of(line)
    above = stuck.written_above()
    no_value = stuck.problem.startswith(NO_VALUE_HERE)
    if above is None or not (no_value or stuck.problem.startswith(NO_KEY)) or ":" in stuck.before:
        return None
    levels = _levels(stuck.lines, above)
    if indent in levels or (not no_value and stuck.column != indent):
        return None
    sibling = next((number for level, number in levels.items() if abs(level - indent) <= 2), above)
    column = indent_of(stuck.lines[sibling])
    message = (
        f"this line is indented {'deeper' if indent > column else 'less'} than line {sibling + 1} above it "
        f"(in column {indent + 1}, not {column + 1}); lines that belong together begin in the same column"
    )
    note = stuck.note("the line above", place(sibling, column, len(stuck.lines[sibling].strip())))
    return stuck.refuse("indentation", message, place(stuck.line, indent, len(line.strip())), note)


def _levels(lines: list[str], last: int) -> dict[int, int]:
    """The indentations that a line below `last` could have, each with the nearest line that has it."""
    levels: dict[int, int] = {}
    for number in range(last, -1, -1):
        line = lines[number]
        indent = indent_of(line)
        if BLANK.match(line) or (levels and indent >= min(levels)):
            continue
        if dashes := DASHES.match(line[indent:]):
            levels.setdefault(indent + dashes.end(), number)  # further keys of the item stand below its first
        levels.setdefault(indent, number)
        if indent == 0:
            break
    return levels


def mixed_collection(stuck: Stuck) -> Diagnostic | None:
    """A key among list items, or a list item among keys."""
    line = stuck.lines[stuck.line]
    if stuck.column != indent_of(line) or not stuck.context.startswith("while parsing a block"):
        return None
    is_item = DASHES.match(f"{line[stuck.column :]} ") is not None
    if "block collection" in stuck.context and not is_item:
        message = (
            'the lines above are a list: begin this one with "- ", or indent it to belong to the item above'
        )
    elif "block mapping" in stuck.context and is_item:
        message = "the lines above are keys with values; a list item cannot stand among them: indent it"
    else:
        return None
    notes = [stuck.note("they begin here", place(*stuck.opened[:2]))] if stuck.opened else []
    return stuck.refuse("indentation", message, stuck.rest, *notes)


def missing_key(stuck: Stuck) -> Diagnostic | None:
    """A colon at the beginning of a line."""
    if stuck.here != ":" or not stuck.problem.startswith(NO_KEY):
        return None
    return stuck.refuse("bad-key", "a key is missing before this colon", stuck.span())


def inline_list(stuck: Stuck) -> Diagnostic | None:
    """`layers: - ReLU`: a list that begins on its key's line."""
    if "sequence entries are not allowed" not in stuck.problem:
        return None
    message = "a list with dashes begins on the line after its key; or write it as [a, b]"
    return stuck.refuse("list-item", message, stuck.span())


def misplaced_value(stuck: Stuck) -> Diagnostic | None:
    """A colon where no key can stand, for a reason that none of the others knew."""
    if not stuck.problem.startswith(NO_VALUE_HERE):
        return None
    message = (
        'no "key: value" can begin here; put it on a line of its own, or quotes around text with a colon'
    )
    return stuck.refuse("misplaced-value", message, stuck.span())
