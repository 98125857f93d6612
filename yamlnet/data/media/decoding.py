"""A column of files becomes an array: decoded on all cores, once for each content.

What is broken is told with its row and its file. Where the data says `on_error: skip`, a look before
anything else (`broken_rows`) finds the broken rows, and those are left out of every tensor.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import json
import mimetypes
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from yamlnet.data.media import images, kept, sounds
from yamlnet.data.media.broken import Broken
from yamlnet.data.media.contents import content, digest, on_all_cores, or_broken
from yamlnet.data.media.named import paths_below
from yamlnet.data.media.stack import Decode, Stack, named, parted
from yamlnet.data.place import Place
from yamlnet.data.table import Array, Known
from yamlnet.data.waiting import Waiting
from yamlnet.diagnostics.diagnostic import DataError

Kind = Literal["image", "sound"]
Words = Sequence[tuple[str, Any]]
"""The words that change a decoded file, in order: `("resize", {"size": [32, 32]})`."""

READ_ONCE = 256 << 20
"""Bytes of files that are held between looking at what they are and decoding them."""

DECODERS = {"image": ("pillow", "image", "PIL"), "sound": ("soundfile", "audio", "soundfile")}
"""By kind: the package that decodes it, yamlnet's extra that has it, and its module."""


class Decoded(Struct, frozen=True):
    """What decoding gave: the rows that are not broken as an array, with their rate in Hz (0 of images).

    `broken` says of the other rows why they cannot be decoded.
    """

    values: Array
    rate: int
    broken: dict[int, str]


def kind_of(words: Words) -> Kind | None:
    """What a tensor's first word is about, if it is about files."""
    if not words:
        return None
    return "image" if words[0][0] in images.WORDS else "sound" if words[0][0] in sounds.WORDS else None


def kind_in(values: Array) -> Kind | None:
    """What a column of files or bytes holds, as far as the first one's name or its first bytes tell."""
    first = next((value for value in values if value is not None), None) if values.dtype.kind == "O" else None
    if isinstance(first, Path):
        found = (mimetypes.guess_type(first.name)[0] or "").partition("/")[0]
        return "image" if found == "image" else "sound" if found == "audio" else None
    if not isinstance(first, bytes):
        return None
    if first.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")):
        return "image"
    if first[:4] == b"RIFF":
        return "image" if first[8:12] == b"WEBP" else "sound"
    return "sound" if first.startswith((b"fLaC", b"OggS", b"ID3", b"\xff\xfb")) else None


def files_of(values: Array, place: Place) -> Array:
    """A column of files: texts as paths below the data's folder; paths and bytes as they are.

    Raises:
        DataError: a text leads out of the folder, or the rows come from nowhere with files.
    """
    if not any(isinstance(value, str) for value in values):
        return values
    if place.table.folder is None:
        source = f"{place.table.source} is no file beside which they lie"
        message = f'column "{place.column}" names files, and {source}'
        raise DataError(message, path=place.path, check="data-path")
    return paths_below(place.table.folder, values, place)


def decode(files: Array, kind: Kind, words: Words, place: Place) -> Decoded:
    """A column of files as one array: (rows, height, width, channels) uint8, or (rows, samples) float32.

    Args:
        files: objects: absolute paths, or the bytes of a file.
        kind: what they are.
        words: what is done to each.
        place: for messages.

    Raises:
        DataError: the first broken one; or they differ in size, length, channels or rate.
    """
    return _whole(files, kind, place, read(files, kind, words, place))


def read_some(files: Array, kind: Kind, words: Words, place: Place, like: Known) -> Decoded:
    """The same, where broken files are an answer and not an error."""
    stack = Stack(files, range(len(files)), decoder(kind, words), place, like)
    stack.fill(Waiting("", len(files), shown=False))
    return Decoded(stack.values, like.rate, stack.broken)


def first_of(files: Array, kind: Kind, words: Words, place: Place) -> Known | None:
    """What the first file is that can be decoded; None where none can."""
    require_decoder(kind, place)
    with quiet(kind):
        for row, file in enumerate(files):
            if not isinstance(found := or_broken(decoder(kind, words), file), Broken):
                values, rate = parted(found)
                return Known(values.shape, values.itemsize, rate, named(files, row, place), len(words))
    return None


def _whole(files: Array, kind: Kind, place: Place, found: Decoded) -> Decoded:
    if found.broken:
        row, why = next(iter(found.broken.items()))
        more = f", and {len(found.broken) - 1} more" if len(found.broken) > 1 else ""
        mend = "mend it, or leave such rows out: on_error: skip"
        message = f"{broken_row(files, row, kind, place, why)}{more}; {mend}"
        raise DataError(message, path=place.path, check="broken-file")
    return found


