"""A mutant, and how a finger slips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random

from mutants.original import Original
from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.diagnostic import KeyPath

LETTERS = "abcdefghijklmnopqrstuvwxyz"
KINDS = ("layer", "op", "random", "activation", "initializer", "loss", "metric", "optimizer", "callback")


@dataclass(frozen=True)
class Mutant:
    """A right file with one change.

    Attributes:
        original: the right file.
        id: what reproduces it: file, kind and number.
        kind: the kind of change.
        role: the role of the place that was changed.
        detail: what was changed into what, in general (`number to text`).
        what: the same in particular.
        text: the changed file.
        lines: the lines of the change and of what uses it directly; a problem stands on one of them.
        line: the line of the change itself.
        breaking: the change is known to be a mistake, whatever a schema says of it.
        path: the place that was changed.
    """

    original: Original
    kind: str
    role: str
    detail: str
    what: str
    text: str
    line: int
    uses: frozenset[int] = frozenset()
    breaking: bool = False
    path: KeyPath = ()
    id: str = field(default="")

    @property
    def lines(self) -> frozenset[int]:
        """Where a problem may stand."""
        return self.uses | {self.line}


Mutation = Callable[[Original, Random], Mutant | None]
"""One change of a kind, or None where the file has no place for it."""


@cache
def known_words() -> frozenset[str]:
    """Every name and argument of the catalogue: a slip that gives another of them is no misspelling."""
    found: set[str] = set()
    for kind in KINDS:
        for name in catalog().names(kind):  # type: ignore[arg-type]
            found.add(name)
            entry = catalog().find(kind, name)  # type: ignore[arg-type]
            if entry is not None:
                found |= {argument.name for argument in (*entry.arguments, *entry.call)}
    return frozenset(found)


def misspelt(word: str, random: Random, taken: frozenset[str]) -> str | None:
    """A word with one slip: two letters swapped, one left out, doubled, or another one."""
    for _ in range(20):
        at = random.randrange(len(word))
        slip = random.choice((_swapped, _dropped, _doubled, _replaced))
        found = slip(word, at, random)
        changed = found != word and found and (found[0].isalpha() or found[0] == "_") and found != "_"
        if changed and found not in taken and found not in known_words():
            return found
    return None


def _swapped(word: str, at: int, random: Random) -> str:
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def _dropped(word: str, at: int, random: Random) -> str:
    return word[:at] + word[at + 1 :]


def _doubled(word: str, at: int, random: Random) -> str:
    return word[: at + 1] + word[at:]


def _replaced(word: str, at: int, random: Random) -> str:
    letter = random.choice(LETTERS)
    return word[:at] + (letter.upper() if word[at].isupper() else letter) + word[at + 1 :]
