"""Lists and mappings in brackets: line breaks between items stay, further items stand below the first."""

from __future__ import annotations

from yamlnet.formatter.lines import Lines
from yamlnet.formatter.nodes import NO_GAP, Block, Comment, Flow, Item, Leaf, Node
from yamlnet.formatter.scalars import key_of, lines_of

NULL = Leaf(NO_GAP, "", NO_GAP, "null", "plain")
"""What stands for a value that is left out behind a colon: `{a: }`."""


def write_flow(lines: Lines, flow: Flow, tail: int = 0) -> None:
    """Go on with the last line: a list or mapping in brackets.

    Args:
        lines: what was written so far.
        flow: the list or mapping; its anchor is written already.
        tail: how many characters have to follow on its last line.
    """
    if not flow.brackets:
        _write_item(lines, flow.items[0], lines.column, tail)
        return
    opening, closing = flow.brackets[:1], flow.brackets[1:]
    lines.add(opening)
    column = lines.column
    for index, item in enumerate(flow.items):
        is_last = index == len(flow.items) - 1
        after = len(closing) + tail if is_last else 1
        if index:
            lines.add(",")
        _space(lines, item, index, column, after)
        _write_item(lines, item, column, after)
    for comment in flow.end.comments:
        lines.comment(comment, column)
    if lines.is_closed:
        lines.begin(" " * (column - len(opening)))
    lines.add(closing)


def _space(lines: Lines, item: Item, index: int, column: int, after: int) -> None:
    """Go to where an item begins: on the same line if it was there and fits, else on the next."""
    for comment in _hoisted(item):
        lines.comment(comment, column)
    gap = (item.key or item.value).before
    broken = bool(index) and gap.broken
    width, _ = _width(item, after)
    if lines.is_closed or broken or (index and lines.column + 1 + width > lines.limit):
        if gap.blank and index:
            lines.blank()
        lines.begin(" " * column)
    elif index:
        lines.add(" ")


def _hoisted(item: Item) -> list[Comment]:
    """The comments before an item and inside it, where the line cannot end: they go before it."""
    gaps = [item.key.before, item.key.inner] if item.key else []
    gaps.append(item.value.before)
    if isinstance(item.value, Leaf):
        gaps.append(item.value.inner)
    found = [comment for gap in gaps for comment in gap.comments]
    if isinstance(item.value, Flow) and not item.value.brackets:
        found += _hoisted(item.value.items[0])
    return found


def _write_item(lines: Lines, item: Item, column: int, after: int) -> None:
    if item.key is not None:
        if not item.colon:
            write_leaf(lines, item.key, column)
            return
        lines.add(f"{key_of(item.key)}: ")
    if isinstance(item.value, Leaf):
        empty = item.value.is_empty
        write_leaf(lines, NULL if empty else item.value, column + 2)
        return
    assert isinstance(item.value, Flow)
    if item.value.anchor:
        lines.add(f"{item.value.anchor} ")
    write_flow(lines, item.value, after)


def write_leaf(lines: Lines, leaf: Leaf, column: int) -> None:
    """Go on with the last line: a scalar, its further lines at a column."""
    first, *further = lines_of(leaf)
    lines.add(first)
    for line in further:
        lines.begin(" " * column + line if line else "")
        lines.found[-1].verbatim = True


def _width(item: Item, after: int) -> tuple[int, bool]:
    """How many characters of an item stand on its first line, and whether those are all."""
    width = 0
    if item.key is not None:
        width, whole = _node_width(item.key)
        if not whole or not item.colon:
            return width + (after if whole else 0), whole
        width += 2
    inner, whole = _node_width(item.value)
    return width + inner + (after if whole else 0), whole


def _node_width(node: Node) -> tuple[int, bool]:
    assert not isinstance(node, Block)
    if isinstance(node, Leaf):
        lines = lines_of(NULL if node.is_empty else node)
        return len(lines[0]), len(lines) == 1
    width = len(node.anchor) + bool(node.anchor) + len(node.brackets[:1])
    for index, item in enumerate(node.items):
        gap = (item.key or item.value).before
        if _hoisted(item) or (index and gap.broken):
            return width + bool(index), False
        inner, whole = _width(item, 0)
        width += inner + (2 if index else 0)
        if not whole:
            return width, False
    return width + len(node.brackets[1:]), not node.end.comments
