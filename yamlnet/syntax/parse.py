"""The first stage: text becomes a `Tree`. YAML's events are composed here, counted and without tags.

PyYAML only splits the text into events; its composer is never used, since libyaml's dies of deep
nesting and its merge keys multiply. Every mistake that leaves the rest readable is collected.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Span
from yamlnet.syntax.characters import forbidden_characters, read
from yamlnet.syntax.scalars import plain_scalar
from yamlnet.syntax.syntax_errors import explain
from yamlnet.syntax.tree import Positions, Tree, Value

MAX_DEPTH = 64
MAX_NODES = 1_000_000
MAX_ALIASED = 100_000
"""Nodes that aliases may repeat in all: what is written is bounded by the file's size already."""

__all__ = ["parse", "read"]

_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)


def parse(text: str, source: str) -> Tree:
    """Parse one document.

    Args:
        text: the file's text.
        source: the file as the user named it.

    Raises:
        BlueprintError: with every mistake of syntax; `error.trees` holds the text for showing lines.
    """
    problems = forbidden_characters(text)
    composer = _Composer(iter(()))
    value: Value = None
    positions = Positions(Span(1, 1, 1, 2))
    if not problems:
        composer = _Composer(iter(yaml.parse(text, Loader=_LOADER)))
        try:
            value, positions = composer.document()
        except yaml.MarkedYAMLError as error:
            composer.problems.append(explain(error, text))
        except _Stop:
            pass  # the reason is recorded, and what follows it cannot be trusted
        problems = composer.problems
    tree = Tree(value, positions, text, source)
    if problems:
        failed = BlueprintError(problems)
        failed.trees = {"": tree, source: tree}
        raise failed
    return tree


class _Stop(Exception):
    """Composing cannot go on."""


@dataclass(slots=True)
class _Anchored:
    value: Value
    positions: Positions
    nodes: int


@dataclass(slots=True)
class _Composer:
    """Builds values and positions from events."""

    events: Iterator[Any]
    problems: list[Diagnostic] = field(default_factory=list)
    anchors: dict[str, _Anchored | None] = field(default_factory=dict)
    nodes: int = 0
    aliased: int = 0

    def document(self) -> tuple[Value, Positions]:
        next(self.events)  # the stream's start
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            self._problem("empty", "this file is empty; begin it with: yamlnet: 1", Span(1, 1, 1, 2))
            raise _Stop
        if event.version is not None or event.tags:
            self._problem("directive", "directives (%…) have no use in a blueprint; delete the line", _span(event))
        found = self._node(next(self.events), 0)
        next(self.events)  # the document's end
        following = next(self.events)
        if not isinstance(following, yaml.StreamEndEvent):
            message = "a file holds one blueprint; a second document begins here"
            self._problem("documents", message, _span(following))
        return found

    def _node(self, event: Any, depth: int) -> tuple[Value, Positions]:
        self.nodes += 1
        if depth > MAX_DEPTH:
            self._problem("too-deep", f"values may be nested {MAX_DEPTH} deep", _span(event))
            raise _Stop
        if self.nodes > MAX_NODES:
            self._problem("too-large", f"a blueprint may have {MAX_NODES:,} values", _span(event))
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            message = f'tags have no meaning in a blueprint; delete "{_short_tag(event.tag)}"'
            self._problem("tag", message, _tag_span(event))
        before = self.nodes
        if event.anchor is not None:
            self.anchors[event.anchor] = None  # an alias inside its own anchor finds this
        if isinstance(event, yaml.ScalarEvent):
            found = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            found = self._sequence(event, depth)
        else:
            found = self._mapping(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(*found, self.nodes - before + 1)
        return found

    def _alias(self, event: Any) -> tuple[Value, Positions]:
        name = event.anchor
        if name not in self.anchors:
            self._problem("alias", f"nothing above is anchored as &{name}", _span(event))
            return None, Positions(_span(event))
        anchored = self.anchors[name]
        if anchored is None:
            self._problem("alias", f"*{name} stands inside what it repeats, which has no end", _span(event))
            return None, Positions(_span(event))
        self.aliased += anchored.nodes
        if self.aliased > MAX_ALIASED:
            message = f"aliases repeat more than {MAX_ALIASED:,} values; use a block or a loop"
            self._problem("too-large", message, _span(event))
            raise _Stop
        return anchored.value, anchored.positions

    def _scalar(self, event: Any) -> tuple[Value, Positions]:
        span = _span(event)
        if not event.implicit[0]:
            return event.value, Positions(span, style=event.style or "plain")
        try:
            return plain_scalar(event.value), Positions(span)
        except ValueError as error:
            self._problem("number", str(error), span)
            return None, Positions(span)

    def _sequence(self, start: Any, depth: int) -> tuple[Value, Positions]:
        values: list[Value] = []
        children: dict[str | int, Positions] = {}
        for index in itertools.count():
            event = next(self.events)
            if isinstance(event, yaml.SequenceEndEvent):
                return values, Positions(_span(start, event), children=children)
            value, positions = self._node(event, depth + 1)
            values.append(value)
            children[index] = positions
        raise AssertionError("a sequence's events end")

    def _mapping(self, start: Any, depth: int) -> tuple[Value, Positions]:
        values: dict[str, Value] = {}
        keys: dict[str, Span] = {}
        children: dict[str | int, Positions] = {}
        while True:
            event = next(self.events)
            if isinstance(event, yaml.MappingEndEvent):
                return values, Positions(_span(start, event), keys, children)
            key, span = self._key(event, depth)
            value, positions = self._node(next(self.events), depth + 1)
            if key is None:
                continue
            if key in keys:
                first = keys[key].line
                message = f'the key "{key}" stands here twice, first in line {first}; one of them would be lost'
                self._problem("duplicate-key", message, span)
                continue
            keys[key], values[key], children[key] = span, value, positions

    def _key(self, event: Any, depth: int) -> tuple[str | None, Span]:
        """A key as a string, or None when it was reported."""
        span = _span(event)
        if isinstance(event, yaml.AliasEvent):
            self._problem("key", "a key cannot be an alias; write it out", span)
            return None, span
        if not isinstance(event, yaml.ScalarEvent):
            if event.flow_style and isinstance(event, yaml.MappingStartEvent):
                message = "a mapping cannot be a key; if this is an expression, put quotes around it: \"${…}\""
            else:
                message = "a key is a word; this is a list or a mapping"
            self._problem("key", message, span)
            self._node(event, depth + 1)
            return None, span
        if event.tag is not None:
            self._problem("tag", f'tags have no meaning in a blueprint; delete "{_short_tag(event.tag)}"', span)
        if event.value == "<<" and event.implicit[0]:
            message = "merge keys (<<) are not part of blueprints; use a block or `params`"
            self._problem("merge-key", message, span)
            return None, span
        if event.implicit[0] and not isinstance(_plain_key(event.value), str | int):
            message = f'a key is a word; put quotes around it: "{event.value}"'
            self._problem("key", message, span)
            return None, span
        return str(event.value), span

    def _problem(self, check: str, message: str, span: Span) -> None:
        self.problems.append(Diagnostic(check, message, span=span))


def _plain_key(text: str) -> object:
    try:
        value = plain_scalar(text)
    except ValueError:
        return None
    return None if isinstance(value, bool) else value


def _span(start: Any, end: Any = None) -> Span:
    first, last = start.start_mark, (end or start).end_mark
    return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)


def _tag_span(event: Any) -> Span:
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    return Span(line, column, line, column + len(_short_tag(event.tag)))


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
