"""Plain data as YAML 1.2 text that reads well: one value a line, short lists in line, comments behind.

PyYAML's own writer quotes by YAML 1.1: it leaves texts bare that 1.2 reads as numbers (`0E0`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field

from yamlnet.catalog.values import Filled
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.syntax.scalars import plain_value

COLUMN = 46
"""Where comments begin, unless the line is longer."""

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*\Z")


def no_comment(path: KeyPath) -> str:
    """Nothing behind any value."""
    return ""


class Writer(Struct, frozen=True):
    """Writes one document.

    Attributes:
        comment: what stands behind the value at a path; "" is nothing.
        more: further lines below a list's item that is a mapping of one key, with their comment.
    """

    comment: Callable[[KeyPath], str] = no_comment
    more: Mapping[KeyPath, Mapping[str, object]] = field(default_factory=dict)
    more_comment: str = ""

    def text(self, document: Mapping[str, object]) -> str:
        """The document, with a line break at its end."""
        return "\n".join(self._mapping(document, (), 0)) + "\n"

    def _mapping(self, value: Mapping[str, object], path: KeyPath, indent: int) -> Iterator[str]:
        for key, item in value.items():
            yield from self._pair(" " * indent + scalar(key), item, (*path, key), indent)

    def _pair(self, head: str, item: object, path: KeyPath, indent: int) -> Iterator[str]:
        """A key with its value: on one line where the value is short, else below it."""
        if isinstance(item, Mapping) and item:
            yield _line(f"{head}:", self.comment(path))
            yield from self._mapping(item, path, indent + 2)
        elif isinstance(item, list) and any(isinstance(inner, Mapping | list) for inner in item):
            yield f"{head}:"
            for index, inner in enumerate(item):
                yield from self._item(inner, (*path, index), indent + 2)
        else:
            yield _line(f"{head}: {inline(item)}", self.comment(path))

    def _item(self, value: object, path: KeyPath, indent: int) -> Iterator[str]:
        """An item of a list; a mapping of one key with what it holds below it."""
        head = " " * indent + "- "
        key, body = _only(value)
        if not isinstance(body, Mapping) or not body:
            text = f"{scalar(key)}: {inline(body)}" if key else inline(value)
            yield _line(head + text, self.comment(path))
            return
        yield _line(f"{head}{scalar(key)}:", self.comment(path))
        for name, item in body.items():
            yield from self._pair(" " * (indent + 4) + scalar(name), item, (*path, key, name), indent + 4)
        for name, item in self.more.get(path, {}).items():
            yield _line(f"{' ' * (indent + 4)}{scalar(name)}: {inline(item)}", self.more_comment)


def inline(value: object) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return scalar(value)


def scalar(value: object) -> str:
    """A scalar as YAML 1.2 reads it back."""
    if isinstance(value, str):
        if isinstance(value, Filled):
            value = value.replace("${", "$${")  # no expression: it reads back as the same two characters
        if PLAIN.match(value) and isinstance(plain_value(value), str):
            return value
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _only(value: object) -> tuple[str, object]:
    """The key of a mapping that has one, and what it holds."""
    if isinstance(value, Mapping) and len(value) == 1:
        key, body = next(iter(value.items()))
        return str(key), body
    return "", None


def _line(text: str, comment: str) -> str:
    return f"{text:<{COLUMN}}  # {comment}" if comment else text
