"""Layers that walk along a sequence or hold another layer: recurrent ones, their cells, and wrappers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from yamlnet.checks.shapes.call import Call, Read, Rule, channels_first, single, whole
from yamlnet.checks.shapes.image_layers import windows
from yamlnet.checks.shapes.shape import Given, NotKnown, Shape
from yamlnet.resolver.plan import ObjectSpec

Inner = Callable[[Call], Given]
"""Asks for the shape of a layer inside another."""


class Cell(Struct, frozen=True):
    """What a cell gives in a step, and the states that it keeps: a length, or several in a list."""

    output: int
    state: int | list[int]


STATES = {"SimpleRNNCell": 1, "GRUCell": 1, "LSTMCell": 2, "SimpleRNN": 1, "GRU": 1, "LSTM": 2}


def cells_of(cell: object) -> list[ObjectSpec]:
    """The cells that are stacked in one: itself where nothing is."""
    if isinstance(cell, ObjectSpec) and cell.name == "StackedRNNCells":
        cell = cell.arguments.get("cells")
    found = cell if isinstance(cell, list | tuple) else [cell]
    cells = [one for one in found if isinstance(one, ObjectSpec)]
    if len(cells) != len(found) or not cells or any(one.name not in STATES for one in cells):
        raise NotKnown
    return cells


def _cell(spec: ObjectSpec) -> Cell:
    units = whole(spec.arguments.get("units"))
    return Cell(units, [units, units] if STATES[spec.name] == 2 else units)


def _recurrent(call: Call) -> Given:
    """An RNN over a cell, several, or of a kind of its own."""
    if call.name != "RNN":
        units = call.whole("units")
        return _walked(call, units, [units] * STATES[call.name])
    written = call.value("cell")
    cells = [_cell(spec) for spec in cells_of(written)]
    if isinstance(written, ObjectSpec) and written.name != "StackedRNNCells":
        (cell,) = cells
        return _walked(call, cell.output, cell.state if isinstance(cell.state, list) else [cell.state])
    return _walked(call, cells[-1].output, [cell.state for cell in cells])


def _walked(call: Call, output: int, states: list[int] | list[int | list[int]]) -> Given:
    batch, steps, _ = call.first()
    given: Shape = (batch, steps, output) if call.flag("return_sequences") else (batch, output)
    if not call.flag("return_state"):
        return given
    return [given, *(_states(batch, state) for state in states)]


def _states(batch: int | None, state: int | list[int]) -> Given:
    return [(batch, one) for one in state] if isinstance(state, list) else (batch, state)


def _convolved(axes: int) -> Rule:
    def rule(call: Call) -> Given:
        batch, steps, *step = call.image(axes + 1)
        first = channels_first(call)
        lengths = step[1:] if first else step[:-1]
        long, filters = windows(call, lengths, "kernel_size", None, 1), call.whole("filters")
        image = (filters, *long) if first else (*long, filters)
        given: Shape = (batch, steps, *image) if call.flag("return_sequences") else (batch, *image)
        return [given, (batch, *image), (batch, *image)] if call.flag("return_state") else given

    return rule


def inner_layer(call: Call, name: str = "layer") -> ObjectSpec:
    """The layer inside a wrapper."""
    found = call.value(name)
    if not isinstance(found, ObjectSpec):
        raise NotKnown
    return found


def _inside(call: Call, shape: Shape, inner: Inner) -> Given:
    spec = inner_layer(call)
    return inner(Call(spec.name, spec.arguments, (Read(shape),)))


def _both_ways(inner: Inner) -> Rule:
    def rule(call: Call) -> Given:
        found = _inside(call, call.first(), inner)
        given, states = (found[0], found[1:]) if isinstance(found, list) else (found, [])
        shape, mode = single(given), call.value("merge_mode", "concat")
        if mode not in (None, "concat", "sum", "mul", "ave"):
            raise NotKnown
        if mode is None:
            return [shape, shape, *states, *states]
        if mode == "concat":
            shape = (*shape[:-1], 2 * whole(shape[-1]))
        return [shape, *states, *states] if states else shape

    return rule


def _each_step(inner: Inner) -> Rule:
    def rule(call: Call) -> Given:
        batch, steps, *step = call.first()
        if not step:
            raise NotKnown
        found = single(_inside(call, (batch, *step), inner))
        return (found[0], steps, *found[1:])

    return rule


def _normalized(inner: Inner) -> Rule:
    return lambda call: _inside(call, call.first(), inner)


def rules(inner: Inner) -> Mapping[str, Rule]:
    """The table; `inner` answers for the layers that these hold."""
    return {
        **dict.fromkeys(("RNN", "SimpleRNN", "GRU", "LSTM"), _recurrent),
        **{f"ConvLSTM{axes}D": _convolved(axes) for axes in (1, 2, 3)},
        "Bidirectional": _both_ways(inner),
        "TimeDistributed": _each_step(inner),
        "SpectralNormalization": _normalized(inner),
    }
