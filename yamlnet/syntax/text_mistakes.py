"""Mistakes of text: quotes, escapes, and characters that mean something else where text begins."""

from __future__ import annotations

import re

from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.syntax.stuck import CLOSERS, KEY, Stuck, place
from yamlnet.syntax.tree import TOO_DEEP

FIRST_WORD = re.compile(r"[^\s,\]}]+")

EMPTY_KEY = re.compile(rf"\s*(?:-\s+)*({KEY}:)\s*(?:#.*)?$")

SPECIAL = (
    "cannot start any token",
    "expected alphabetic or numeric",
    "directive",
    "tag",
    "block scalar",
    "keys are not allowed",
)
"""What the parser says of a character that text cannot begin with."""


def too_deep(stuck: Stuck) -> Diagnostic | None:
    """The parser gives up on nesting of its own accord when it looks ahead."""
    if "nesting depth" not in stuck.problem:
        return None
    return stuck.refuse("too-deep", TOO_DEEP, stuck.span())


def unclosed_quote(stuck: Stuck) -> Diagnostic | None:
    """A quote that the rest of the file is swallowed by."""
    if "quoted scalar" not in stuck.context or "end of stream" not in stuck.problem or not stuck.opened:
        return None
    line, column, index = stuck.opened
    message = f"this quote is never closed; add the closing {stuck.text[index]}"
    return stuck.refuse("unclosed-quote", message, place(line, column))


def runaway_quote(stuck: Stuck) -> Diagnostic | None:
    """A quote that is closed only by the quote which opens the next text, some lines below."""
    if "expected" not in stuck.problem:
        return None
    end = stuck.index - stuck.column
    for found in stuck.tokens():
        if found.start() >= stuck.index:
            break
        if found[0][0] in "\"'" and found.start() < end < found.end() <= stuck.index + 1:
            closed = stuck.place_of(found.end() - 1)
            message = (
                f"this quote runs on to line {closed.line}; add the closing {found[0][0]} where the text ends"
            )
            note = stuck.note("this is where it is closed", closed)
            return stuck.refuse("unclosed-quote", message, stuck.place_of(found.start()), note)
    return None


def bad_escape(stuck: Stuck) -> Diagnostic | None:
    """A backslash in double quotes, most often of a Windows path."""
    if "quoted scalar" not in stuck.context and "double-quoted" not in stuck.context:
        return None
    if not re.search("escape|hexdecimal|Unicode", stuck.problem):
        return None
    start = stuck.text.rfind("\\", 0, stuck.index + 1)
    escape = stuck.text[start : start + 2]
    message = f"{escape} means nothing inside \"…\"; write a backslash as \\\\, or use '…' around the text"
    return stuck.refuse("bad-escape", message, stuck.place_of(start, len(escape)))


def colon_in_brackets(stuck: Stuck) -> Diagnostic | None:
    """`{units:, …}`: a colon in brackets with neither a space nor text behind it."""
    if "found unexpected ':'" not in stuck.problem:
        return None
    message = "a value, or a space, is missing after this colon; text that ends with a colon needs quotes"
    return stuck.refuse("missing-value", message, stuck.span())


def document_end(stuck: Stuck) -> Diagnostic | None:
    """Three dots end a document; a file has but one, and it has to have something in it."""
    if "<document start>" in stuck.problem:
        message = 'a line of three dots ("...") ended the blueprint above; remove it, or what follows'
        return stuck.refuse("several-documents", message, stuck.rest)
    if stuck.lines[stuck.line].startswith("...") and "node content" in stuck.problem:
        message = 'three dots ("...") end a blueprint, and there is none above them'
        return stuck.refuse("empty-document", message, place(stuck.line, 0, 3))
    return None


def after_value(stuck: Stuck) -> Diagnostic | None:
    """Something behind a value that was already complete."""
    if "expected key" not in stuck.problem and "expected <block end>" not in stuck.problem:
        return None
    if stuck.here in CLOSERS:
        message = f'this "{stuck.here}" closes nothing'
        return stuck.refuse("extra-bracket", message, stuck.span(), *_may_open(stuck))
    if stuck.here == "*":
        return stuck.refuse("alias", "an alias (*) cannot have an anchor (&) of its own", stuck.span())
    last = stuck.before.rstrip()[-1:]
    if last in ("'", '"'):
        double = "''" if last == "'" else '\\"'
        message = f"the text in quotes ended before this; inside the quotes, a {last} is written {double}"
    elif last in CLOSERS:
        message = f'the value ended with "{last}"; what follows it belongs inside, or on a line of its own'
    else:
        return None
    return stuck.refuse("text-after-value", message, stuck.rest, *_may_open(stuck))


def _may_open(stuck: Stuck) -> list[Note]:
    """The key above that has nothing behind it, where a list or a mapping in brackets may have begun."""
    above = stuck.written_above()
    found = EMPTY_KEY.match(stuck.lines[above]) if above is not None else None
    if above is None or found is None:
        return []
    return [stuck.note("or a bracket is missing behind this", place(above, found.start(1), len(found[1])))]


def needs_quotes(stuck: Stuck) -> Diagnostic | None:
    """Text that begins with a character that means something else in YAML."""
    said = f"{stuck.context} {stuck.problem}"
    if not any(what in said for what in SPECIAL):
        return None
    line, column, index = stuck.opened or (stuck.line, stuck.column, stuck.index)
    first = stuck.text[index : index + 1]
    if first == "!":
        message = "tags (!) are refused: a blueprint is data; text that begins with ! needs quotes"
        return stuck.refuse("tag", message, place(line, column))
    if "block scalar" in stuck.context:
        message = f'after "{first}" the text begins on the next line; or put the text in quotes'
        return stuck.refuse("needs-quotes", message, place(line, column))
    word = FIRST_WORD.match(stuck.text, index)
    message = f'text that begins with "{first}" needs quotes'
    return stuck.refuse("needs-quotes", message, place(line, column, len(word[0]) if word else 1))


def version(stuck: Stuck) -> Diagnostic | None:
    """A `%YAML` line of another version."""
    if "incompatible YAML document" not in stuck.problem:
        return None
    return stuck.refuse("directive", "blueprints are YAML 1.2; remove the %YAML line", stuck.rest)
