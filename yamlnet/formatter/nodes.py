"""A document as it is written: values verbatim, and the comments and blank lines that stand between them."""

from __future__ import annotations

from msgspec import Struct, field


class Comment(Struct, frozen=True):
    """One comment.

    Attributes:
        text: from its `#` to the end of the line, without blanks at the end.
        column: where its `#` stands, from 0.
        alone: whether nothing else stands on its line.
        blank: whether an empty line stands above it.
    """

    text: str
    column: int
    alone: bool
    blank: bool


class Gap(Struct, frozen=True):
    """What stands between two values.

    Attributes:
        comments: in their order.
        blank: whether an empty line stands behind the last of them (or anywhere, where there is none).
        broken: whether there is a line break at all.
    """

    comments: tuple[Comment, ...] = ()
    blank: bool = False
    broken: bool = False


NO_GAP = Gap()


class Leaf(Struct, frozen=True):
    """A scalar or an alias.

    Attributes:
        before: what stands before it (and before its anchor).
        anchor: `&name`, or nothing.
        inner: what stands between its anchor and itself.
        text: as written; of a block scalar the header, without its comment.
        style: `plain`, `'`, `"`, `|`, `>`, or `*` for an alias.
        content: the lines of a block scalar, without their indentation.
        column: where it begins, from 0.
    """

    before: Gap
    anchor: str
    inner: Gap
    text: str
    style: str
    content: tuple[str, ...] = ()
    column: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written at all: null, by leaving it out."""
        return not self.text and not self.anchor

    @property
    def is_block(self) -> bool:
        """Whether it is a literal or folded text, with lines of its own below its header."""
        return self.style in "|>"


class Item(Struct, frozen=True):
    """An item of a list (`key` is None) or an entry of a mapping.

    Attributes:
        key: an entry's key.
        value: the item, or the entry's value.
        colon: whether there is a colon; in `{a, b}` the keys have none.
        dash: what stands before a block list's dash.
    """

    key: Leaf | None
    value: Node
    colon: bool = True
    dash: Gap = NO_GAP


class Flow(Struct, frozen=True):
    """A list or mapping in brackets; `end` is what stands before the closing one.

    `brackets` is empty for the one entry of `[key: value]`, which is a mapping without brackets. `is_whole`
    forbids to break its lines: a comment speaks to yamlnet about one of them.
    """

    before: Gap
    anchor: str
    brackets: str
    items: tuple[Item, ...]
    end: Gap = NO_GAP
    is_whole: bool = False


class Block(Struct, frozen=True):
    """A list or mapping by indentation; `column` is where its items begin, from 0."""

    before: Gap
    anchor: str
    column: int
    items: tuple[Item, ...]


Node = Leaf | Flow | Block


class Document(Struct, frozen=True):
    """A whole file.

    Attributes:
        head: the lines above an explicit `---`, and whether there is one, as its last.
        root: the value.
        end: what follows it.
        anchors: every `&name` and `*name`, in their order.
    """

    head: tuple[str, ...]
    root: Node
    end: Gap
    anchors: tuple[str, ...] = field(default=())


def comments_of(document: Document) -> list[str]:
    """The text of every comment of a document, in order."""
    found = [line[line.index("#") :] for line in document.head if "#" in line]
    return [*found, *_comments(document.root), *(comment.text for comment in document.end.comments)]


def _comments(node: Node) -> list[str]:
    if isinstance(node, Leaf):
        return [comment.text for gap in (node.before, node.inner) for comment in gap.comments]
    found = [comment.text for comment in node.before.comments]
    for item in node.items:
        found += [comment.text for comment in item.dash.comments]
        found += _comments(item.key) if item.key else []
        found += _comments(item.value)
    if isinstance(node, Flow):
        found += [comment.text for comment in node.end.comments]
    return found
