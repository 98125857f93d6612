"""Where the value that a name stands for was written: as a default, a block's argument, an item of a loop.

A value that an expression only passes on (`filters: ${filters}`, `${widths[stage]}`) and that does not fit
is the mistake of whoever gave it; the place that reads it comes second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.evaluate import Scope, evaluate
from yamlnet.schema.expressions import ExpressionError

PASSED_ON = re.compile(r"\$\{\s*([A-Za-z_]\w*)\s*(?:\[([^\[\]]+)\])?\s*\}\Z")


class Values(dict[str, object]):
    """Parameters and loop variables by name; `given` says where the value of each was written."""

    def __init__(
        self,
        values: Mapping[str, object] | Iterable[tuple[str, object]] = (),
        given: Mapping[str, KeyPath] | None = None,
    ) -> None:
        super().__init__(values)
        self.given: dict[str, KeyPath] = dict(given or {})

    def with_one(self, name: str, value: object, place: KeyPath) -> Values:
        """These and one more, which hides an older one of its name."""
        return Values({**self, name: value}, {**self.given, name: place})


def giver(text: object, scope: Scope, place: KeyPath) -> KeyPath:
    """Where the value of a text was written: at `place` itself, unless it only passes on what a name has."""
    found = PASSED_ON.match(text) if isinstance(text, str) else None
    if found is None or not isinstance(scope, Values) or found[1] not in scope.given:
        return place
    path = scope.given[found[1]]
    return (*path, *_index(found[2], scope)) if found[2] else path


def _index(text: str, scope: Scope) -> tuple[int, ...]:
    try:
        index = evaluate(f"${{{text}}}", scope)
    except ExpressionError:
        return ()
    return (index,) if isinstance(index, int) and not isinstance(index, bool) and index >= 0 else ()
