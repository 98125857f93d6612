"""A resolved blueprint as YAML, with the origin of every value behind it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from yamlnet.catalog.load import catalog
from yamlnet.catalog.values import problem
from yamlnet.diagnostics.diagnostic import KeyPath, Span
from yamlnet.resolver.origins import Origin, origins
from yamlnet.resolver.plan import LayerCall, Plan
from yamlnet.resolver.unparse import form, listed, unparse
from yamlnet.resolver.yaml_text import Writer
from yamlnet.schema.expressions import is_template
from yamlnet.schema.words import DEFAULT_MODEL, WIRING
from yamlnet.syntax.tree import Tree

KERAS_DEFAULT = "Keras's default"
DEFAULT = "default"


WIRED: dict[str | int, str] = {
    "from": "what the entry before it gives",
    "as": "from its class and the words on the way",
}
"""Wiring that the resolver writes out where the user left it out."""

SECTIONS = (("data",), ("train",))
"""Mappings whose values have their own origins."""


class _Comments(Struct, frozen=True):
    """What stands behind the values of a document: where they come from."""

    origins: Mapping[KeyPath, Origin]
    tree: Tree

    def behind(self, path: KeyPath) -> str:
        """The comment behind the value at a path of the document; "" where there is nothing to say."""
        origin = self.origins.get(path)
        if origin is None or not is_written(self.tree, origin.path):
            return self.made(path)
        if path in SECTIONS:
            return ""
        uses = "".join(f" ← {self.place(use, key=True)}" for use in origin.used_at)
        return f"{self.place(origin.path)}{self.expression(origin.path)}{uses}"

    def made(self, path: KeyPath) -> str:
        """What stands behind a value that nobody wrote."""
        if path[0] in ("data", "train"):
            return DEFAULT if len(path) > 1 else ""
        return WIRED.get(path[-1], "") if "layers" in path else ""

    def place(self, path: KeyPath, key: bool = False) -> str:
        """`file:line:column` of a value, or of its key."""
        return place_of(self.tree, self.tree.span(path, "key") if key else self.tree.position(path).span)

    def expression(self, path: KeyPath) -> str:
        """The expression that a value was computed from, behind a space; in one line, as a comment is."""
        value = value_at(self.tree, path)
        return f" {' '.join(str(value).split())}" if is_template(value) else ""


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
    """Whether the user wrote something at a path; `Dense: 10` writes the `units` of it, `[8]` the shape."""
    found = tree.positions
    for index, step in enumerate(path):
        child = found.children.get(step)
        if child is None:
            wiring = step in WIRING and path[0] not in ("data", "train")
            one_value = not any(isinstance(inner, str) for inner in found.children)
            return index == len(path) - 1 and one_value and not wiring
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
    comments = _Comments(origins(plan, document), tree)
    writer = Writer(comments.behind, _keras_defaults(plan) if defaults else {}, KERAS_DEFAULT)
    head = f"# {tree.source}, resolved: every value, and behind it the words that gave it.\n"
    return head + writer.text(document)


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
