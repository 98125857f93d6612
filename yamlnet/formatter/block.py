"""Lists and mappings by indentation, and the document around them."""

from __future__ import annotations

import math

from msgspec import Struct, field
from msgspec.structs import replace

from yamlnet.formatter.block_scalars import INDENTATION
from yamlnet.formatter.flow import write_flow, write_leaf
from yamlnet.formatter.lines import LIMIT, Lines
from yamlnet.formatter.nodes import NO_GAP, Block, Comment, Document, Flow, Gap, Item, Leaf
from yamlnet.formatter.scalars import CannotSettle, key_of, refuse_marker


class Level(Struct, frozen=True):
    """A list or mapping that is open: where its items stand in the file, and where they are written."""

    column: float
    indent: int


ROOT = Level(0, 0)
DASH = "- "


class Writer(Struct):
    """Writes one document.

    Attributes:
        limit: how long a line may be before its brackets are broken at a comma.
        lines: what was written so far.
        open: the lists and mappings that were open at the last line, outermost first.
        prefix: dashes that belong in front of the next line.
    """

    limit: float = LIMIT
    lines: Lines = field(default_factory=Lines)
    open: tuple[Level, ...] = (ROOT,)
    prefix: str = ""

    def text(self, document: Document) -> str:
        """The whole document.

        Raises:
            CannotSettle: the house style has no form for a part of it.
        """
        for line in document.head:
            if line:
                self.lines.begin(line)
                self.lines.found[-1].complete = line.startswith("#")
            else:
                self.lines.blank()
        root = document.root
        self._gap(root.before, (ROOT,))
        if isinstance(root, Block):
            if root.anchor:
                self._begin(0, root.anchor, ())
                self.lines.fresh = True
            self._block(root, 0, ())
        else:
            if isinstance(root, Leaf):
                refuse_marker(root)
            self._value("", replace(root, before=NO_GAP), 0, ())
        self._gap(document.end, (ROOT,))
        return self.lines.text()

    def _block(self, block: Block, indent: int, around: tuple[Level, ...]) -> None:
        """The items of a list or mapping; what stands before it is written already."""
        levels = (*around, Level(block.column, indent))
        for item in block.items:
            if item.key is None:
                self._item(item, indent, levels)
            else:
                self._entry(item, item.key, indent, levels)

    def _item(self, item: Item, indent: int, levels: tuple[Level, ...]) -> None:
        self._gap(item.dash, levels)
        value = item.value
        if not isinstance(value, Block):
            self._value(DASH, value, indent, levels)
        elif value.anchor or value.before.comments:
            self._begin(indent, f"{DASH}{value.anchor}".rstrip(), levels)
            self._children(value, indent, levels)
        else:
            self.prefix += DASH
            self._block(value, indent + INDENTATION, levels)

    def _entry(self, item: Item, key: Leaf, indent: int, levels: tuple[Level, ...]) -> None:
        self._gap(key.before, levels)
        word = key_of(key)
        value = item.value
        if not isinstance(value, Block):
            self._value(f"{word}: ", value, indent, levels)
            return
        self._begin(indent, f"{word}: {value.anchor}".rstrip(), levels)
        self._children(value, indent, levels)

    def _children(self, block: Block, indent: int, levels: tuple[Level, ...]) -> None:
        """A list or mapping below the line that opens it."""
        self.lines.fresh = True
        deeper = indent + INDENTATION
        self._gap(block.before, (*levels, Level(block.column, deeper)))
        self._block(block, deeper, levels)

    def _value(self, head: str, value: Leaf | Flow, indent: int, levels: tuple[Level, ...]) -> None:
        """What stands on one line behind its key or dash, or begins there."""
        gaps = (value.before, value.inner) if isinstance(value, Leaf) else (value.before,)
        comments = tuple(comment for gap in gaps for comment in gap.comments)
        if isinstance(value, Leaf) and value.is_block:
            self._block_text(head, value, comments, indent, levels)
            return
        is_empty = isinstance(value, Leaf) and not value.text
        below = head not in ("", DASH) and any(gap.broken for gap in gaps) and not is_empty
        if not comments and not below and not is_empty:
            self._begin(indent, head, levels)
            self._inline(value, indent)
            return
        self._begin(indent, f"{head}{value.anchor}".rstrip(), levels)
        if is_empty:
            self._gap(Gap(comments), levels)
        else:
            self.lines.fresh = True
            self._gap(Gap(comments), (*levels, Level(math.inf, indent + INDENTATION)))
            self._begin(indent + INDENTATION if head else indent, "", levels)
            self._inline(replace(value, anchor=""), indent)

    def _inline(self, value: Leaf | Flow, indent: int) -> None:
        if isinstance(value, Leaf):
            write_leaf(self.lines, value, indent + INDENTATION)
            return
        self.lines.limit = math.inf if value.is_whole else self.limit
        if value.anchor:
            self.lines.add(f"{value.anchor} ")
        write_flow(self.lines, value)

    def _block_text(
        self, head: str, text: Leaf, comments: tuple[Comment, ...], indent: int, levels: tuple[Level, ...]
    ) -> None:
        if len(comments) > 1:
            raise CannotSettle(
                "several comments stand between a key and its text; leave one, or put them above"
            )
        anchor = f"{text.anchor} " if text.anchor else ""
        self._begin(indent, f"{head}{anchor}{text.text}", levels)
        for comment in comments:
            self.lines.comment(replace(comment, alone=False), indent)
        for line in text.content:
            self.lines.verbatim(" " * (indent + INDENTATION) + line if line else "")

    def _begin(self, indent: int, text: str, levels: tuple[Level, ...]) -> None:
        """Begin a line, behind the dashes that wait for one."""
        self.lines.begin(" " * (indent - len(self.prefix)) + self.prefix + text)
        self.prefix = ""
        self.open = levels

    def _gap(self, gap: Gap, levels: tuple[Level, ...]) -> None:
        """Comments and blank lines before something in the innermost of `levels`."""
        for comment in gap.comments:
            self.lines.comment(comment, self._indent(comment, levels))
        if gap.blank:
            self.lines.blank()

    def _indent(self, comment: Comment, levels: tuple[Level, ...]) -> int:
        """How deep a comment stands: with what follows it, or with what ended above it if it stood there."""
        if comment.column <= levels[-1].column:
            return levels[-1].indent
        ended = [level for level in self.open[len(levels) - 1 :] if level.column <= comment.column]
        return ended[-1].indent if ended else levels[-1].indent
