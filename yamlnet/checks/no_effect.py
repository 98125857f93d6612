"""no-effect: an `if` can hold or not, a loop has a turn, a group has layers.

An expression without a name in it is always the same, a loop of no turns never makes what stands in it, and
a group without layers does nothing. Something else was meant, or it is left over. `if: false` alone is a
switch, and is not told.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 8, for: 0}
        - Dropout: {rate: 0.2, if: "${1 > 0}"}
        - Dense: 3

Passes:

    params: {depth: 0, regularize: true}
    model:
      inputs: {x: [4]}
      layers:
        - Dense: {units: 8, for: "${depth}"}
        - Dropout: {rate: 0.2, if: "${regularize}"}
        - Dense: 3
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan
from yamlnet.schema.expression_names import names_in
from yamlnet.schema.expressions import is_template
from yamlnet.schema.forms import Blueprint, Entry

NAME = "no-effect"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each condition, loop and group that cannot do anything."""
    for graph in blueprint.graphs:
        yield from _in(graph.entries)


def _in(entries: tuple[Entry, ...]) -> Iterator[Diagnostic]:
    for entry in entries:
        if is_template(entry.condition) and not names_in(str(entry.condition)):
            message = "no parameter and no loop variable stands in this `if`, so it is always the same"
            yield Diagnostic(NAME, message, entry.word("if"), severity="warning")
        if _has_no_turn(entry.repeat):
            message = "this loop has no turn, so nothing of its entry is made; if: false says it too"
            yield Diagnostic(NAME, message, entry.word("for"), severity="warning")
        if entry.kind == "group" and not entry.layers:
            message = "a group without layers does nothing; list entries in it, or remove it"
            yield Diagnostic(NAME, message, entry.path, "key", severity="warning")
        yield from _in(entry.layers)


def _has_no_turn(repeat: object) -> bool:
    values = next(iter(repeat.values())) if isinstance(repeat, dict) else repeat
    return values == [] or (isinstance(values, int) and values == 0)
