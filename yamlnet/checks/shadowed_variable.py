"""shadowed-variable: a loop inside a loop has a variable of its own.

Inside the inner loop its name means the inner one's value, and the outer one's cannot be read. A loop whose
values are made of the outer variable means to do that, and is not told; nor is a loop or a block's parameter
that has the name of a parameter of the file.

Fails:

    model:
      inputs: {x: [4]}
      layers:
        - for: {i: [8, 16]}
          layers:
            - Dense: {units: "${8 * i + 8}", for: {i: 2}}
        - Dense: 3

Passes:

    model:
      inputs: {x: [4]}
      layers:
        - for: {width: [8, 16]}
          layers:
            - Dense: {units: "${width}", for: {i: 2}}
        - Dense: 3
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.resolver.plan import Plan
from yamlnet.schema.expression_names import names_read
from yamlnet.schema.forms import Blueprint, Entry

NAME = "shadowed-variable"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each loop whose variable hides that of a loop around it."""
    for graph in blueprint.graphs:
        yield from _in(graph.entries, {})


def _in(entries: tuple[Entry, ...], around: dict[str, Entry]) -> Iterator[Diagnostic]:
    for entry in entries:
        inside = around
        if isinstance(entry.repeat, dict):
            variable, values = next(iter(entry.repeat.items()))
            if variable in around and variable not in names_read(values):
                message = f'"{variable}" hides the variable of the loop around it; give it another name'
                note = Note("the loop around it", (*around[variable].word("for"), variable))
                path = (*entry.word("for"), variable)
                yield Diagnostic(NAME, message, path, "key", severity="warning", notes=(note,))
            inside = {**around, variable: entry}
        yield from _in(entry.layers, inside)
