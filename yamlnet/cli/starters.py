"""A blueprint of the gallery with the files of the gallery that it names: what `yamlnet new` copies.

They keep their folders, so that each is found by the others: a copy of `fashion/resnet` reads
`vision/resnet.yaml` below the folder that it lies in.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator
from pathlib import Path


def named_files(path: Path, folder: Path) -> dict[str, Path]:
    """The files of the gallery that a blueprint imports or extends, by what it calls them.

    Args:
        path: the blueprint.
        folder: the gallery's.
    """
    return {
        written: Path(os.path.normpath(path.parent / written))
        for written in _addresses(path)
        if Path(os.path.normpath(path.parent / written)).is_relative_to(folder)
    }


def needed_files(path: Path, folder: Path) -> set[Path]:
    """The files of the gallery that a blueprint names, those that they name, and so on."""
    found: set[Path] = set()
    waiting = [path]
    while waiting:
        more = set(named_files(waiting.pop(), folder).values()) - found
        found |= more
        waiting += more
    return found


def moved_text(path: Path, folder: Path) -> str:
    """A blueprint's text as it reads where the gallery's folders lie beside it."""
    text = path.read_text(encoding="utf-8")
    for written, file in named_files(path, folder).items():
        name = file.relative_to(folder).as_posix()
        text = re.sub(rf"(?<=[ :]){re.escape(written)}(?=[,}}\s])", name, text)
    return text


def _addresses(path: Path) -> Iterator[str]:
    from yamlnet.pipeline import parse_file

    document = parse_file(path).value
    assert isinstance(document, dict), f"{path} of the gallery is no mapping"
    imports = document.get("import")
    named = list(imports.values()) if isinstance(imports, dict) else []
    for one in [*named, document.get("extends")]:
        address = one.get("from") if isinstance(one, dict) else one
        if isinstance(address, str):
            yield address
