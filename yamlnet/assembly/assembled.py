"""What putting a blueprint together gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from yamlnet.syntax.tree import Tree


class Pin(Struct, frozen=True):
    """What one file holds: the SHA-256 of its content, and the git commit it was taken from, if any."""

    sha256: str
    commit: str = ""


class Assembled(Struct, frozen=True):
    """A blueprint and all that it names.

    Attributes:
        path: the file.
        tree: one document; every value in it keeps the place where it was written.
        pins: what each file that it names holds, by what `blueprint.lock` calls it.
        variant: the variant that was chosen, or None.
    """

    path: Path
    tree: Tree
    pins: Mapping[str, Pin] = field(default_factory=dict)
    variant: str | None = None
