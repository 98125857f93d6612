"""One value of a blueprint explained: what it is, which words gave it, what they stand in the place of."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from yamlnet.diagnostics.diagnostic import KeyPath, Span
from yamlnet.diagnostics.lines import shown, split_lines
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.annotated import is_written, place_of, value_at
from yamlnet.resolver.plan import Graph, LayerCall, Node, Plan
from yamlnet.resolver.unparse import form, unparse
from yamlnet.resolver.yaml_text import scalar
from yamlnet.syntax.graft import find, whole
from yamlnet.syntax.tree import Tree


class NoSuchValue(Exception):
    """Nothing in the blueprint has that name or path; the message says the mend."""


class _Found(Struct, frozen=True):
    """A value, the words that gave it, and the uses of blocks on the way."""

    value: object
    path: KeyPath
    used_at: tuple[KeyPath, ...] = ()


def explain(plan: Plan, tree: Tree, asked: str) -> str:
    """Explain the value at a path.

    Args:
        plan: what was resolved.
        tree: the assembled document.
        asked: `train.epochs`, a parameter's name, or a layer's argument by the layer's name in the
            model (`stage3_block2_conv1.filters`).

    Raises:
        NoSuchValue: nothing is called that.
    """
    found = _layer(plan, asked) or _parameter(plan, tree, asked) or _written(plan, tree, asked)
    if found is None:
        raise NoSuchValue(f'nothing in the blueprint is called "{asked}"{_mend(plan, tree, asked)}')
    lines = [f"{asked} = {_shown(found.value)}"]
    if not is_written(tree, found.path):
        return "\n".join([*lines, "  by default: the blueprint does not say it"]) + "\n"
    lines += [f"  {line}" for line in _given(tree, found.path)]
    lines += [f"  used at {_quoted(tree, tree.span(use, 'key'))}" for use in found.used_at]
    return "\n".join(lines) + "\n"


def _layer(plan: Plan, asked: str) -> _Found | None:
    """A layer, or an argument of one, by the layer's name."""
    for graph in plan.models.values():
        for node in graph.nodes:
            if asked == node.name:
                return _Found(_call(node, graph), node.path, node.used_at)
            argument = asked.removeprefix(f"{node.name}.")
            if argument != asked and isinstance(node.callee, LayerCall):
                spec = node.callee.layer
                if argument in spec.arguments:
                    place = (*spec.path, argument)
                    return _Found(form(spec.arguments[argument]), place, node.used_at)
    return None


def _call(node: Node, graph: Graph) -> object:
    if isinstance(node.callee, LayerCall):
        return form(node.callee.layer)
    return f"a call in {graph.name}"


def _parameter(plan: Plan, tree: Tree, asked: str) -> _Found | None:
    name = asked.removeprefix("params.")
    if name not in plan.params:
        return None
    in_full = find(whole(tree), ("params", name, "default"))
    return _Found(plan.params[name], ("params", name, "default") if in_full else ("params", name))


def _written(plan: Plan, tree: Tree, asked: str) -> _Found | None:
    """What stands at a path of the document; its value as resolved, where that has the same path."""
    path: KeyPath = tuple(int(step) if step.isdecimal() else step for step in asked.split("."))
    resolved: object = unparse(plan)
    for step in path:
        if isinstance(resolved, dict) and str(step) in resolved:
            resolved = resolved[str(step)]
        elif isinstance(resolved, list) and isinstance(step, int) and step < len(resolved):
            resolved = resolved[step]
        else:
            written = find(whole(tree), path)
            return _Found(written.value, path) if written is not None else None
    if path[0] in ("model", "models"):
        written = find(whole(tree), path)
        return _Found(written.value, path) if written is not None else None
    return _Found(resolved, path)


def _given(tree: Tree, path: KeyPath) -> Iterator[str]:
    """The words of a value, and those that they stand in the place of, newest first."""
    position, value = tree.position(path), value_at(tree, path)
    yield _quoted(tree, position.span)
    while position.replaced is not None:
        value, position = position.replaced
        yield f"instead of {_shown(value)}, {_quoted(tree, position.span)}"


def _quoted(tree: Tree, span: Span) -> str:
    text = tree.texts.get(span.source, tree.text) if span.source else tree.text
    lines = split_lines(text)
    line = shown(lines[span.line - 1].strip()) if span.line <= len(lines) else ""
    return f"{place_of(tree, span)}: {line}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return scalar(value) if isinstance(value, str | int | float | bool | None) else repr(value)


def _mend(plan: Plan, tree: Tree, asked: str) -> str:
    sections = [str(key) for key in tree.value] if isinstance(tree.value, dict) else []
    first, _, rest = asked.partition(".")
    inner = find(whole(tree), (first,))
    if rest and inner is not None and isinstance(inner.value, dict):
        return did_you_mean(asked, [f"{first}.{key}" for key in inner.value])
    layers = [node.name for graph in plan.models.values() for node in graph.nodes]
    return did_you_mean(first, [*plan.params, *layers, *sections])
