"""unreachable-layer: an output depends on every entry.

Keras leaves out of a model what none of its outputs depends on, and says nothing. Mostly a `from` was
forgotten where two branches meet, or `outputs` names a layer that stands too early. Of a whole branch that
leads nowhere the last entry is told. An entry that is only reached under some condition, in some turn of a
loop or for some parameters is reached.

What to do: read the entry (`from: name`), give it as an output, or remove it.

Fails:

    model:
      inputs: {left: [4], right: [4]}
      layers:
        - Dense: {units: 8, from: left, as: a}
        - Dense: {units: 8, from: right, as: b}
        - Dense: {units: 3, as: kind}

Passes:

    model:
      inputs: {left: [4], right: [4]}
      layers:
        - Dense: {units: 8, from: left, as: a}
        - Dense: {units: 8, from: right, as: b}
        - Concatenate: {from: [a, b]}
        - Dense: {units: 3, as: kind}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.flow import Flow, flow_of
from yamlnet.resolver.plan import Plan
from yamlnet.schema.forms import Block, Blueprint, Entry

NAME = "unreachable-layer"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning at the end of each branch that no output of its block or model depends on."""
    for graph in blueprint.graphs:
        whose = f'the block "{graph.name}"' if isinstance(graph, Block) else "the model"
        yield from _dead_ends(flow_of(graph, blueprint), whose)


def _dead_ends(flow: Flow, whose: str) -> Iterator[Diagnostic]:
    known = flow.behind(flow.outputs)
    entries = {flow.places[path] for path in flow.entries}
    for path, entry in reversed(list(flow.entries.items())):
        place = flow.places[path]
        if place not in known:
            branch = flow.behind([place], known) - known
            known |= branch
            message = _message(entry, len(branch & entries) - 1, whose)
            yield Diagnostic(NAME, message, path, "key", severity="warning")


def _message(entry: Entry, before: int, whose: str) -> str:
    name = entry.binds if isinstance(entry.binds, str) else entry.binds[0] if entry.binds else entry.name
    mend = f"read it with from: {name}" if name else "give it a name with as and read it"
    others = f"it and the {before if before > 1 else 'one'} before it are" if before else "it is"
    return (
        f'"{entry.key}" leads to no output of {whose}, so {others} left out; '
        f"{mend}, name it in outputs, or remove it"
    )
