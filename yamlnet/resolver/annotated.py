"""A resolved blueprint as YAML, with the origin of every value behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yamlnet.catalog.load import catalog
from yamlnet.catalog.values import problem
from yamlnet.diagnostics.diagnostic import KeyPath, Span
from yamlnet.resolver.origins import Origin, origins
from yamlnet.resolver.plan import LayerCall, Plan
from yamlnet.resolver.unparse import form, listed, unparse
from yamlnet.schema.expressions import is_template
from yamlnet.schema.words import DEFAULT_MODEL, WIRING
from yamlnet.syntax.scalars import plain_value
from yamlnet.syntax.tree import Tree

COLUMN = 46
"""Where comments begin, unless the line is longer."""

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*\Z")

KERAS_DEFAULT = "Keras's default"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Annotated:
    """What is written and why: the document, and where its values come from."""

    document: Mapping[str, object]
    origins: Mapping[KeyPath, Origin]
    defaults: Mapping[KeyPath, Mapping[str, object]]
    tree: Tree

    def comment(self, path: KeyPath) -> str:
        """What stands behind the value at a path of the document; "" where there is nothing to say."""
        origin = self.origins.get(path)
        if origin is None or not is_written(self.tree, origin.path):
            return DEFAULT if path[0] in ("data", "train") else ""
        uses = "".join(f" ← {self.place(use, key=True)}" for use in origin.used_at)
        return f"{self.place(origin.path)}{self.expression(origin.path)}{uses}"

    def place(self, path: KeyPath, key: bool = False) -> str:
        """`file:line:column` of a value, or of its key."""
        return place_of(self.tree, self.tree.span(path, "key") if key else self.tree.position(path).span)

    def expression(self, path: KeyPath) -> str:
        """The expression that a value was computed from, behind a space."""
        value = value_at(self.tree, path)
        return f" {value}" if is_template(value) else ""


def place_of(tree: Tree, span: Span) -> str:
    """`file:line:column` of a span; a setting of the command line is its own place."""
    source = span.source or tree.source
    return source if source.startswith("--set ") else f"{source}:{span.line}:{span.column}"


def value_at(tree: Tree, path: KeyPath) -> object:
    """The value at a path of the user's document, or the scalar above it that gave it (`Dense: 10`)."""
    value: object = tree.value
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return value if not isinstance(value, dict | list) else None
    return value


def is_written(tree: Tree, path: KeyPath) -> bool:
    """Whether the user wrote something at a path; `Dense: 10` writes the `units` of it."""
    found = tree.positions
    for index, step in enumerate(path):
        child = found.children.get(step)
        if child is None:
            wiring = step in WIRING and path[0] not in ("data", "train")
            return index == len(path) - 1 and not found.children and not wiring
        found = child
    return True


def annotated(plan: Plan, tree: Tree, defaults: bool = False) -> str:
    """The resolved blueprint with a comment behind each value: readable by yamlnet again, to the same plan.

    Args:
        plan: everything filled in; what needs the data is still its expression.
        tree: the assembled document that it was resolved from.
        defaults: whether the arguments that Keras fills in are written too.
    """
    document = unparse(plan)
    filled = _keras_defaults(plan) if defaults else {}
    said = Annotated(document, origins(plan, document), filled, tree)
    head = f"# {tree.source}, resolved: every value, and behind it the words that gave it.\n"
    return head + "\n".join(_mapping(document, (), 0, said)) + "\n"


def _keras_defaults(plan: Plan) -> dict[KeyPath, dict[str, object]]:
    """For each layer's place, the constructor arguments that it leaves to Keras."""
    found: dict[KeyPath, dict[str, object]] = {}
    seen: set[tuple[str, str]] = set()
    for name, graph in plan.models.items():
        place: KeyPath = (DEFAULT_MODEL,) if name == DEFAULT_MODEL else ("models", name)
        for index, node in enumerate(listed(graph)):
            callee = node.callee
            if not isinstance(callee, LayerCall) or (name, callee.instance) in seen:
                continue
            seen.add((name, callee.instance))
            entry = catalog().find("layer", callee.layer.name)
            arguments = entry.arguments if entry is not None else ()
            found[(*place, "layers", index)] = {
                argument.name: form(argument.default)
                for argument in arguments
                if not argument.required
                and argument.name not in callee.layer.arguments
                and problem(argument.default, argument.type) is None
            }
    return found


def _mapping(value: Mapping[str, object], path: KeyPath, indent: int, said: Annotated) -> Iterator[str]:
    for key, item in value.items():
        yield from _pair(" " * indent + scalar(key), item, (*path, key), indent, said)


def _pair(head: str, item: object, path: KeyPath, indent: int, said: Annotated) -> Iterator[str]:
    """A key with its value: on one line where the value is short, else below it."""
    comment = said.comment(path)
    if isinstance(item, Mapping) and item:
        yield _line(f"{head}:", "" if path[0] in ("data", "train") else comment)
        yield from _mapping(item, path, indent + 2, said)
    elif isinstance(item, list) and any(isinstance(inner, Mapping | list) for inner in item):
        yield f"{head}:"
        for index, inner in enumerate(item):
            yield from _item(inner, (*path, index), indent + 2, said)
    else:
        yield _line(f"{head}: {_inline(item)}", comment)


def _item(value: object, path: KeyPath, indent: int, said: Annotated) -> Iterator[str]:
    """An item of a list; of `layers`, one entry with its arguments below its name."""
    head = " " * indent + "- "
    if not (isinstance(value, Mapping) and len(value) == 1):
        yield _line(head + _inline(value), said.comment(path))
        return
    key, body = next(iter(value.items()))
    filled = said.defaults.get(path, {})
    if not isinstance(body, Mapping):
        yield _line(f"{head}{scalar(key)}: {_inline(body)}", said.comment(path))
        return
    yield _line(f"{head}{scalar(key)}:", said.comment(path))
    inside = path if "layers" in path else (*path, key)
    for name, item in body.items():
        yield from _pair(" " * (indent + 4) + scalar(name), item, (*inside, name), indent + 4, said)
    for name, item in filled.items():
        yield _line(f"{' ' * (indent + 4)}{scalar(name)}: {_inline(item)}", KERAS_DEFAULT)


def _line(text: str, comment: str) -> str:
    return f"{text:<{COLUMN}}  # {comment}" if comment else text


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return scalar(value)


def scalar(value: object) -> str:
    """A scalar as YAML 1.2 reads it back."""
    if isinstance(value, str):
        if PLAIN.match(value) and isinstance(plain_value(value), str):
            return value
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