def decode_some(files: Array, kind: Kind, words: Words, place: Place, like: Known) -> Decoded:
    """The same of some files of many: each is to be `like` the others, and nothing is kept of them."""
    return _whole(files, kind, place, read_some(files, kind, words, place, like))


def broken_row(files: Array, row: int, kind: Kind, place: Place, why: str) -> str:
    """`row 3 of column "file" (cats/a.png) is no image: it is empty`."""
    noun = "an image" if kind == "image" else "a sound"
    return f"{named(files, row, place)} cannot be decoded as {noun}: {why}"


def read(files: Array, kind: Kind, words: Words, place: Place) -> Decoded:
    """The same, where broken files are an answer and not an error."""
    require_decoder(kind, place)
    contents = files.copy()
    with quiet(kind), Waiting(f"{place.column}: reading {kind}s", len(files)) as waiting:
        reading = _Reading(files, contents, _digests(files, contents, waiting), kind, words)
        found = kept.recall(reading.key())
        if found is None:
            waiting.again(f"{place.column}: decoding {kind}s", len(reading.good))
            found = _stacked(reading, place, waiting)
            kept.remember(reading.key(), *found)
    return Decoded(*found, {row: reading.broken[row] for row in sorted(reading.broken)})


def _digests(files: Array, contents: Array, waiting: Waiting) -> list[bytes | Broken]:
    """The hash of each file; what is read for it is put among the contents as long as there is room."""
    room = [READ_ONCE]

    def looked_at(row: int) -> bytes:
        found = content(files[row])
        room[0] -= len(found)
        if room[0] >= 0:
            contents[row] = found
        return digest(found)

    return list(on_all_cores(looked_at, range(len(files)), waiting))


class _Reading:
    """The files of one column, by what they hold; those that are known to be broken are set apart."""

    def __init__(
        self, files: Array, contents: Array, digests: Sequence[bytes | Broken], kind: Kind, words: Words
    ) -> None:
        self.files, self.contents, self.digests = files, contents, digests
        self.kind, self.words = kind, words
        self.broken = {row: str(found) for row, found in enumerate(digests) if isinstance(found, Broken)}
        self.first_key = self.key()
        self.broken |= {int(row): str(why) for row, why in kept.recall_told(self.first_key).items()}

    @property
    def good(self) -> list[int]:
        """The rows that may be decoded."""
        return [row for row in range(len(self.files)) if row not in self.broken]

    def key(self) -> str:
        """What the array of the good rows is kept under."""
        head = json.dumps([self.kind, list(self.words), versions(self.kind)], sort_keys=True).encode()
        whole = b"".join(found for row in self.good if isinstance(found := self.digests[row], bytes))
        return hashlib.sha256(head + whole).hexdigest()


def _stacked(reading: _Reading, place: Place, waiting: Waiting) -> tuple[Array, int]:
    """The good rows decoded, and their rate; what turns out to be broken is set apart, and remembered."""
    decode = decoder(reading.kind, reading.words)
    stack = Stack(reading.files, reading.good, decode, place, contents=reading.contents)
    stack.fill(waiting)
    if stack.broken:
        kept.remember_told(reading.first_key, {str(row): why for row, why in stack.broken.items()})
        reading.broken |= stack.broken
    return stack.values, stack.like.rate if stack.like is not None else 0


def versions(kind: Kind) -> list[str]:
    """Of what decodes files: another one may decode them to something else."""
    return [importlib.metadata.version(DECODERS[kind][0]), "1"]  # the last one is that of our own decoding


def decoder(kind: Kind, words: Words) -> Decode:
    """What decodes one file, and does what the words say."""
    if kind == "image":
        return lambda value: images.decode_image(content(value), words)
    return lambda value: sounds.decode_sound(content(value), words)


def rates(files: Array, place: Place) -> set[int]:
    """The sampling rates that the headers of sounds tell."""
    require_decoder("sound", place)
    with Waiting(f"{place.column}: reading sounds", len(files)) as waiting:
        found = list(on_all_cores(_rate, files, waiting))
    return {rate for rate in found if isinstance(rate, int)}


def _rate(value: object) -> int | None:
    return sounds.sampling_rate(content(value))


def quiet(kind: Kind) -> AbstractContextManager[None]:
    """Without the warnings of decoders, whose matter is refused in our own words or no matter at all."""
    return images.without_bomb_warnings() if kind == "image" else nullcontext()


def require_decoder(kind: Kind, place: Place) -> None:
    """Refuse to go on without the package.

    Raises:
        DataError: it is not installed.
    """
    package, extra, module = DECODERS[kind]
    try:
        importlib.import_module(module)
    except (ImportError, OSError) as error:  # soundfile raises OSError where libsndfile is missing
        hint = f'pip install "yamlnet[{extra}]"'
        raise DataError(f"decoding {kind}s needs {package}", hint, place.path, "missing-package") from error
