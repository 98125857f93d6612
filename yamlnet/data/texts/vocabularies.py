"""Tokenizers: learnt from texts, or read as they are, by Hugging Face's `tokenizers`.

What is learnt has `[PAD]` at 0 and `[UNK]` at 1, so that `Embedding: {mask_zero: true}` masks what is padded,
and where texts are to begin or end with a mark, `[START]` at 2 and `[END]` at 3. Then come the other tokens.
(https://huggingface.co/docs/tokenizers)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from msgspec import Struct

from yamlnet.data.texts.long_texts import portions
from yamlnet.data.texts.pieces import bytes_of_words, counted, each_character
from yamlnet.data.texts.waiting import waiting_texts
from yamlnet.diagnostics.diagnostic import DataError, KeyPath

PAD, UNKNOWN, START, END = "[PAD]", "[UNK]", "[START]", "[END]"
MOMENT = 1.0
"""Seconds after which a terminal is shown that texts are still being read."""


class Recipe(Struct, frozen=True):
    """How a tokenizer is learnt.

    Attributes:
        kind: `characters`, `words` (runs of letters and digits, and of marks), `bpe` (of bytes, as GPT-2's:
            no text is unknown) or `wordpiece` (as BERT's).
        size: the most tokens that it has, the special ones among them.
        lower: whether capitals are made small first.
        min_count: how often a token is met at least.
        marked: whether there are tokens for the start and the end.
    """

    kind: str
    size: int = 10_000
    lower: bool = False
    min_count: int = 1
    marked: bool = False

    @property
    def special(self) -> list[str]:
        """The special tokens, by index."""
        return [PAD, UNKNOWN, START, END] if self.marked else [PAD, UNKNOWN]


def learnt(recipe: Recipe, texts: Iterable[list[str]], path: KeyPath) -> str:
    """A tokenizer learnt from texts, as the text of its `tokenizer.json`; the same texts give the same one.

    Args:
        recipe: what it is to be like.
        texts: some after others; NFC makes letters with accents one character each first.
        path: the place of the word that asks for it.

    Raises:
        DataError: the size has no room for what every tokenizer of the kind has, or `tokenizers` is missing.
    """
    require_tokenizers(path)
    from tokenizers import Tokenizer

    model, pre_tokenizer, decoder = _PARTS[recipe.kind]()
    tokenizer: Any = Tokenizer(model)
    tokenizer.normalizer = _normalizer(recipe.lower)
    tokenizer.pre_tokenizer = pre_tokenizer
    if decoder is not None:
        tokenizer.decoder = decoder
    least = len(recipe.special) + (256 if recipe.kind == "bpe" else 0)
    if recipe.size > least:
        with _shown(texts) as shown:
            (_train_pieces if recipe.kind == "wordpiece" else _train)(tokenizer, recipe, shown)
        least = tokenizer.get_vocab_size()
    if recipe.size < least or least <= len(recipe.special):
        raise _too_small(recipe, least, path)
    return str(tokenizer.to_str())


def _train(tokenizer: Any, recipe: Recipe, texts: Iterable[list[str]]) -> None:
    from tokenizers import pre_tokenizers, trainers

    if recipe.kind != "bpe":
        return _number(tokenizer, recipe, texts)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(initial_alphabet=alphabet, **_settings(recipe))
    tokenizer.train_from_iterator(texts, trainer)


def _number(tokenizer: Any, recipe: Recipe, texts: Iterable[list[str]]) -> None:
    """Number words or characters, the most frequent first, as the library's WordLevelTrainer does."""
    from tokenizers import models

    counts = counted(tokenizer, texts)
    met = sorted((-count, token) for token, count in counts.items() if count >= recipe.min_count)
    tokens = [*recipe.special, *(token for _, token in met)][: recipe.size]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer.model = models.WordLevel(vocabulary, unk_token=UNKNOWN)
    tokenizer.add_special_tokens(recipe.special)


def _train_pieces(tokenizer: Any, recipe: Recipe, texts: Iterable[list[str]]) -> None:
    """Learn pieces of words, the same ones each time; the texts wait in a file meanwhile.

    The library numbers the characters inside words in the order of a hash table, another one each time, and
    ties between pieces are broken by these numbers. So they are given theirs beforehand.
    """
    from tokenizers import models, trainers

    characters = set[str]()
    with waiting_texts() as waiting:
        for some in texts:
            waiting.add(some)
            characters.update(*map(tokenizer.normalizer.normalize_str, some))
        inside = [f"##{one}" for one in sorted(characters) if not one.isspace()]
        settings = _settings(recipe) | {"special_tokens": [*recipe.special, *inside]}
        if recipe.size >= len(settings["special_tokens"]):
            tokenizer.train_from_iterator(waiting.portions(), trainers.WordPieceTrainer(**settings))
            vocabulary = tokenizer.get_vocab()
        else:
            vocabulary = {token: index for index, token in enumerate(settings["special_tokens"])}
    tokenizer.model = models.WordPiece(vocabulary, unk_token=UNKNOWN)


def _too_small(recipe: Recipe, least: int, path: KeyPath) -> DataError:
    special = ", ".join(recipe.special)
    if recipe.size > least:
        return DataError("the training rows hold no text to learn tokens from", path=path, check="tokenize")
    need = {"bpe": "and 256 bytes", "wordpiece": "and the texts' characters"}.get(recipe.kind, "alone")
    message = f"size: {recipe.size} has no room for tokens: {special} {need} are {least}"
    return DataError(f"{message}; give it a larger size", path=path, check="tokenize")


def _normalizer(lower: bool) -> Any:
    from tokenizers import normalizers

    return normalizers.Sequence([normalizers.NFC(), *([normalizers.Lowercase()] if lower else [])])


def _characters() -> tuple[Any, Any, Any]:
    from tokenizers import decoders, models

    return models.WordLevel({}, unk_token=UNKNOWN), each_character(), decoders.Fuse()


def _words() -> tuple[Any, Any, Any]:
    from tokenizers import models, pre_tokenizers

    return models.WordLevel({}, unk_token=UNKNOWN), pre_tokenizers.Whitespace(), None


def _bpe() -> tuple[Any, Any, Any]:
    from tokenizers import decoders, models

    return models.BPE(), bytes_of_words(), decoders.ByteLevel()


def _wordpiece() -> tuple[Any, Any, Any]:
    from tokenizers import decoders, models, pre_tokenizers

    model = models.WordPiece({}, unk_token=UNKNOWN)
    return model, pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()


_PARTS: dict[str, Callable[[], tuple[Any, Any, Any]]] = {
    "characters": _characters,
    "words": _words,
    "bpe": _bpe,
    "wordpiece": _wordpiece,
}


def _settings(recipe: Recipe) -> dict[str, Any]:
    return {
        "vocab_size": recipe.size,
        "min_frequency": recipe.min_count,
        "special_tokens": recipe.special,
        "show_progress": False,
    }


@contextmanager
def _shown(texts: Iterable[list[str]]) -> Iterator[Iterator[list[str]]]:
    """The same texts; a terminal is told what is waited for, from a moment on until the block ends."""
    from rich.console import Console

    console = Console(stderr=True)
    status, since = console.status("learning tokens"), time.monotonic()

    def counted() -> Iterator[list[str]]:
        seen = 0
        for some in texts:
            yield some
            seen += len(some)
            if console.is_terminal and time.monotonic() - since > MOMENT:
                status.update(f"learning tokens from {seen:,} texts")
                status.start()

    try:
        yield counted()
    finally:
        status.stop()


def opened(written: str) -> Any:
    """The tokenizer that a `tokenizer.json` describes.

    Raises:
        ValueError: it is no such text.
    """
    from tokenizers import Tokenizer

    with _refusals():
        tokenizer: Any = Tokenizer.from_str(written)
    # A text that says "[PAD]" means these letters: it is not to pass for padding.
    tokenizer.encode_special_tokens = True
    return tokenizer


@contextmanager
def _refusals() -> Iterator[None]:
    """What the library refuses, as a ValueError of one line. Its panics are no Exceptions."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        raise ValueError((str(error) or type(error).__name__).splitlines()[0]) from None


def encoded(tokenizer: Any, texts: Iterable[str], own_marks: bool, path: KeyPath) -> Iterator[list[int]]:
    """The tokens of each text.

    Args:
        tokenizer: from `tokenizer_of`.
        texts: some after others.
        own_marks: whether a tokenizer from elsewhere adds what its own template says.
        path: the place of the word that asks for it.

    Raises:
        DataError: the tokenizer cannot take a text; one that is learnt here takes any.
    """
    for some in portions(texts):
        try:
            with _refusals():
                found = tokenizer.encode_batch_fast(some, add_special_tokens=own_marks)
        except ValueError as error:
            message = f"the tokenizer cannot take these texts: {error}"
            raise DataError(message, path=path, check="tokenize") from None
        yield from (one.ids for one in found)


@lru_cache(maxsize=8)
def tokenizer_of(written: str, path: KeyPath) -> Any:
    """The tokenizer of a state, with neither padding nor truncation of its own.

    Raises:
        DataError: `tokenizers` is missing.
    """
    require_tokenizers(path)
    tokenizer = opened(written)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def require_tokenizers(path: KeyPath) -> None:
    """Refuse to go on without the package.

    Raises:
        DataError: it is not installed.
    """
    try:
        import tokenizers  # noqa: F401  (whether it can be imported)
    except ImportError as error:
        hint = 'pip install "yamlnet[text]"'
        raise DataError("tokenize needs the package tokenizers", hint, path, "missing-package") from error
