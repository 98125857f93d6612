"""Vocabularies: tokens inline, or the path of a text file that yamlnet reads, a token a line.

Keras would open any path that a vocabulary names, and write an asset of it. Here a file lies below the folder
of the file that names it, links followed; it is read while the blueprint is resolved, so that a mistake in it
is told by `validate`, and the plan, the run folder and Keras hold a plain list.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from yamlnet.catalog.values import Filled, is_open
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.ordinary import NotOrdinary, is_below, is_written_below, read_ordinary
from yamlnet.syntax.tree import Tree

CHECK = "vocabulary"

MAX_BYTES = 16 << 20
MAX_TOKENS = 1_000_000

INLINE = "write its tokens in their place: vocabulary: [red, green]"


class VocabularyError(ValueError):
    """A vocabulary that cannot be used; the message says why and what to do."""


class TokenFiles(Struct):
    """The files that vocabularies name, each read once; `tree` knows which file names each."""

    tree: Tree | None
    read: dict[tuple[str, bool], list[str | int]] = field(default_factory=dict)

    def tokens(self, written: str, path: KeyPath, integers: bool) -> list[str | int]:
        """What a file holds, a token a line.

        Args:
            written: its path, as written.
            path: where that stands.
            integers: whether the tokens are whole numbers.

        Raises:
            VocabularyError: the file may not be read, or is no vocabulary.
        """
        if self.tree is None:
            raise VocabularyError(f"a blueprint that is no file has no files beside it; {INLINE}")
        source = self.tree.position(path).span.source or self.tree.source
        if source.startswith(("pkg:", "git+")) or "://" in source:
            raise VocabularyError(f"a file from elsewhere names no file of this machine; {INLINE}")
        folder = os.path.dirname(source) or "."
        file = _inside(written, folder)
        if (file, integers) not in self.read:
            self.read[file, integers] = list(_tokens(_text(file, written), written, integers))
        return self.read[file, integers]


def check_tokens(tokens: list[object]) -> tuple[int, str] | None:
    """The first mistake of a vocabulary that is written inline, with the index of its token."""
    if not tokens:
        return -1, "a vocabulary has at least one token"
    seen: dict[object, int] = {}
    for index, token in enumerate(tokens):
        first = seen.setdefault(token, index) if isinstance(token, str | int) else index
        if first != index:
            return index, f'the token "{token}" is in the vocabulary twice; remove one'
    return None


def _inside(written: str, folder: str) -> str:
    """The file that a path means, which lies below a folder."""
    if not written.strip() or "\0" in written:
        raise VocabularyError(f"a vocabulary is a list of tokens, or a file of them; {INLINE}")
    if not is_written_below(written):
        raise VocabularyError(
            f'"{written}" leads out of the folder of the file that names it; copy the file there, or {INLINE}'
        )
    file = os.path.join(folder, written)
    if not is_below(file, folder):
        raise VocabularyError(
            f'"{written}" is a link that leads out of the folder of the file that names it; '
            "copy what it leads to in its place"
        )
    return file


def _text(file: str, written: str) -> str:
    try:
        data = read_ordinary(file, MAX_BYTES + 1)
    except FileNotFoundError:
        raise VocabularyError(f'there is no file "{written}"{_beside(file)}') from None
    except NotOrdinary:
        raise VocabularyError(f'"{written}" is no ordinary file of text') from None
    except OSError as error:
        raise VocabularyError(f'"{written}" cannot be read: {error.strerror or error}') from None
    if len(data) > MAX_BYTES:
        raise VocabularyError(f'"{written}" is larger than {MAX_BYTES >> 20} MiB, which no vocabulary is')
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise VocabularyError(f'"{written}" is not UTF-8 in line {line}; save it as UTF-8') from None


def _beside(file: str) -> str:
    try:
        names = [other.name for other in Path(file).parent.iterdir()]
    except OSError:
        names = []
    return did_you_mean(os.path.basename(file), names) or f"; {INLINE}"


def _tokens(text: str, written: str, integers: bool) -> Iterator[str | int]:
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if not text.strip():
        raise VocabularyError(f'"{written}" is empty; it has a token on each line')
    if len(lines) > MAX_TOKENS:
        raise VocabularyError(
            f'"{written}" has {len(lines):,} tokens; a vocabulary has at most {MAX_TOKENS:,}'
        )
    seen: dict[str | int, int] = {}
    for number, line in enumerate(lines, start=1):
        token = _token(line, number, written, integers)
        if (first := seen.setdefault(token, number)) != number:
            raise VocabularyError(
                f'"{written}" has the token "{token}" in line {first} and again in line {number}; remove one'
            )
        yield token


def _token(line: str, number: int, written: str, integers: bool) -> str | int:
    if not line.strip():
        raise VocabularyError(f'line {number} of "{written}" is empty; remove it')
    if not integers:
        return Filled(line) if is_open(line) else line
    try:
        return int(line) if len(line) < 20 else int("")
    except ValueError:
        raise VocabularyError(f'line {number} of "{written}" is no whole number: {line[:20]}') from None
