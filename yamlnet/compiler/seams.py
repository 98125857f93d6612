"""Replacing parts of Keras for a while: the one way in which this package changes anything of Keras."""

from __future__ import annotations

import threading
from typing import Any


class Seam:
    """Attributes that are replaced for as long as anyone, in any thread, is inside the seam.

    A context manager that may be entered again before it is left. The first to enter replaces, the last
    to leave puts back what was there.

    Args:
        replacements: (owner, name of its attribute, what stands there meanwhile).
    """

    def __init__(self, *replacements: tuple[Any, str, Any]) -> None:
        self.replacements = replacements
        self.originals: list[Any] = []
        self.lock = threading.Lock()
        self.inside = 0

    def __enter__(self) -> Seam:
        with self.lock:
            if self.inside == 0:
                self.originals = [getattr(owner, name) for owner, name, _ in self.replacements]
                for owner, name, replacement in self.replacements:
                    setattr(owner, name, replacement)
            self.inside += 1
        return self

    def __exit__(self, *exception: object) -> None:
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                for (owner, name, _), original in zip(self.replacements, self.originals, strict=True):
                    setattr(owner, name, original)
