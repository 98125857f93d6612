"""Tokens back to texts, the inverse of what `tokenize` fitted; the tokens of a text that is to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from yamlnet.data.table import Array
from yamlnet.data.texts.vocabularies import encoded, tokenizer_of

WORD = "tokenize"

State = Mapping[str, Any]
"""What `tokenize` learnt, as a run keeps it (`transforms/tokenize.py`)."""


def tokenize_state(fitted: Sequence[Mapping[str, Any]]) -> State | None:
    """What `tokenize` learnt of a tensor; None for a tensor without it.

    Args:
        fitted: of each of the tensor's columns, what its transforms learnt: `Run.fitted[name]`.
    """
    learnt = next((column[WORD] for column in fitted if WORD in column), None)
    return cast("State | None", learnt)


def texts_of(rows: Iterable[Sequence[int] | Array], state: State) -> list[str]:
    """The text of each row of tokens. Special tokens (padding, unknown, marks of start and end) are left out.

    Characters and BPE give the text as it was; words are joined by blanks, and WordPieces as BERT's are.
    What `tokenize` changed before (capitals that it made small) stays changed.

    Raises:
        DataError: the package `tokenizers` is missing.
    """
    tokenizer = tokenizer_of(state["tokenizer"], ())
    lists = [[int(token) for token in row] for row in rows]
    found: list[str] = tokenizer.decode_batch(lists, skip_special_tokens=True)
    return found


def beginning(text: str, state: State, start: bool) -> Array:
    """The tokens of a text that is to go on, int32 (time,): no mark of an end, no padding.

    Args:
        text: a prompt; it may be empty.
        state: what `tokenize` learnt.
        start: whether rows begin with the mark of a start.

    Raises:
        DataError: the tokenizer cannot take the text, or the package `tokenizers` is missing.
    """
    tokenizer = tokenizer_of(state["tokenizer"], ())
    own_marks = not state["learnt"] and state["own_marks"]
    (found,) = encoded(tokenizer, [text], own_marks, ())
    if own_marks and found and found[-1] == state["end"]:
        found = found[:-1]
    before = [state["start"]] if start else []
    return np.array([*before, *found], dtype=np.int32)


def unknown_parts(text: str, state: State) -> list[str]:
    """The parts of a text that its tokenizer does not know, each once, in order."""
    tokenizer = tokenizer_of(state["tokenizer"], ())
    found = tokenizer.encode(text, add_special_tokens=False)
    unknown = (
        place for token, place in zip(found.ids, found.offsets, strict=True) if token == state["unknown"]
    )
    return list(dict.fromkeys(text[first:end] for first, end in unknown))
