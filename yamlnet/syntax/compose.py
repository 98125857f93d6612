"""From the parser's events to values and their places, with everything that is counted counted here.

PyYAML's own composer and constructor are never used: they run tags, follow merge keys, read YAML 1.1,
keep the last of two equal keys and recurse as deep as a file asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from yamlnet.diagnostics.diagnostic import Diagnostic, KeyPath, Note, Span
from yamlnet.diagnostics.lines import split_lines
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.syntax import lookalikes, marks, strictness
from yamlnet.syntax.limits import MAX_NODES
from yamlnet.syntax.scalars import MAY_BE_NUMBER, NumberError, plain_value
from yamlnet.syntax.surprises import MEANT, surprise
from yamlnet.syntax.tree import MAX_DEPTH, TOO_DEEP, Positions, Scalar, Value

MAX_PROBLEMS = 100
"""After so many, the rest of the file is not read: it is another kind of file."""

MAX_SUGGESTED = 1_000
"""Among more anchors than this no nearest one is looked for, which would take time in proportion."""

Node = tuple[Value, Positions]


class CompositionStopped(Exception):
    """The rest of the file is not worth reading; the reason is the last of the problems."""


class _Open:
    """Stands for an anchor whose value is still being read."""


OPEN = _Open()

NO_KEYS: dict[str, Span] = {}
NO_CHILDREN: dict[str | int, Positions] = {}
"""Of a scalar, and of every scalar alike: most nodes are scalars."""


class Composer:
    """Composes one document; mistakes that leave the rest readable are gathered in `problems`.

    `warnings` holds what is read by the standard and may have been meant otherwise.
    """

    def __init__(self, events: Iterator[Any], text: str, source: str, max_nodes: int = MAX_NODES) -> None:
        self.events = events
        self.text = text
        self.source = source
        self.max_nodes = max_nodes
        self.problems: list[Diagnostic] = []
        self.warnings: list[Diagnostic] = []
        self.path: list[str | int] = []
        self.anchors: dict[str, Node | _Open] = {}
        self.missing: set[str] = set()  # aliases without an anchor, of which the first was told
        self.words: set[str] = set()  # plain keys that were found to be words: files repeat a few of them
        self.nodes = 0
        self.odd = lookalikes.ANY.search(text) is not None
        self.asks = "?" in text
        self._lines: list[str] | None = None

    def document(self) -> Node:
        """The only document of the file.

        Raises:
            CompositionStopped: the rest could not or should not be read.
            yaml.YAMLError: the text is not YAML.
        """
        next(self.events)  # the stream's start
        start = next(self.events)
        if isinstance(start, StreamEndEvent):
            self._empty()
        assert isinstance(start, DocumentStartEvent)
        if start.version not in (None, (1, 2)):
            message = "blueprints are YAML 1.2; remove the %YAML line"
            self._problem("directive", message, Span(1, 1, 1, 6))
        root = next(self.events)
        node = self._node(root, 0)
        if marks.is_empty(root):
            self._empty()
        next(self.events)  # the document's end
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            message = 'a file holds one blueprint; remove this "---" and what follows, or give it a file'
            self._problem("several-documents", message, marks.whole(after))
        return node

    def _node(self, event: Any, depth: int) -> Node:
        """The value that begins with an event, and its place."""
        self.nodes += 1
        if self.nodes > self.max_nodes:
            self._too_many(marks.start(event))
        if event.anchor is not None:
            self._tell(strictness.anchor(event, self.text))
        if type(event) is ScalarEvent:
            place = Positions(marks.whole(event), NO_KEYS, NO_CHILDREN, event.style or "plain")
            node: Node = self._scalar(event), place
            if event.anchor is not None:
                self.anchors[event.anchor] = node
            return node
        if type(event) is AliasEvent:
            return self._alias(event, depth)
        if event.tag is not None:
            self._tell(strictness.tag(event, self.text))
        if depth == MAX_DEPTH:
            self._stop("too-deep", TOO_DEEP, marks.start(event))
        if event.anchor is not None:
            self.anchors[event.anchor] = OPEN
        compose = self._mapping if type(event) is MappingStartEvent else self._sequence
        node = compose(event, depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _sequence(self, start: Any, depth: int) -> Node:
        values: list[Value] = []
        children: dict[str | int, Positions] = {}
        path = self.path
        event = next(self.events)
        while type(event) is not SequenceEndEvent:
            index = len(values)
            path.append(index)
            value, children[index] = self._node(event, depth)
            path.pop()
            if start.flow_style and isinstance(value, str) and " " in value:
                self._tell(strictness.numbers(event))
            elif isinstance(value, str) and children[index].span.line != children[index].span.end_line:
                self._check_lost_dash(event, start)
            values.append(value)
            event = next(self.events)
        return values, Positions(marks.collection(start, event, children.get(len(values) - 1)), {}, children)

    def _mapping(self, start: Any, depth: int) -> Node:
        values: dict[str, Value] = {}
        keys: dict[str, Span] = {}
        children: dict[str | int, Positions] = {}
        path = self.path
        last: Positions | None = None
        empty: Any = None
        event = next(self.events)
        while type(event) is not MappingEndEvent:
            key = self._key(event, depth)
            first = next(self.events)
            path.append("" if key is None else key)
            value, last = self._node(first, depth)
            path.pop()
            if key is not None and key in values:
                self._duplicate(key, event, keys[key], None if start.flow_style else empty)
            elif key is not None:
                if start.flow_style and (self.asks or ":" in key):
                    self._tell(strictness.key_in_braces(key, event, first, self.text))
                keys[key] = marks.whole(event)
                values[key], children[key] = value, last
            if key is not None and marks.is_empty(first):
                empty = event
            event = next(self.events)
        return values, Positions(marks.collection(start, event, last), keys, children)

    def _key(self, event: Any, depth: int) -> str | None:
        """A mapping's key, or None after telling why it cannot be one."""
        if type(event) is not ScalarEvent:
            self._unusable_key(event, depth)
            return None
        if event.anchor is not None:
            self._problem("bad-key", "a key cannot have an anchor (&)", marks.whole(event))
        if event.tag is not None:
            self._tell(strictness.tag(event, self.text))
        if not event.implicit[0] or event.value in self.words:
            return str(event.value)
        if event.value == "<<":
            message = "merge keys (<<) are not part of the language; use blocks: or params: for what repeats"
            self._problem("merge-key", message, marks.whole(event))
            return None
        return self._plain_key(event)

    def _unusable_key(self, event: Any, depth: int) -> None:
        """Refuse a key that is no scalar, and read past it: what is wrong inside does not matter."""
        is_alias = type(event) is AliasEvent
        span = marks.whole(event) if is_alias else marks.start(event)
        self._problem("bad-key", "a key is a word, not a list, a mapping or an alias", span)
        if not is_alias:
            problems = len(self.problems)
            self._node(event, depth)
            del self.problems[problems:]

    def _plain_key(self, event: Any) -> str | None:
        try:
            value = plain_value(event.value)
        except NumberError as error:
            self._problem("number", str(error), marks.whole(event))
            return None
        if isinstance(value, bool | float) or value is None:
            self._problem("bad-key", strictness.key_that_is_none(event.value, value), marks.whole(event))
            return None
        if isinstance(value, int):
            return str(value)  # `class_weight: {0: 1, 1: 4}`
        told = strictness.plain_key(event) or (strictness.lookalike(event, True) if self.odd else None)
        if told is None:
            self.words.add(value)
        self._tell(told)
        return value

    def _scalar(self, event: Any) -> Scalar:
        if event.tag is not None:
            self._tell(strictness.tag(event, self.text))
        text: str = event.value
        if not event.implicit[0]:
            return text
        if event.start_mark.line != event.end_mark.line:
            self._check_swallowed(event)
        try:
            value = plain_value(text)
        except NumberError as error:
            self._problem("number", str(error), marks.whole(event))
            return None
        if type(value) is str:
            if value[0] == "(" and ")" not in value:
                self._tell(strictness.half_of_brackets(event, self.text))
            if value in MEANT or value[0] in MAY_BE_NUMBER:
                self._check_meaning(event, value)
        elif type(value) is int and text[0] in "0+-" and len(text) > 1:
            self._check_meaning(event, value)
        if self.odd:
            self._tell(strictness.lookalike(event, False))
        return value

    def _check_meaning(self, event: Any, value: Scalar) -> None:
        """Refuse what means nothing; warn of what YAML 1.1 or Python reads otherwise."""
        if value == "-":
            self._tell(strictness.lone_dash(event))
            return
        path = tuple(self.path)
        told = surprise(event.value, value, path)
        if told is not None:
            warning = Diagnostic(told.check, told.message, path, span=marks.whole(event), source=self.source)
            self.warnings.append(replace(warning, severity="warning"))

    def _alias(self, event: Any, depth: int) -> Node:
        """A copy of what an anchor stands for; its places inside stay where they were written."""
        span = marks.whole(event)
        found = self.anchors.get(event.anchor)
        if found is None or isinstance(found, _Open):
            if event.anchor not in self.missing:
                self._problem("alias", self._alias_mend(event.anchor), span)
            self.missing.add(event.anchor)
            return None, Positions(span, style="*")
        value, positions = found
        self.nodes -= 1  # the copy counts itself
        return self._copy(value, depth, span), Positions(span, positions.keys, positions.children, "*")

    def _alias_mend(self, name: str) -> str:
        if name in self.anchors:
            return f'"*{name}" stands inside "&{name}" itself; a value cannot hold itself'
        near = did_you_mean(name, self.anchors) if len(self.anchors) <= MAX_SUGGESTED else ""
        return f'nothing above is marked "&{name}"{near or "; text that begins with * needs quotes"}'

    def _copy(self, value: Value, depth: int, span: Span) -> Value:
        self.nodes += 1
        if self.nodes > self.max_nodes:
            self._too_many(span)
        if not isinstance(value, list | dict):
            return value
        if depth == MAX_DEPTH:
            self._stop("too-deep", f"aliases (*) stand in each other more than {MAX_DEPTH} deep", span)
        if isinstance(value, list):
            return [self._copy(item, depth + 1, span) for item in value]
        return {key: self._copy(item, depth + 1, span) for key, item in value.items()}

    def _check_swallowed(self, event: Any) -> None:
        """Refuse list items that YAML takes for the continuation of the text above them.

        `- Flatten` followed by a deeper `- ReLU` is the one text "Flatten - ReLU" by the standard, which
        nobody has ever meant.
        """
        self._lines = self._lines or split_lines(self.text)
        span = marks.swallowed_item(event, self._lines)
        if span is None:
            return
        message = 'this "-" is indented deeper than the line above, so it begins no item; align the two'
        if event.value.startswith("-"):
            message = 'this list is read as text, because its first "-" has no space after it'
        begin = marks.first_line(event, self._lines)
        self._problem("indentation", message, span, Note("the text begins here", (), self.source, span=begin))

    def _check_lost_dash(self, event: Any, start: Any) -> None:
        """Refuse an item that YAML takes for a part of the one above, for want of its dash."""
        self._lines = self._lines or split_lines(self.text)
        told = None if start.flow_style else strictness.lost_dash(event, self._lines)
        if told is not None:
            note = Note("an item beside it", (), self.source, span=marks.first_line(event, self._lines))
            self._problem(told.check, told.message, told.span, note)

    def _duplicate(self, key: str, event: Any, first: Span, above: Any) -> None:
        """A key given twice; `above` is the last key before it that has no value."""
        path = (*self.path, key)
        note = Note(f'"{key}" stands here first', path, self.source, "key", first)
        if above is not None and above.start_mark.line + 1 > first.line:
            message = (
                f'"{above.value}" has nothing below it, and its "{key}" joins what stands above: move '
                f'"{above.value}" to the left, or what belongs to it to the right'
            )
            self._problem("indentation", message, marks.whole(above), note, path=path)
            return
        message = f'the key "{key}" is given twice; keep one of the two'
        self._problem("duplicate-key", message, marks.whole(event), note, path=path)

    def _too_many(self, span: Span) -> None:
        message = (
            f"this file makes more than {self.max_nodes:,} values, counting what each alias (*) stands for; "
            "repeat layers with for: or blocks:; --max-bytes raises the limit in proportion"
        )
        self._stop("too-large", message, span)

    def _empty(self) -> None:
        message = "this file holds no blueprint; begin it with yamlnet: 1, or take a starter: yamlnet new"
        self._stop("empty-document", message, Span(1, 1, 1, 1))

    def _tell(self, told: strictness.Told | None) -> None:
        if told is not None:
            self._problem(*told)

    def _problem(
        self, check: str, message: str, span: Span, *notes: Note, path: KeyPath | None = None
    ) -> None:
        where = tuple(self.path) if path is None else path
        self.problems.append(Diagnostic(check, message, where, span=span, source=self.source, notes=notes))
        if len(self.problems) >= MAX_PROBLEMS:
            message = f"{MAX_PROBLEMS} problems so far; the rest of the file was not read"
            self.problems.append(Diagnostic("too-many-problems", message, span=span, source=self.source))
            raise CompositionStopped

    def _stop(self, check: str, message: str, span: Span) -> None:
        self._problem(check, message, span)
        raise CompositionStopped
