"""Which mutants there are: an id of a file, a kind and a number makes each of them again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

from mutants import characters, entries, keys, references, shapes, values
from mutants.mutant import Mutant, Mutation
from mutants.original import Original
from yamlnet.diagnostics.lines import split_lines

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = {"blueprints": "", "tests/blueprints/ok": "ok/"}
"""Where right files lie, and how their mutants' names begin."""

KINDS: Mapping[str, Mutation] = {
    "rename-key": keys.rename_key,
    "drop-key": keys.drop_key,
    "duplicate-key": keys.duplicate_key,
    "swap-values": keys.swap_values,
    "drop-entry": entries.drop_entry,
    "move-entry": entries.move_entry,
    "change-type": values.change_type,
    "change-number": values.change_number,
    "break-reference": references.break_reference,
    "break-expression": references.break_expression,
    "indent": characters.indent,
    "tab": characters.tab,
    "drop-character": characters.drop_character,
}

ANCHOR = re.compile(r"&(\w+)")
ALIAS = re.compile(r"\*(\w+)")
OF_SHAPE: Mapping[str, Mutation] = {
    "other-width": shapes.other_width,
    "huge-window": shapes.huge_window,
    "wrong-axis": shapes.wrong_axis,
    "input-rank": shapes.input_rank,
}
"""What only inferring the shapes can tell."""

ATTEMPTS = 30
"""How many places are drawn until one allows the change."""


@cache
def originals() -> Mapping[str, Original]:
    """Every right file by its name."""
    found = {}
    for folder, prefix in COLLECTIONS.items():
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            name = prefix + path.relative_to(ROOT / folder).as_posix()
            found[name] = Original(name, path, path.read_text(encoding="utf-8"))
    return found


def mutant(id: str) -> Mutant | None:
    """The mutant of an id such as `vision/resnet.yaml rename-key 17`, or None where the file allows none."""
    name, kind, _ = id.split(" ")
    random = Random(id)
    original = originals()[name]
    for _ in range(ATTEMPTS):
        found = {**KINDS, **OF_SHAPE}[kind](original, random)
        if found is not None and found.text != original.text:
            return replace(found, id=id, uses=found.uses | _aliases(original.text, found.text))
    return None


def _aliases(before: str, after: str) -> set[int]:
    """The lines that repeat what a change has taken away."""
    lost = set(ANCHOR.findall(before)) - set(ANCHOR.findall(after))
    return {
        number for number, line in enumerate(split_lines(after), start=1) if lost & set(ALIAS.findall(line))
    }


def mutants(
    numbers: Sequence[int], kinds: Iterable[str] = tuple(KINDS), names: Iterable[str] | None = None
) -> Iterator[Mutant]:
    """The mutants of every file (or some) and kind with these numbers, each text once."""
    seen: set[tuple[str, str]] = set()
    for name in originals() if names is None else names:
        for kind in kinds:
            for number in numbers:
                found = mutant(f"{name} {kind} {number}")
                if found is not None and (name, found.text) not in seen:
                    seen.add((name, found.text))
                    yield found
