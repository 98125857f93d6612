"""`tokenize`: texts to lists of token numbers, by a tokenizer that the training rows teach, or that is given.

The whole tokenizer is kept in the state, as its `tokenizer.json`. With `length`, what is longer is cut and
what is shorter is padded, on the same side; the marks of start and end are never cut. Without it each row has
a list of its own length, for `length` or a window to follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
from msgspec import Struct

from yamlnet.data.columns.numbers import are_lists, refuse_missing
from yamlnet.data.columns.padding import Ragged, filled
from yamlnet.data.place import Place
from yamlnet.data.table import Array, objects
from yamlnet.data.texts.long_texts import lines_of, portions
from yamlnet.data.texts.tokens import marked, tokens
from yamlnet.data.texts.vocabularies import END, PAD, START, UNKNOWN, Recipe, learnt, tokenizer_of
from yamlnet.data.transforms.transform import Chunks, State, Transform
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.schema.data_words import in_full

TOLD = 10_000
"""The first training texts, which the shares and lengths among the facts are of."""
LOWERED = ("words", "wordpiece")

ROLES = {
    "pad": (PAD, "<pad>", "<|pad|>"),
    "unknown": (UNKNOWN, "<unk>"),
    "start": (START, "[CLS]", "<s>", "<bos>", "<|startoftext|>"),
    "end": (END, "[SEP]", "</s>", "<eos>", "<|endoftext|>"),
}
"""How the tokens are called that stand for something: here, and in tokenizers from elsewhere."""


class Learnt(Struct, frozen=True):
    """The tokenizer's text, the numbers of its special tokens, whether it is ours and marks texts itself."""

    tokenizer: str
    learnt: bool
    own_marks: bool
    pad: int | None
    unknown: int | None
    start: int | None
    end: int | None


def fit(argument: object, chunks: Chunks, path: KeyPath) -> State:
    """The tokenizer, the numbers of its special tokens, and what it does to the training texts.

    `argument` may hold `given`, a tokenizer's text to take as it is, `learnt`, whether that was learnt here,
    and `marked`, whether one that is has marks for start and end: `yamlnet/data/fitting.py` puts them there.

    Raises:
        DataError: the column holds no texts, or the tokenizer lacks what is asked of it.
    """
    words = _words(argument)
    told: list[str] = []
    texts = _texts(chunks, told)
    if "given" in words:
        written = str(words["given"])
        while len(told) < TOLD and next(texts, None) is not None:
            pass
    else:
        written = learnt(_recipe(words), texts, path)
    state: dict[str, Any] = {"tokenizer": written}
    state |= _special(words, written, path)
    return state | _told(_tokens(told, state, words, path), state, words)


def _words(argument: object) -> dict[str, Any]:
    return cast("dict[str, Any]", in_full("tokenize", argument))


def _recipe(words: dict[str, Any]) -> Recipe:
    asked: dict[str, Any] = {word: words[word] for word in ("size", "lower", "min_count") if word in words}
    marked = bool(words.get("marked") or words.get("start") or words.get("end"))
    settings: dict[str, Any] = {"lower": words["as"] in LOWERED, "marked": marked, **asked}
    return Recipe(words["as"], **settings)


def _texts(chunks: Chunks, told: list[str]) -> Iterator[list[str]]:
    """All texts, some after others; the first of them are put into `told`."""
    for values, place in chunks:
        texts = _checked(values, place)
        told += texts[: TOLD - len(told)]
        yield from portions(part for text in texts for part in lines_of(text))


def _checked(values: Array, place: Place) -> list[str]:
    """The texts of a column.

    Raises:
        DataError: it holds something else, or one is missing.
    """
    refuse_missing(values, place)
    texts = values.tolist()
    if not texts or (values.dtype.kind == "O" and set(map(type, texts)) <= {str}):
        return cast("list[str]", texts)
    row = next((row for row, text in enumerate(texts) if not isinstance(text, str)), 0)
    found = f"row {place.table.number(row)} is {str(texts[row])[:40]}"
    what = (
        "lists"
        if values.ndim > 1 or are_lists(values)
        else "numbers"
        if values.dtype.kind != "O"
        else "no text"
    )
    mend = "; take what is numbers as it is" if what == "numbers" else ""
    message = f'tokenize takes texts, and column "{place.column}" holds {what} ({found}){mend}'
    raise DataError(message, path=place.path, check="tokenize")


