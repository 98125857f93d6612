"""Did you mean: the option that a misspelt word most likely stands for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(word: str, options: Iterable[str]) -> str | None:
    """The option nearest to a word, or None when none is near.

    Case, underscores and hyphens do not count against an option (`conv2d` → `Conv2D`).
    """
    known = list(dict.fromkeys(options))
    folded = {_fold(option): option for option in reversed(known)}
    if _fold(word) in folded:
        return folded[_fold(word)]
    near = difflib.get_close_matches(_fold(word), list(folded), n=1, cutoff=0.72)
    return folded[near[0]] if near else None


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`; did you mean "x"?`, or nothing."""
    found = closest(word, options)
    return f'; did you mean "{found}"?' if found else ""


def _fold(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
