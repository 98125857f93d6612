"""Folders of files of one kind, where a file's class is the folder that it lies in.

    photos/cat/1.png, photos/cat/old/2.png, photos/dog/3.png      two classes, cat and dog
    photos/1.png, photos/2.png                                    no classes

The first folder below the named one is the class, as in `keras.utils.image_dataset_from_directory`
(https://keras.io/api/data_loading/image/); files come in order of their paths. Files of other kinds and
hidden ones are passed by. A link may not lead out of the folder, and links to folders are not followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from yamlnet.data.files.found import source_folder, source_place
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.ordinary import is_below


class Kind(Struct, frozen=True):
    """What files are looked for: their endings, what they are called, and the source that reads them."""

    endings: tuple[str, ...]
    many: str
    source: str


KINDS = (
    Kind(
        (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"),
        "images",
        "ImageFolder",
    ),
    Kind((".wav", ".flac", ".ogg", ".oga", ".mp3", ".aif", ".aiff"), "sounds", "AudioFolder"),
    Kind((".txt", ".text", ".md"), "texts", "TextFolder"),
)
IMAGES, SOUNDS, TEXTS = KINDS


class Found(Struct, frozen=True):
    """Files in order of their paths, and the class of each; None where the folder has no classes."""

    files: list[Path]
    labels: list[str] | None


def source_of(folder: Path) -> str:
    """The source that reads a folder, by the first file of a kind in it: `HuggingFace` for a saved data set.

    Raises:
        DataError: there is no file of any kind.
    """
    if any((folder / name).is_file() for name in ("dataset_dict.json", "dataset_info.json")):
        return "HuggingFace"
    for file in sorted(_walked(folder, folder, ())):
        for kind in KINDS:
            if file.suffix.lower() in kind.endings:
                return kind.source
    message = f"the folder {folder.name} has no images, sounds or texts; rows are a file, or such a folder"
    raise DataError(message, check="empty")


def files_by_class(kind: Kind, arguments: Mapping[str, object], root: Path, path: KeyPath) -> Found:
    """The files of a kind below a source's folder.

    Raises:
        DataError: no such folder, no such files in it or in one of its classes, files both in classes and
            beside them, or a link that leads elsewhere.
    """
    folder = Path(os.path.abspath(source_folder(arguments, root, path)))
    place = source_place(arguments, path)
    inside = sorted(_walked(folder, folder, place), key=lambda file: file.relative_to(folder).parts)
    files = [file for file in inside if file.suffix.lower() in kind.endings]
    if not files:
        raise _nothing(kind, folder.name, inside, place)
    beside = [file for file in files if file.parent == folder]
    if len(beside) == len(files):
        return Found(files, None)
    if beside:
        message = (
            f"{folder.name} has {kind.many} in folders, whose names are the classes, and {len(beside)} "
            f"beside them ({beside[0].name}); put those into a folder, too"
        )
        raise DataError(message, path=place, check="file")
    labels = [file.relative_to(folder).parts[0] for file in files]
    _refuse_empty(kind, folder, set(labels), place)
    return Found(files, labels)


def _walked(folder: Path, top: Path, place: KeyPath) -> Iterator[Path]:
    """All files below a folder."""
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        message = f"the folder {folder.name} cannot be read: {error.strerror}"
        raise DataError(message, path=place, check="file") from error
    for entry in entries:
        if _is_hidden(entry.name):
            continue
        if entry.is_symlink() and (entry.is_dir() or not is_below(entry.path, top)):
            message = (
                f"{Path(entry.path).relative_to(top.parent)} is a link to elsewhere; put the files there"
            )
            raise DataError(message, path=place, check="file")
        if entry.is_dir():
            yield from _walked(Path(entry.path), top, place)
        elif entry.is_file():
            yield Path(entry.path)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _nothing(kind: Kind, folder: str, inside: Sequence[Path], place: KeyPath) -> DataError:
    other = next((one for one in KINDS for file in inside if file.suffix.lower() in one.endings), None)
    if other is not None:
        mend = f"; it has {other.many}: {other.source}"
    elif inside:
        mend = f"; it has {', '.join(sorted({file.suffix or file.name for file in inside})[:5])}"
    else:
        mend = "; it is empty"
    message = f"the folder {folder} has no {kind.many} ({', '.join(kind.endings)}){mend}"
    return DataError(message, path=place, check="empty")


def _refuse_empty(kind: Kind, folder: Path, labels: set[str], place: KeyPath) -> None:
    empty = sorted(
        entry.name
        for entry in os.scandir(folder)
        if entry.is_dir() and not _is_hidden(entry.name) and entry.name not in labels
    )
    if empty:
        message = f"the class {empty[0]} of {folder.name} has no {kind.many}; add some, or remove the folder"
        raise DataError(message, path=place, check="empty")