def _special(words: dict[str, Any], written: str, path: KeyPath) -> dict[str, Any]:
    """The numbers of the special tokens, None where there is none; whether the tokenizer marks texts itself.

    Raises:
        DataError: one is missing that is asked for.
    """
    tokenizer = tokenizer_of(written, path)
    found: dict[str, Any] = {
        role: next((i for i in map(tokenizer.token_to_id, names) if i is not None), None)
        for role, names in ROLES.items()
    }
    needed = [role for role in ("start", "end") if words.get(role)]
    needed += ["pad"] if words.get("length") is not None else []
    for role in needed:
        if found[role] is None:
            names = ", ".join(ROLES[role])
            mend = "leave length out, and write length: {to: …, pad: …} after it" if role == "pad" else ""
            message = f"the tokenizer has no token for {role} ({names}); {mend or f'leave {role} out'}"
            raise DataError(message, path=path, check="tokenize")
    marked = words.get("start") or words.get("end")
    return found | {"learnt": words.get("learnt", "file" not in words), "own_marks": not marked}


def _tokens(
    texts: Sequence[str], state: State, words: dict[str, Any], path: KeyPath, most: int | None = None
) -> Ragged:
    """The tokens of each text with its marks: whole, or at most so many."""
    found = tokens(tokenizer_of(state["tokenizer"], path), texts, state["learnt"], state["own_marks"], path)
    before = [state["start"]] if words.get("start") else []
    after = [state["end"]] if words.get("end") else []
    return marked(found, before, after, most, words.get("side", "right"))


def _told(rows: Ragged, state: State, words: dict[str, Any]) -> dict[str, Any]:
    count, total = max(len(rows.lengths), 1), int(rows.lengths.sum())
    unknown = int((rows.flat == state["unknown"]).sum()) if state["unknown"] is not None else 0
    most = words.get("length")
    return {
        "texts": len(rows.lengths),
        "longest": int(rows.lengths.max(initial=0)),
        "mean_length": total / count,
        "unknown_share": unknown / max(total, 1),
        "cut": int((rows.lengths > most).sum()) / count if most is not None else 0.0,
    }


def apply(argument: object, values: Array, state: State, place: Place) -> Array:
    """Token numbers as int32: (rows, length), or without `length` an array of its own for each row.

    Raises:
        DataError: the column holds no texts.
    """
    words = _words(argument)
    most = words.get("length")
    rows = _tokens(_checked(values, place), state, words, place.path, most)
    if most is None:
        return objects(np.split(rows.flat, np.cumsum(rows.lengths)[:-1]) if len(rows.lengths) else [])
    side = words.get("side", "right")
    return filled(rows, most, side, side, np.array(state["pad"], dtype=np.int32))


def facts(argument: object, state: State) -> dict[str, object]:
    """`vocabulary_size`, `labels` (the tokens by number), the numbers of `pad`, `unknown`, `start`, `end`.

    `length` is what is written, or else the longest. Of the first 10,000 training texts: `longest` and
    `mean_length` (in tokens, before they are cut), `cut` (the share that is), `unknown_share` (of tokens).
    """
    tokenizer = tokenizer_of(state["tokenizer"], ())
    size = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=-1) + 1
    labels = [tokenizer.id_to_token(index) for index in range(size)]
    told = {name: state[name] for name in ("longest", "mean_length", "cut", "unknown_share")}
    special = {role: state[role] for role in ROLES if state[role] is not None}
    length = _words(argument).get("length", state["longest"])
    return {"vocabulary_size": size, "classes": size, "labels": labels, "length": length} | told | special


TRANSFORM = Transform(fit, apply, facts, learnt=Learnt)
