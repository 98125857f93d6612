"""A verdict: what inferring every shape of a plan found out, as plain data that can be kept.

The compiler makes it, with Keras; whoever shows it needs neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import Diagnostic, KeyPath, Note

Shape = tuple[int | None, ...]


class NodeSizes(Struct, frozen=True):
    """What one node of a graph gives and holds.

    Attributes:
        shapes: of its outputs, the batch axis first; None is a free dimension.
        parameters: numbers in the weights of the layer that it calls; 0 where an earlier node called it.
        activation_bytes: what its outputs take for one batch, each free dimension counted as one.
    """

    shapes: tuple[Shape, ...]
    parameters: int
    activation_bytes: int


class Heaviest(Struct, frozen=True):
    """One of the layers with the most parameters, and where it was written.

    Attributes:
        number: the place of the largest number among its arguments; () where none is written.
        notes: where that comes from, and the width of what it reads.
    """

    callee: str
    parameters: int
    path: KeyPath
    used_at: tuple[KeyPath, ...] = ()
    number: KeyPath = ()
    notes: tuple[Note, ...] = ()


class Sizes(Struct, frozen=True):
    """The sizes of all models of a plan together.

    Attributes:
        parameters: numbers in weights, trainable or not, each layer once: Keras's `count_params()`.
        weight_bytes: what they take.
        activation_bytes: what the outputs of all layers take for one batch of the main model.
        dtype: the type of most of the weights.
        exact: False where they are a lower bound: part of the plan could not be inferred.
        heaviest: the layer with the most parameters; None where nothing has any.
        others: the next largest.
    """

    parameters: int
    weight_bytes: int
    activation_bytes: int
    dtype: str = "float32"
    exact: bool = True
    heaviest: Heaviest | None = None
    others: tuple[Heaviest, ...] = ()


class Verdict(Struct, frozen=True):
    """What shape inference says of a plan.

    Attributes:
        problems: every layer that cannot be called as it is written, each once for each place.
        sizes: of what could be inferred.
        waiting: how many nodes' shapes wait for the data.
        nodes: by model and node; not kept, for who asks for it has a model at hand.
    """

    problems: tuple[Diagnostic, ...]
    sizes: Sizes
    waiting: int = 0
    nodes: Mapping[str, Mapping[str, NodeSizes]] = field(default_factory=dict)


def as_data(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON can hold it."""
    sizes = verdict.sizes
    return {
        "problems": [
            {
                "check": problem.check,
                "message": problem.message,
                "path": problem.path,
                "at": problem.at,
                "notes": _notes_as_data(problem.notes),
            }
            for problem in verdict.problems
        ],
        "waiting": verdict.waiting,
        "parameters": sizes.parameters,
        "weight_bytes": sizes.weight_bytes,
        "activation_bytes": sizes.activation_bytes,
        "dtype": sizes.dtype,
        "exact": sizes.exact,
        "heaviest": sizes.heaviest and _layer_as_data(sizes.heaviest),
        "others": [_layer_as_data(one) for one in sizes.others],
    }


def _notes_as_data(notes: tuple[Note, ...]) -> list[Any]:
    return [[note.message, note.path, note.at] for note in notes]


def _layer_as_data(one: Heaviest) -> list[Any]:
    return [one.callee, one.parameters, one.path, one.used_at, one.number, _notes_as_data(one.notes)]


def from_data(data: Mapping[str, Any]) -> Verdict:
    """The verdict that `as_data` wrote.

    Raises:
        KeyError, TypeError, ValueError: it wrote something else.
    """
    problems = tuple(
        Diagnostic(
            problem["check"],
            problem["message"],
            _path(problem["path"]),
            problem["at"],
            notes=_notes(problem["notes"]),
        )
        for problem in data["problems"]
    )
    sizes = Sizes(
        int(data["parameters"]),
        int(data["weight_bytes"]),
        int(data["activation_bytes"]),
        str(data["dtype"]),
        bool(data["exact"]),
        _layer(data["heaviest"]) if data["heaviest"] is not None else None,
        tuple(map(_layer, data["others"])),
    )
    return Verdict(problems, sizes, int(data["waiting"]))


def _notes(notes: list[Any]) -> tuple[Note, ...]:
    return tuple(Note(message, _path(path), at=at) for message, path, at in notes)


def _layer(data: list[Any]) -> Heaviest:
    callee, parameters, path, used_at, number, notes = data
    uses = tuple(map(_path, used_at))
    return Heaviest(str(callee), int(parameters), _path(path), uses, _path(number), _notes(notes))


def _path(steps: list[Any]) -> KeyPath:
    if not all(isinstance(step, str | int) for step in steps):
        raise TypeError(f"no key path: {steps}")
    return tuple(steps)
