"""Texts as the numbers of their tokens, all in one array."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from yamlnet.data.columns.padding import Ragged, Side, places_of
from yamlnet.data.table import Array
from yamlnet.data.texts.long_texts import lines_of, portions
from yamlnet.data.texts.pieces import Cut, cut_of
from yamlnet.data.texts.vocabularies import encoded
from yamlnet.diagnostics.diagnostic import KeyPath

AT_ONCE, CHARACTERS = 100_000, 8_000_000
"""The most texts, and about the most characters, that are cut into pieces together."""


def tokens(tokenizer: Any, texts: Sequence[str], lines: bool, own_marks: bool, path: KeyPath) -> Ragged:
    """The tokens of each text, as int32.

    Args:
        tokenizer: from `tokenizer_of`.
        texts: in order.
        lines: whether long texts may be cut at their lines.
        own_marks: whether a tokenizer from elsewhere adds what its own template says.
        path: the place of the word that asks for it.

    Raises:
        DataError: the tokenizer cannot take a text; one that is learnt here takes any.
    """
    parts = [lines_of(text) if lines else [text] for text in texts]
    cut = cut_of(tokenizer)
    every = portions(chain.from_iterable(parts), AT_ONCE, CHARACTERS)
    found = _joined([_some(tokenizer, cut, some, own_marks, path) for some in every])
    if len(found.lengths) == len(texts):
        return found
    starts = np.cumsum([0, *map(len, parts[:-1])])
    return Ragged(found.flat, np.add.reduceat(found.lengths, starts))


def _some(tokenizer: Any, cut: Cut, texts: Sequence[str], own_marks: bool, path: KeyPath) -> Ragged:
    pieces = cut(texts)
    ids = list(encoded(tokenizer, pieces.distinct, own_marks, path))
    of_pieces = np.fromiter(map(len, ids), np.int64, len(ids))
    flat = np.fromiter(chain.from_iterable(ids), np.int32)
    found = _taken(Ragged(flat, of_pieces), pieces.codes)
    sums = np.concatenate([[0], np.cumsum(found.lengths)])
    ends = np.cumsum(pieces.counts)
    return Ragged(found.flat, sums[ends] - sums[ends - pieces.counts])


def _taken(rows: Ragged, which: Array) -> Ragged:
    """Some rows, by their places."""
    if (rows.lengths == 1).all():
        return Ragged(rows.flat[which], np.ones(len(which), dtype=np.int64))
    starts, lengths = (np.cumsum(rows.lengths) - rows.lengths)[which], rows.lengths[which]
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return Ragged(rows.flat[within + np.repeat(starts, lengths)], lengths)


def _joined(parts: Sequence[Ragged]) -> Ragged:
    if len(parts) == 1:
        return parts[0]
    return Ragged(
        np.concatenate([np.zeros(0, dtype=np.int32), *(part.flat for part in parts)]),
        np.concatenate([np.zeros(0, dtype=np.int64), *(part.lengths for part in parts)]),
    )


def marked(rows: Ragged, before: list[int], after: list[int], most: int | None, cut: Side) -> Ragged:
    """Each row between its marks, which stay where it is cut to `most` tokens in all."""
    if most is not None and most < len(before) + len(after):
        before, after = [*before, *after][:most], []
    marks = np.array([*before, *after], dtype=rows.flat.dtype)
    kept = rows.lengths if most is None else np.minimum(rows.lengths, most - len(marks))
    flat = rows.flat[places_of(rows, kept, cut)] if (kept < rows.lengths).any() else rows.flat
    if not len(marks):
        return Ragged(flat, kept)
    starts = np.cumsum(kept) - kept
    at = np.stack([starts] * len(before) + [starts + kept] * len(after), axis=1)
    return Ragged(np.insert(flat, at.reshape(-1), np.tile(marks, len(kept))), kept + len(marks))
