"""Did you mean: the option that a misspelt word most likely stands for."""

from __future__ import annotations

from collections.abc import Iterable

CUTOFF = 0.72
"""The least likeness (`difflib.SequenceMatcher.ratio`): about one slip in every four letters."""

MOST_OPTIONS = 2_000
"""Among more options than this only case and hyphens are forgiven: comparing each would take seconds."""


def closest(word: str, options: Iterable[str]) -> str | None:
    """The option nearest to a word, or None when none is near.

    Case, underscores and hyphens do not count against an option (`conv2d` → `Conv2D`).
    """
    folded: dict[str, str] = {}
    for option in options:
        folded.setdefault(_fold(option), option)
    wanted = _fold(word)
    if not wanted:
        return None
    if wanted in folded:
        return folded[wanted]
    if len(folded) > MOST_OPTIONS:
        return None
    for option in folded:
        if _one_swap(wanted, option):
            return folded[option]
    import difflib  # a millisecond, which a right file need not wait

    near = difflib.get_close_matches(wanted, folded, n=1, cutoff=CUTOFF)
    return folded[near[0]] if near else None


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`; did you mean "x"?`, or nothing."""
    found = closest(word, options)
    return f'; did you mean "{found}"?' if found else ""


def _fold(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")


def _one_swap(word: str, other: str) -> bool:
    """Whether two neighbouring letters were swapped, which difflib counts as two mistakes (`mes`, `mse`)."""
    if len(word) != len(other):
        return False
    differing = [index for index, (a, b) in enumerate(zip(word, other, strict=True)) if a != b]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return word[first] == other[second] and word[second] == other[first]
