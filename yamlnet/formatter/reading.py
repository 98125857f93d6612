"""From a text to its `Document`: the parser's events say where values stand, the text what is between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec.structs import replace
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from yamlnet.formatter.block_scalars import content_of
from yamlnet.formatter.nodes import NO_GAP, Block, Comment, Document, Flow, Gap, Item, Leaf, Node
from yamlnet.syntax.events import LOADER

COMMENT = re.compile(r"#[^\n]*")
COMMENT_OR_BLANK = re.compile(r"#[^\n]*|\n[ \t]*(?=\n)")
COMMENT_OR_DASH = re.compile(r"#[^\n]*|-")
SKIPPED = re.compile(r"(?:\s|#[^\n]*)*")
HEADER = re.compile(r"([|>][-+0-9]*)[ \t]*(#[^\n]*)?\n?")


def read_document(text: str) -> Document:
    """The document of a text that `yamlnet.syntax.parse` accepted, with line feeds as its breaks.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    return _Reader(text).document()


class _Reader:
    """Reads one document; `reached` is how far into the text it has come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reached = 0
        self.anchors: list[str] = []
        self.event: Any = None  # the end of the list or mapping that was read last
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=LOADER))

    def document(self) -> Document:
        next(self.events)  # the stream's start
        start = next(self.events)
        head: tuple[str, ...] = ()
        if start.explicit:
            end = start.end_mark.index
            head = tuple(line.rstrip() for line in self.text[:end].split("\n"))
            self.reached = end
        root = self._node(next(self.events))
        return Document(head, root, self._gap(len(self.text)), tuple(self.anchors))

    def _gap(self, end: int) -> Gap:
        """What stands between where the reader is and an offset, and go there."""
        start, self.reached = self.reached, max(end, self.reached)
        between = self.text[start:end]
        if "\n" not in between and "#" not in between:
            return NO_GAP
        comments: list[Comment] = []
        blank = False
        for found in COMMENT_OR_BLANK.finditer(between):
            if not found[0].startswith("#"):
                blank = True
                continue
            at = start + found.start()
            line = self.text.rfind("\n", 0, at) + 1
            alone = not self.text[line:at].strip()
            comments.append(Comment(found[0].rstrip(), at - line, alone, blank))
            blank = False
        return Gap(tuple(comments), blank, "\n" in between)

    def _node(self, event: Any) -> Node:
        before = self._gap(event.start_mark.index)
        anchor = ""
        if type(event) is AliasEvent:
            self.anchors.append(f"*{event.anchor}")
        elif event.anchor is not None:
            anchor = f"&{event.anchor}"
            self.anchors.append(anchor)
            self.reached += len(anchor)
        if type(event) in (ScalarEvent, AliasEvent):
            return self._leaf(event, before, anchor)
        if event.flow_style:
            return self._flow(event, before, anchor)
        return self._block(event, before, anchor)

    def _leaf(self, event: Any, before: Gap, anchor: str) -> Leaf:
        end = event.end_mark.index
        inner = NO_GAP
        if anchor:
            skipped = SKIPPED.match(self.text, self.reached)
            inner = self._gap(min(skipped.end() if skipped else end, end))
        written = self.text[self.reached : end]
        style = "*" if type(event) is AliasEvent else event.style or "plain"
        if style in "|>":
            return self._block_scalar(event, before, anchor, inner)
        self.reached = end
        return Leaf(before, anchor, inner, written, style, column=event.start_mark.column)

    def _block_scalar(self, event: Any, before: Gap, anchor: str, inner: Gap) -> Leaf:
        header = HEADER.match(self.text, self.reached)
        assert header is not None
        below = header.end()
        comment = self._gap(below) if header[2] else NO_GAP
        written = self.text[below : event.end_mark.index]
        scalar = content_of(header[1], written, event.value)
        # Blank lines that are no content stand before whatever comes next.
        read = "\n".join(written.split("\n")[: scalar.read])
        self.reached = below + len(read) if scalar.read else below - header[0].endswith("\n")
        comments = Gap(inner.comments + comment.comments, inner.blank, inner.broken)
        return Leaf(before, anchor, comments, scalar.header, event.style, scalar.lines)

    def _flow(self, start: Any, before: Gap, anchor: str) -> Flow:
        is_mapping = type(start) is MappingStartEvent
        if anchor:
            skipped = SKIPPED.match(self.text, self.reached)
            inner = self._gap(skipped.end() if skipped else self.reached)
            before = Gap(before.comments + inner.comments, before.blank, before.broken or inner.broken)
        brackets = "{}" if is_mapping else "[]"
        begin = self.reached
        if self.text[self.reached : self.reached + 1] == brackets[0]:
            self.reached += 1
        else:
            brackets = ""
        items = tuple(self._entries() if is_mapping else self._items())
        if not brackets:
            return Flow(before, anchor, brackets, tuple(replace(item, colon=True) for item in items))
        items, left = _behind_keys(items)
        end = _joined(left, self._gap(self.event.start_mark.index))
        self.reached = self.event.end_mark.index
        return Flow(before, anchor, brackets, items, end, self._is_whole(begin))

    def _is_whole(self, begin: int) -> bool:
        """Whether a comment above, inside or behind what was just read silences a check on one line of it."""
        end = self.text.find("\n", self.reached)
        if "yamlnet:" in self.text[begin : end if end >= 0 else None]:
            return True
        above = self.text[: self.text.rfind("\n", 0, begin) + 1].rstrip().rpartition("\n")[2].strip()
        return above.startswith("#") and "yamlnet:" in above

    def _items(self) -> Iterator[Item]:
        while type(event := next(self.events)) is not SequenceEndEvent:
            yield Item(None, self._node(event))
        self.event = event

    def _entries(self) -> Iterator[Item]:
        while type(event := next(self.events)) is not MappingEndEvent:
            key = self._node(event)
            assert isinstance(key, Leaf)
            behind = self.reached
            value = self._node(next(self.events))
            colon = ":" in COMMENT.sub("", self.text[behind : self.reached])
            yield Item(key, value, colon)
        self.event = event

    def _block(self, start: Any, before: Gap, anchor: str) -> Block:
        if type(start) is MappingStartEvent:
            entries = tuple(self._entries())
            first = entries[0].key
            return Block(before, anchor, first.column if first else 0, entries)
        items: list[Item] = []
        column = 0
        while type(event := next(self.events)) is not SequenceEndEvent:
            dash = self._dash(event.start_mark.index)
            above = self._gap(dash)
            if not items:
                column = dash - (self.text.rfind("\n", 0, dash) + 1)
            self.reached = dash + 1
            items.append(Item(None, self._node(event), dash=above))
        return Block(before, anchor, column, tuple(items))

    def _dash(self, end: int) -> int:
        """Where the dash of an item stands that begins at an offset."""
        for found in COMMENT_OR_DASH.finditer(self.text, self.reached, end):
            if found[0] == "-":
                return found.start()
        return end


def _behind_keys(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], Gap]:
    """Items whose gaps before values that are left out stand before the next item, and what is left then.

    The parser finds such a value where the next item or bracket stands.
    """
    found = []
    left = NO_GAP
    for item in items:
        key, value = item.key, item.value
        if key is not None:
            key = replace(key, before=_joined(left, key.before))
            left = NO_GAP
            if isinstance(value, Leaf) and value.is_empty:
                left, value = value.before, replace(value, before=NO_GAP)
        found.append(replace(item, key=key, value=value))
    return tuple(found), left


def _joined(first: Gap, second: Gap) -> Gap:
    blank = second.blank or (first.blank and not second.comments)
    return Gap(first.comments + second.comments, blank, first.broken or second.broken)
