"""What expanding did not reach, checked by its text: branches that are not taken, blocks that nothing uses.

With other parameters they are reached, so a name that nothing could ever give is a mistake today.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.evaluate import Unknown, evaluate
from yamlnet.schema.expressions import ExpressionError, is_template
from yamlnet.schema.forms import Entry, Library
from yamlnet.schema.references import parse_reference
from yamlnet.schema.words import PREVIOUS

MOST_MADE = 100
LONGEST = 1_000
"""Of more names that are made by expressions, and of longer ones, nothing is said of what they could be."""


def check_unreached(
    library: Library, values: Mapping[KeyPath, Mapping[str, object]], problems: Problems
) -> None:
    """Report names in expressions and in `from` that nothing of a file gives, where nothing was told yet.

    Args:
        library: a file, whose imports are checked too.
        values: the names that each file's expressions can use, by the file's path.
        problems: where mistakes go.
    """
    told = {problem.path for problem in problems.diagnostics}
    known = dict.fromkeys(values[library.path], Unknown(""))
    for block in library.blocks.values():
        inside = {**known, **dict.fromkeys(block.params, Unknown(""))}
        _check(block.entries, inside, {*block.inputs}, problems, told)
    for model in library.models.values():
        _check(model.entries, known, {*model.inputs}, problems, told)
    for inner in library.imports.values():
        if inner.path in values:
            check_unreached(inner, values, problems)


def _check(
    entries: tuple[Entry, ...],
    known: Mapping[str, object],
    inputs: set[str],
    problems: Problems,
    told: set[KeyPath],
) -> None:
    bound = {*inputs, *_bound(entries)}
    made = _made(bound)
    for entry, scope in _with_loops(entries, known):
        for text, path in _texts(entry):
            if path not in told:
                _check_text(text, scope, path, problems)
        for name, path in _names_read(entry.reads, entry.word("from")):
            if path not in told and name not in bound and not _is_made(name, made):
                mend = did_you_mean(name, bound)
                problems.add("unknown-name", f'no tensor is called "{name}" here{mend}', path)


def _check_text(text: str, scope: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Report what no values of the names could mend: a name that is none, a text times a list."""
    try:
        evaluate(text, scope)
    except ExpressionError as error:
        problems.add("expression", str(error), path, within=(error.start, error.end))


def _bound(entries: tuple[Entry, ...]) -> Iterator[str]:
    """Every name that entries give, templates included."""
    for entry in entries:
        yield from (entry.binds,) if isinstance(entry.binds, str) else entry.binds or ()
        yield from () if entry.name is None else (entry.name,)
        yield from _bound(entry.layers)


def _made(bound: set[str]) -> list[list[str]]:
    """What the names that are made by expressions hold for certain: `skip${i}b` is `skip`, anything, `b`."""
    names = (name for name in bound if is_template(name))
    return [re.split(r"\$\{[^}]*\}", name) if len(name) <= LONGEST else ["", ""] for name in names]


def _is_made(name: str, made: list[list[str]]) -> bool:
    """Whether one of the expressions could make a name; among very many nothing is said against it.

    Each part is looked for once, from where the one before it ended: a regular expression of the same
    meaning does not come to an end for some names.
    """
    return len(made) > MOST_MADE or any(_fits(name, parts) for parts in made)


def _fits(name: str, parts: list[str]) -> bool:
    first, inner, last = parts[0], parts[1:-1], parts[-1]
    if not name.startswith(first) or not name.endswith(last) or len(first) + len(last) > len(name):
        return False
    at, end = len(first), len(name) - len(last)
    for part in inner:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _with_loops(
    entries: tuple[Entry, ...], known: Mapping[str, object]
) -> Iterator[tuple[Entry, Mapping[str, object]]]:
    """Each entry with the names that its expressions can use."""
    for entry in entries:
        variables = dict.fromkeys(entry.repeat, Unknown("")) if isinstance(entry.repeat, dict) else {}
        scope = {**known, **variables} if variables else known
        yield entry, scope
        yield from _with_loops(entry.layers, scope)


def _texts(entry: Entry) -> Iterator[tuple[str, KeyPath]]:
    """Every text with an expression in an entry, with its place."""
    yield from _templates(entry.condition, entry.word("if"))
    yield from _templates(entry.body, entry.path)
    yield from _templates(dict(entry.call), entry.word("with"))
    yield from _templates(entry.reads, entry.word("from"))


def _templates(value: object, path: KeyPath) -> Iterator[tuple[str, KeyPath]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _templates(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _templates(item, (*path, index))
    elif isinstance(value, str) and is_template(value):
        yield value, path


def _names_read(reads: object, path: KeyPath) -> Iterator[tuple[str, KeyPath]]:
    if isinstance(reads, dict):
        for key, item in reads.items():
            yield from _names_read(item, (*path, key))
    elif isinstance(reads, list):
        for index, item in enumerate(reads):
            yield from _names_read(item, (*path, index))
    elif isinstance(reads, str) and not is_template(reads) and reads != PREVIOUS:
        try:
            name = parse_reference(reads).name
        except ValueError:
            return  # told by the schema
        if name != PREVIOUS:
            yield name, path
