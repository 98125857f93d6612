"""repeated: a metric, a callback and a column are listed once.

The second of two that are alike costs time and tells nothing new. Of two `EarlyStopping` that differ in
their patience only, the less patient one always stops first.

Fails:

    train:
      loss: mse
      metrics: [accuracy, mae, accuracy]

Passes:

    train:
      loss: mse
      metrics: [accuracy, mae]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from yamlnet.diagnostics.diagnostic import Diagnostic, KeyPath, Note
from yamlnet.resolver.plan import ObjectSpec, Plan

NAME = "repeated"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each thing that stands in its list already."""
    if plan.train is not None:
        for metrics in plan.train.metrics.values():
            yield from _repeated(metrics, "metric")
        yield from _repeated(plan.train.callbacks, "callback")
    for tensor in (*plan.data.inputs.values(), *plan.data.targets.values()) if plan.data is not None else ():
        seen: set[str] = set()
        for index, column in enumerate(tensor.columns):
            if column in seen:
                message = f'"{tensor.name}" reads the column "{column}" twice'
                path = (*tensor.path, "columns", index)
                yield Diagnostic(NAME, message, path, severity="warning")
            seen.add(column)


def _repeated(specs: Sequence[ObjectSpec], noun: str) -> Iterator[Diagnostic]:
    first: dict[object, KeyPath] = {}
    for spec in specs:
        told = _told_apart_by(spec)
        if told not in first:
            first[told] = spec.path
            continue
        message = f'the {noun} "{spec.name}" is listed twice with the same arguments'
        if "patience" in spec.arguments and spec.name == "EarlyStopping":
            message = 'of two "EarlyStopping" that differ in patience only, one never acts'
        note = Note("the first", first[told])
        yield Diagnostic(NAME, message, spec.path, "key", severity="warning", notes=(note,))


def _told_apart_by(spec: ObjectSpec) -> str:
    """A spec without its place, and without what changes nothing beside another of its kind."""
    arguments = dict(spec.arguments)
    if spec.name == "EarlyStopping":
        arguments.pop("patience", None)
    return repr((spec.kind, spec.name, _plain(arguments)))


def _plain(value: object) -> object:
    if isinstance(value, ObjectSpec):
        return _told_apart_by(value)
    if isinstance(value, Mapping):
        return sorted((key, repr(_plain(inner))) for key, inner in value.items())
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
