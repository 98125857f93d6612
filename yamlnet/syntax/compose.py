"""From the parser's events to values and their places, with everything that is counted counted here.

PyYAML's own composer and constructor are never used: they run tags, follow merge keys, read YAML 1.1,
keep the last of two equal keys and recurse as deep as a file asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from yamlnet.diagnostics.diagnostic import Diagnostic, KeyPath, Note, Span
from yamlnet.diagnostics.lines import split_lines
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.syntax.scalars import NumberError, plain_value
from yamlnet.syntax.tree import Positions, Scalar, Value

MAX_DEPTH = 64
"""How deep collections may stand in each other."""

MAX_EXPANDED = 100_000
"""How many nodes aliases may add to those that are written: a bomb of a few lines makes billions."""

MAX_PROBLEMS = 100
"""After so many, the rest of the file is not read: it is another kind of file."""

MAX_SUGGESTED = 1_000
"""Among more anchors than this no nearest one is looked for, which would take time in proportion."""

GLUED = re.compile(r"[A-Za-z_][\w.]*:[^\s:/]")
"""`units:3`, a key without the space after its colon."""

LIST_ITEM = re.compile(r"\s*-(\s|$)")

TAG = re.compile(r"(?:&\S+[ \t]+)?(![^\s,\[\]{}]*)")

Node = tuple[Value, Positions]


class CompositionStopped(Exception):
    """The rest of the file is not worth reading; the reason is the last of the problems."""


class _Open:
    """Stands for an anchor whose value is still being read."""


OPEN = _Open()


class Composer:
    """Composes one document; mistakes that leave the rest readable are gathered in `problems`."""

    def __init__(self, events: Iterator[Event], text: str, source: str) -> None:
        self.events = events
        self.text = text
        self.source = source
        self.problems: list[Diagnostic] = []
        self.path: list[str | int] = []
        self.anchors: dict[str, Node | _Open] = {}
        self.expanded = 0
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
        if _is_empty(root):
            self._empty()
        next(self.events)  # the document's end
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            message = 'a file holds one blueprint; remove this "---" and what follows, or move it to another file'
            self._problem("several-documents", message, _span(after, after))
        return node

    def _node(self, event: Event, depth: int) -> Node:
        """The value that begins with an event, and its place."""
        if type(event) is ScalarEvent:
            node: Node = self._scalar(event), Positions(_span(event, event), style=event.style or "plain")
            if event.anchor is not None:
                self.anchors[event.anchor] = node
            return node
        if type(event) is AliasEvent:
            return self._alias(event, depth)
        assert isinstance(event, MappingStartEvent | SequenceStartEvent)
        if event.tag is not None:
            self._tag(event)
        if depth == MAX_DEPTH:
            self._stop("too-deep", f"values stand in each other more than {MAX_DEPTH} deep", _start(event))
        if event.anchor is not None:
            self.anchors[event.anchor] = OPEN
        compose = self._mapping if type(event) is MappingStartEvent else self._sequence
        node = compose(event, depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _sequence(self, start: SequenceStartEvent, depth: int) -> Node:
        values: list[Value] = []
        children: dict[str | int, Positions] = {}
        path = self.path
        event = next(self.events)
        while type(event) is not SequenceEndEvent:
            index = len(values)
            path.append(index)
            value, children[index] = self._node(event, depth)
            path.pop()
            values.append(value)
            event = next(self.events)
        return values, Positions(_collection_span(start, event, children.get(len(values) - 1)), {}, children)

    def _mapping(self, start: MappingStartEvent, depth: int) -> Node:
        values: dict[str, Value] = {}
        keys: dict[str, Span] = {}
        children: dict[str | int, Positions] = {}
        path = self.path
        last: Positions | None = None
        event = next(self.events)
        while type(event) is not MappingEndEvent:
            key = self._key(event, depth)
            first = next(self.events)
            path.append("" if key is None else key)
            value, last = self._node(first, depth)
            path.pop()
            if key is not None and key in values:
                self._duplicate(key, event, keys[key])
            elif key is not None:
                if start.flow_style and GLUED.match(key) and _is_empty(first):
                    self._glued(key, event)
                keys[key] = _span(event, event)
                values[key], children[key] = value, last
            event = next(self.events)
        return values, Positions(_collection_span(start, event, last), keys, children)

    def _key(self, event: Event, depth: int) -> str | None:
        """A mapping's key, or None after telling why it cannot be one."""
        if type(event) is not ScalarEvent:
            message = "a key is a word, not a list, a mapping or an alias"
            self._problem("bad-key", message, _start(event) if not isinstance(event, AliasEvent) else _span(event, event))
            problems = len(self.problems)
            if not isinstance(event, AliasEvent):
                self._node(event, depth)
                del self.problems[problems:]  # what is wrong inside a thing that cannot stay
            return None
        if event.anchor is not None:
            self._problem("bad-key", "a key cannot have an anchor (&)", _span(event, event))
        if event.tag is not None:
            self._tag(event)
        if not event.implicit[0]:
            return str(event.value)
        if event.value == "<<":
            message = 'merge keys (<<) are not part of the language; use blocks: or params: for what repeats'
            self._problem("merge-key", message, _span(event, event))
            return None
        return self._plain_key(event)

    def _plain_key(self, event: ScalarEvent) -> str | None:
        try:
            value = plain_value(event.value)
        except NumberError as error:
            self._problem("number", str(error), _span(event, event))
            return None
        if isinstance(value, bool) or value is None or isinstance(value, float):
            what = "a key is missing before this colon" if not event.value else _key_mend(event.value, value)
            self._problem("bad-key", what, _span(event, event))
            return None
        return str(value)

    def _scalar(self, event: ScalarEvent) -> Scalar:
        if event.tag is not None:
            self._tag(event)
        text: str = event.value
        if not event.implicit[0]:
            return text
        if event.start_mark.line != event.end_mark.line:
            self._check_swallowed(event)
        try:
            return plain_value(text)
        except NumberError as error:
            self._problem("number", str(error), _span(event, event))
            return None

    def _alias(self, event: AliasEvent, depth: int) -> Node:
        """A copy of what an anchor stands for; its places inside stay where they were written."""
        span = _span(event, event)
        found = self.anchors.get(event.anchor)
        if found is None or isinstance(found, _Open):
            self._problem("alias", self._alias_mend(event.anchor), span)
            return None, Positions(span, style="*")
        value, positions = found
        return self._copy(value, depth, span), Positions(span, positions.keys, positions.children, "*")

    def _alias_mend(self, name: str) -> str:
        if name in self.anchors:
            return f'"*{name}" stands inside "&{name}" itself; a value cannot hold itself'
        near = did_you_mean(name, self.anchors) if len(self.anchors) <= MAX_SUGGESTED else ""
        return f'nothing above is marked "&{name}"{near or "; text that begins with * needs quotes"}'

    def _copy(self, value: Value, depth: int, span: Span) -> Value:
        self.expanded += 1
        if self.expanded > MAX_EXPANDED:
            self._stop("too-large", f"aliases (*) make this file larger than {MAX_EXPANDED:,} values", span)
        if not isinstance(value, list | dict):
            return value
        if depth == MAX_DEPTH:
            self._stop("too-deep", f"aliases (*) stand in each other more than {MAX_DEPTH} deep", span)
        if isinstance(value, list):
            return [self._copy(item, depth + 1, span) for item in value]
        return {key: self._copy(item, depth + 1, span) for key, item in value.items()}

    def _check_swallowed(self, event: ScalarEvent) -> None:
        """Refuse list items that YAML takes for the continuation of the text above them.

        `- Flatten` followed by a deeper `- ReLU` is the one text "Flatten - ReLU" by the standard, which
        nobody has ever meant.
        """
        self._lines = self._lines or split_lines(self.text)
        first = event.start_mark.line
        for number in range(first + 1, event.end_mark.line + 1):
            line = self._lines[number]
            if LIST_ITEM.match(line):
                column = len(line) - len(line.lstrip()) + 1
                span = Span(number + 1, column, number + 1, len(line.rstrip()) + 1)
                message = 'this "-" is indented deeper than the line above, so it does not begin an item; align them'
                if event.value.startswith("-"):
                    message = 'this list is read as text, because its first "-" has no space after it'
                above = Note("the text begins here", tuple(self.path), self.source, span=_first_line(event, self._lines))
                self._problem("indentation", message, span, above)
                return

    def _duplicate(self, key: str, event: ScalarEvent, first: Span) -> None:
        path = (*self.path, key)
        note = Note(f'"{key}" stands here first', path, self.source, "key", first)
        message = f'the key "{key}" is given twice; keep one of the two'
        self._problem("duplicate-key", message, _span(event, event), note, path=path)

    def _glued(self, key: str, event: ScalarEvent) -> None:
        name, _, value = key.partition(":")
        message = f'put a space after the colon: "{name}: {value}"'
        self._problem("missing-space", message, _span(event, event))

    def _tag(self, event: NodeEvent) -> None:
        mark = event.start_mark
        written = TAG.match(self.text, mark.index)
        tag = written[1] if written else "!"
        mend = {
            "!!str": "put the value in quotes instead",
            "!!int": "write the number alone",
            "!!float": "write the number alone",
        }
        message = f'tags ("{tag}") are refused: a blueprint is data; {mend.get(tag, "remove it")}'
        column = mark.column + 1 + (written.start(1) - mark.index if written else 0)
        self._problem("tag", message, Span(mark.line + 1, column, mark.line + 1, column + len(tag)))

    def _empty(self) -> None:
        message = "this file holds no blueprint; begin it with yamlnet: 1, or take a starter: yamlnet new"
        self._stop("empty-document", message, Span(1, 1, 1, 1))

    def _problem(
        self, check: str, message: str, span: Span, *notes: Note, path: KeyPath | None = None
    ) -> None:
        where = tuple(self.path) if path is None else path
        self.problems.append(
            Diagnostic(check, message, where, span=span, source=self.source, notes=notes)
        )
        if len(self.problems) >= MAX_PROBLEMS:
            message = f"{MAX_PROBLEMS} problems so far; the rest of the file was not read"
            self.problems.append(Diagnostic("too-many-problems", message, span=span, source=self.source))
            raise CompositionStopped

    def _stop(self, check: str, message: str, span: Span) -> None:
        self._problem(check, message, span)
        raise CompositionStopped


