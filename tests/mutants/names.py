"""Which names of a file are read, and where: enough to know that renaming a definition breaks something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mutants.roles import WIRING, Path

EXPRESSION = re.compile(r"\$\{(.*?)\}", re.DOTALL)
IDENTIFIER = re.compile(r"(?<![\w.'])[A-Za-z_]\w*")
STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
FIRST_NAME = re.compile(r"\w+")


def at(document: object, path: Path) -> object:
    """The value at a path."""
    for step in path:
        assert isinstance(document, dict | list)
        document = document[step]  # type: ignore[index, call-overload]
    return document


def values(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every scalar of a value with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from values(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from values(item, (*path, index))
    else:
        yield path, value


def keys(value: object, path: Path = ()) -> Iterator[Path]:
    """The path of every key of a value."""
    items: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
        yield from ((*path, key) for key in value)
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for step, item in items:
        yield from keys(item, (*path, step))


def names_in_expression(text: object) -> set[str]:
    """The identifiers of every `${…}` of a text."""
    if not isinstance(text, str):
        return set()
    bodies = [STRING.sub("", found) for found in EXPRESSION.findall(text)]
    return {name for body in bodies for name in IDENTIFIER.findall(body)}


def reads_parameter(document: Mapping[str, object], path: Path) -> bool:
    """Whether an expression surely reads the parameter that is declared at a path.

    A name that something nearer declares as well does not count, nor one that remains declared further out.
    """
    name = path[-1]
    in_block = path[0] == "blocks"
    scope = path[:2] if in_block else ()
    if in_block and name in (document.get("params") or {}):  # type: ignore[operator]
        return False
    for place, value in values(at(document, scope), scope):
        if name in names_in_expression(value) and not _declared_nearer(document, place, path):
            return True
    return False


def _declared_nearer(document: Mapping[str, object], place: Path, declared: Path) -> bool:
    if place[0] == "import":
        return False
    name = declared[-1]
    if declared[0] == "params" and place[0] == "blocks":
        params = at(document, place[:2]).get("params") or {}  # type: ignore[attr-defined]
        if name in params:
            return True
    loops = (at(document, place[:depth]) for depth in range(1, len(place)))
    return any(isinstance(loop, dict) and _loops_over(loop.get("for"), name) for loop in loops)


def _loops_over(loop: object, name: object) -> bool:
    return isinstance(loop, dict) and name in loop


def reads_loop_variable(document: Mapping[str, object], path: Path) -> bool:
    """Whether an expression beside or below a loop reads its variable, and nothing else would give it."""
    name, entry = path[-1], path[: path.index("for")]
    if name in _parameters_around(document, path):
        return False
    found = (names_in_expression(value) for place, value in values(at(document, entry), entry))
    return any(name in names for names in found)


def _parameters_around(document: Mapping[str, object], path: Path) -> set[str]:
    around = set(document.get("params") or {})  # type: ignore[call-overload]
    if path[0] == "blocks":
        around |= set(at(document, path[:2]).get("params") or {})  # type: ignore[attr-defined]
    return around


def graph_of(path: Path) -> Path:
    """The model or block that a path leads into."""
    return path[:1] if path[0] == "model" else path[:2]


def references(document: Mapping[str, object], graph: Path) -> Iterator[tuple[Path, str]]:
    """What a model's or block's entries read by name (`from`, `with`, called again) and `outputs` name."""
    for path, value in values(at(document, graph), graph):
        if not isinstance(value, str) or "${" in value:
            continue
        words = [step for step in path if step in ("from", "with")]
        inside = "layers" in path and words and path[path.index(words[0]) - 1] not in ("layers",)
        if inside or path[len(graph)] == "outputs":
            yield path, value


def reads_tensor(
    document: Mapping[str, object], graph: Path, name: object, outside: Path | None = None
) -> bool:
    """Whether an entry or `outputs` of a graph reads a name that is given once in it.

    What is read at or below `outside` does not count.
    """
    if len(list(names_given(document, graph, name))) > 1:
        return False
    read = [
        (path, found[0]) for path, text in references(document, graph) if (found := FIRST_NAME.match(text))
    ]
    read += [(path, path[-1]) for path in keys(at(document, graph), graph) if isinstance(path[-2], int)]  # type: ignore[misc]
    apart = outside or ("nowhere",)
    return any(used == name and path[: len(apart)] != apart for path, used in read)


def names_given(document: Mapping[str, object], graph: Path, name: object) -> Iterator[Path]:
    """The places of a graph that give a name: its inputs, `as` and `name`."""
    inside = at(document, graph)
    assert isinstance(inside, dict)
    inputs = inside.get("inputs")
    listed = list(inputs) if isinstance(inputs, dict | list) else [inputs or "input"]
    if name in listed:
        yield (*graph, "inputs", name)  # type: ignore[misc]
    for path, value in values(inside, graph):
        word = path[-1] if isinstance(path[-1], str) else path[-2]
        if word in ("as", "name") and "layers" in path and value == name:
            yield path


def calls(document: Mapping[str, object], name: object) -> bool:
    """Whether an entry of the file is a use of a block, model or import of a name."""
    for path in (*keys(document), *(path for path, _ in values(document))):
        if not any(step == "layers" for step in path) or any(step in WIRING for step in path):
            continue
        if isinstance(path[-1], str) and isinstance(path[-2], int) and path[-1].split(".")[0] == name:
            return True
        if (
            isinstance(path[-1], int)
            and path[-2] == "layers"
            and str(at(document, path)).split(".")[0] == name
        ):
            return True
    return False
