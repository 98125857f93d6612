"""The tokens of many texts: cut into pieces whose tokens do not depend on what stands beside them.

No word goes on after a blank, and each character is a token of its own; where a blank belongs to the word
after it, as GPT-2 has it, a piece begins with it. So texts are cut there, each distinct piece is given to the
tokenizer once, and what is left are look-ups in arrays (Apache Arrow's dictionary,
https://arrow.apache.org/docs/cpp/compute.html). The tokens are those that the tokenizer gives whole texts.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array

CHARACTERS, BYTES = ("Split", "WordLevel"), ("ByteLevel", "BPE")
AT_BLANKS = (("Whitespace", "WordLevel"), ("BertPreTokenizer", "WordPiece"))
"""What cuts texts into words, and what makes tokens of each: the tokenizers that are cut here."""


class Pieces(Struct, frozen=True):
    """Some texts as pieces.

    Attributes:
        distinct: the pieces, each once.
        codes: of all pieces, text after text, which of those each is.
        counts: how many pieces each text has.
    """

    distinct: Sequence[str]
    codes: Array
    counts: Array


Cut = Callable[[Sequence[str]], Pieces]


def cut_of(tokenizer: Any) -> Cut:
    """How texts are cut for a tokenizer: `whole` where nothing is known of it."""
    if tokenizer.post_processor is not None or tokenizer.model is None:
        return whole
    if not _plain(tokenizer.normalizer) or not all(
        token.special for token in tokenizer.get_added_tokens_decoder().values()
    ):
        return whole
    kinds = type(tokenizer.pre_tokenizer).__name__, type(tokenizer.model).__name__
    if kinds == BYTES and _state(tokenizer.pre_tokenizer) == _state(bytes_of_words()):
        return (lambda texts: _or_whole(before_blanks, texts)) if not tokenizer.model.dropout else whole
    if kinds == CHARACTERS and _state(tokenizer.pre_tokenizer) == _state(each_character()):
        return lambda texts: _or_whole(lambda some: characters(some, tokenizer.normalizer), texts)
    return (lambda texts: _or_whole(at_blanks, texts)) if kinds in AT_BLANKS else whole


def each_character() -> Any:
    """What makes every character a token."""
    from tokenizers import Regex, pre_tokenizers

    return pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")


def bytes_of_words() -> Any:
    """What makes words, each with the blank before it, of a text, and bytes of these."""
    from tokenizers import pre_tokenizers

    return pre_tokenizers.ByteLevel(add_prefix_space=False)


def _plain(normalizer: Any) -> bool:
    """Whether what it does to a piece is what it does to it in a text: NFC, and small letters."""
    if normalizer is None:
        return True
    state = _state(normalizer)
    steps = state["normalizers"] if state["type"] == "Sequence" else [state]
    return all(step["type"] in ("NFC", "Lowercase") for step in steps)


def _state(part: Any) -> Any:
    return json.loads(part.__getstate__())


def _or_whole(cut: Cut, texts: Sequence[str]) -> Pieces:
    """What is no Unicode is left to the tokenizer, which says so."""
    try:
        return cut(texts)
    except UnicodeEncodeError:
        return whole(texts)


def whole(texts: Sequence[str]) -> Pieces:
    """Each text as one piece."""
    places: dict[str, int] = {}
    codes = [places.setdefault(text, len(places)) for text in texts]
    return Pieces(list(places), np.array(codes, dtype=np.int64), np.ones(len(texts), dtype=np.int64))


def at_blanks(texts: Sequence[str]) -> Pieces:
    """Texts cut at the blanks of ASCII; a piece may be empty, and others may stand in one."""
    from pyarrow import compute

    return _of_lists(compute.ascii_split_whitespace(_arrow(texts)))


ALONE = r"([\p{L}\p{N}\p{P}\p{S}]) ([\p{L}\p{N}\p{P}\p{S}])"
"""A blank between what is none, of any kind, and no mark on a letter."""


def before_blanks(texts: Sequence[str]) -> Pieces:
    """Texts cut before blanks that stand alone."""
    from pyarrow import compute

    if any("\0" in text for text in texts):
        return whole(texts)
    parted = compute.replace_substring_regex(_arrow(texts), ALONE, "\\1\0 \\2")
    return _of_lists(compute.split_pattern(parted, "\0"))


def _of_lists(lists: Any) -> Pieces:
    found = lists.flatten().dictionary_encode()
    counts = np.diff(np.asarray(lists.offsets))
    return Pieces(found.dictionary.to_pylist(), np.asarray(found.indices), counts)


def _arrow(texts: Sequence[str]) -> Any:
    """Texts as Arrow's, by their bytes: a third of the time that it takes to look at each."""
    import pyarrow

    joined = "".join(texts)
    parts: Sequence[str | bytes] = texts if joined.isascii() else [text.encode() for text in texts]
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, parts), np.int64, len(texts)), out=offsets[1:])
    buffers = pyarrow.py_buffer(offsets), pyarrow.py_buffer(joined.encode())
    return pyarrow.LargeStringArray.from_buffers(len(texts), *buffers)


def characters(texts: Sequence[str], normalizer: Any) -> Pieces:
    """Texts cut into characters, those that NFC makes one being one."""
    known = all(unicodedata.category(one) != "Cn" for one in set().union(*texts) if one > "\x7f")
    made = [
        text if text.isascii() or (known and _is_nfc(text)) else _made(normalizer, text) for text in texts
    ]
    points = np.frombuffer("".join(made).encode("utf-32-le"), dtype="<u4")
    place = np.zeros(int(points.max(initial=0)) + 1, dtype=np.int64)
    place[points] = 1
    distinct = np.flatnonzero(place)
    place[distinct] = np.arange(len(distinct))
    counts = np.fromiter(map(len, made), np.int64, len(made))
    return Pieces([chr(point) for point in distinct.tolist()], place[points], counts)


def _is_nfc(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


def _made(normalizer: Any, text: str) -> str:
    return text if normalizer is None else str(normalizer.normalize_str(text))


def counted(tokenizer: Any, texts: Iterable[Sequence[str]]) -> Counter[str]:
    """How often each word or character is met that a tokenizer makes of texts, before it numbers any.

    Args:
        tokenizer: its normalizer and what it cuts texts with are all that counts.
        texts: some after others.
    """
    cut, pieces = cut_of(tokenizer), Counter[str]()
    for some in texts:
        found = cut(some)
        counts = np.bincount(found.codes, minlength=len(found.distinct))
        pieces.update(dict(zip(found.distinct, counts.tolist(), strict=True)))
    tokens = Counter[str]()
    for piece, count in pieces.items():
        for token, _ in tokenizer.pre_tokenizer.pre_tokenize_str(_made(tokenizer.normalizer, piece)):
            tokens[token] += count
    return tokens