def _is_empty(event: Event) -> bool:
    """Whether nothing at all is written where a value stands."""
    return isinstance(event, ScalarEvent) and event.value == "" and bool(event.implicit[0]) and not event.tag


def _key_mend(written: str, value: Scalar) -> str:
    kind = "null" if value is None else "a boolean" if isinstance(value, bool) else "a number"
    return f'the key {written} is {kind}, and keys are words; if it is a name, put it in quotes: "{written}"'


def _span(start: Event, end: Event) -> Span:
    """From where an event starts to where another ends. Marks count from 0, in characters."""
    first: yaml.Mark = start.start_mark
    last: yaml.Mark = end.end_mark
    return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)


def _start(event: Event) -> Span:
    mark = event.start_mark
    return Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)


def _first_line(event: Event, lines: list[str]) -> Span:
    mark = event.start_mark
    return Span(mark.line + 1, mark.column + 1, mark.line + 1, len(lines[mark.line].rstrip()) + 1)


def _collection_span(start: Event, end: CollectionEndEvent, last: Positions | None) -> Span:
    """The span of a list or mapping. A block's own end lies after the blank lines that follow it."""
    if start.flow_style or last is None:
        return _span(start, end)
    mark = start.start_mark
    return Span(mark.line + 1, mark.column + 1, last.span.end_line, last.span.end_column)
