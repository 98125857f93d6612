"""Where the value that a name stands for was written: as a default, a block's argument, an item of a loop.

A value that an expression only passes on (`filters: ${filters}`, `${widths[stage]}`) and that does not fit
is the mistake of whoever gave it; the place that reads it comes second. Of a value that an expression
computes, `sources` are the places of all that it is computed of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice

from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import Diagnostic, KeyPath, Note
from yamlnet.resolver.evaluate import Scope, evaluate
from yamlnet.schema.expression_names import KEYWORDS, QUOTED, templates
from yamlnet.schema.expressions import Expression, ExpressionError, parse_template
from yamlnet.syntax.graft import find, whole
from yamlnet.syntax.tree import Tree

PASSED_ON = re.compile(r"\$\{\s*([A-Za-z_]\w*)\s*(?:\[([^\[\]]+)\])?\s*\}\Z")
READ = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?!\w)(?!\s*\()(?:\s*\[([^\[\]:]+)\])?")
"""A name that is read, and the index behind it."""

WRITTEN = "the value is written here"
READ_HERE = "read here"

MOST_PLACES = 3
"""So many of the places of one value are told."""

MOST_SOURCES = 6
"""So many places are remembered of one value: more of them nobody looks through."""


class Values(dict[str, object]):
    """Parameters and loop variables by name.

    `given` says where the value of each was written, and after it the places of what that was computed of.
    """

    def __init__(
        self,
        values: Mapping[str, object] | Iterable[tuple[str, object]] = (),
        given: Mapping[str, tuple[KeyPath, ...]] | None = None,
    ) -> None:
        super().__init__(values)
        self.given: dict[str, tuple[KeyPath, ...]] = dict(given or {})

    def with_one(self, name: str, value: object, places: tuple[KeyPath, ...]) -> Values:
        """These and one more, which hides an older one of its name."""
        return Values({**self, name: value}, {**self.given, name: places})


def giver(text: object, scope: Scope, place: KeyPath) -> KeyPath:
    """Where the value of a text was written: at `place` itself, unless it only passes on what a name has."""
    found = PASSED_ON.match(text) if isinstance(text, str) else None
    if found is None or not isinstance(scope, Values) or found[1] not in scope.given:
        return place
    path = scope.given[found[1]][0]
    return (*path, *_index(found[2], scope)) if found[2] else path


def giver_in(tree: Tree, place: KeyPath) -> KeyPath:
    """Where a word's value was written, as the file alone tells: in the parameter that it only passes on."""
    seen: set[KeyPath] = set()
    while place not in seen:
        seen.add(place)
        branch = find(whole(tree), place)
        text = branch.value if branch is not None else None
        found = PASSED_ON.match(text) if isinstance(text, str) else None
        declared = find(whole(tree), ("params", found[1])) if found is not None else None
        if found is None or declared is None:
            break
        default = ("default",) if isinstance(declared.value, dict) else ()
        place = ("params", found[1], *default)
    return place


def at_giver(problem: Diagnostic, tree: Tree) -> Diagnostic:
    """A problem with a value at the place that wrote it, and then at the one that reads it.

    In a model a name may be a block's, or a loop's: who finds a problem there knows.
    """
    own = problem.span is None and problem.source is None and problem.within is None
    named = own and problem.at == "value" and problem.path[:1] in (("data",), ("train",))
    place = giver_in(tree, problem.path) if named else problem.path
    if place == problem.path:
        return problem
    return replace(problem, path=place, notes=(Note(READ_HERE, problem.path, at="value"), *problem.notes))


def places(written: object, scope: Scope, place: KeyPath) -> tuple[KeyPath, ...]:
    """Where a value was written, and the places of what it is computed of, nearest first."""
    behind = sources(written, scope)
    if not behind:
        return (place,)
    first = giver(written, scope, place)
    return (first, *(path for path in behind if path != first))


def sources(written: object, scope: Scope) -> tuple[KeyPath, ...]:
    """The places of all that the expressions in a value read, nearest first; none where it has none.

    Of a list that is only indexed it is the item's; what the index is computed of did not write it.
    """
    if type(written) is str:
        if "${" not in written:
            return ()  # most texts of a large model: none of what follows is needed
        texts: Iterable[str] = (written,)
    elif isinstance(written, list | dict):
        texts = templates(written)
    else:
        return ()
    if not isinstance(scope, Values):
        return ()
    found: dict[KeyPath, None] = {}
    for text in texts:
        _collect(text, scope, found)
    if len(found) < 2:
        return tuple(found)
    items = {path[:-1] for path in found}
    return tuple(path for path in found if path not in items)[:MOST_SOURCES]


def written_here(places: Iterable[KeyPath]) -> tuple[Note, ...]:
    """Notes that name the places of what a value is computed of, the nearest first."""
    return tuple(Note(WRITTEN, path, at="value") for path in islice(places, MOST_PLACES))


def source_notes(written: object, scope: Scope) -> tuple[Note, ...]:
    """The places of all that the expressions in a value read, as notes."""
    return written_here(sources(written, scope))


def _collect(text: str, scope: Values, found: dict[KeyPath, None]) -> None:
    """Add the places of what a text's expressions read."""
    for name, index in _names(text):
        places = scope.given.get(name)
        steps = _index(index, scope) if index else ()
        if index and not steps:
            _collect(f"${{{index}}}", scope, found)
        if places is None:
            continue
        found[(*places[0], *steps) if steps else places[0]] = None
        for place in places[1:]:
            found[place] = None


@lru_cache(maxsize=4096)
def _names(text: str) -> tuple[tuple[str, str], ...]:
    """The names that a string's expressions read, in their order, each with the index behind it."""
    try:
        parts = parse_template(text)
    except ExpressionError:
        return ()  # that was reported
    found: dict[tuple[str, str], None] = {}
    for part in parts:
        if isinstance(part, Expression):
            for name in READ.finditer(QUOTED.sub("", part.text)):
                found[name[1], name[2] or ""] = None
    return tuple(pair for pair in found if pair[0] not in KEYWORDS)


def _index(text: str, scope: Scope) -> tuple[int, ...]:
    try:
        index = scope[text] if text in scope else evaluate(f"${{{text}}}", scope)
    except ExpressionError:
        return ()
    return (index,) if isinstance(index, int) and not isinstance(index, bool) and index >= 0 else ()
