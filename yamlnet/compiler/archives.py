"""`.keras` files from strangers: looked through without Keras, before Keras opens them.

A `.keras` file is a zip archive of a configuration, from which Keras rebuilds the model, and its weights.
Keras's safe mode refuses code in it; this allow-list also refuses every class that no blueprint makes, paths
in the archive, and sizes that fill the memory. Whatever is not understood is refused.
"""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yamlnet.catalog.plugins import plugins
from yamlnet.compiler.archive_names import CLASSES, FUNCTIONS, PLAIN
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.ordinary import NotOrdinary, is_written_below, read_ordinary

ENDING = ".keras"
OTHER_ENDINGS = (
    ".ckpt", ".h5", ".hdf5", ".joblib", ".npy", ".onnx", ".pb", ".pickle", ".pkl", ".pt", ".pth",
    ".safetensors",
)  # fmt: skip
"""Files of models that yamlnet never reads: some hold code, none holds what a `.keras` file does."""

CONFIGURATION, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
ASSETS = "assets/"

MAX_MEMBERS = 10_000
MAX_INDEX = 4 << 20
MAX_JSON = 16 << 20
"""The largest configuration, in bytes; those of the largest networks of the gallery have two million."""

MAX_DEPTH = 200
"""How deep values may stand in each other in a configuration."""

MAX_EXPANSION, SMALL = 100, 64 << 20
"""A member that is larger than `SMALL` bytes expands by no more than this: weights hardly compress."""


class ArchiveError(YamlnetError):
    """A file that is no model which yamlnet may load; the message says why."""

    check = "archive"

    def __init__(self, path: Path, why: str, hint: str | None = None) -> None:
        super().__init__(f"{path} is refused: {why}", hint)


def inspect_archive(path: Path) -> dict[str, Any]:
    """Look a `.keras` file through, and give the configuration in it.

    Raises:
        ArchiveError: it is no such file, or holds what no blueprint's model does.
    """
    if path.suffix.lower() != ENDING:
        hint = "save the model anew as a .keras file: yamlnet export, or model.save in Keras"
        raise ArchiveError(
            path, f"models are read from .keras files only, and this is {path.suffix or 'none'}", hint
        )
    if _beginning(path)[:4] != b"PK\x03\x04":
        raise ArchiveError(path, "it is no .keras file, whatever its name says")
    if _index_size(path) > MAX_INDEX:
        raise ArchiveError(path, "the list of its members is longer than any model needs")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path)
            configuration = _configuration(archive, path)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise ArchiveError(path, f"it is damaged ({error})") from error
    for found in _objects(configuration, path):
        _check_object(found, path)
    return configuration


def _beginning(path: Path) -> bytes:
    try:
        return read_ordinary(path, 4)
    except FileNotFoundError:
        raise ArchiveError(path, "there is no such file") from None
    except NotOrdinary:
        raise ArchiveError(path, "it is no ordinary file") from None
    except OSError as error:
        raise ArchiveError(path, f"it cannot be read ({error.strerror})") from None


def _index_size(path: Path) -> int:
    """How long the list of members at an archive's end says it is (APPNOTE.TXT, 4.3.16): it is read whole."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - (1 << 16) - 22))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[at + 12 : at + 16], "little") if 0 <= at <= len(tail) - 22 else 0


def _check_members(archive: zipfile.ZipFile, path: Path) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS:
        raise ArchiveError(path, f"it has {len(members):,} members, and a model has a handful")
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise ArchiveError(path, f'it has two members called "{twice[:60]}"')
    for missing in (CONFIGURATION, WEIGHTS):
        if missing not in names:
            raise ArchiveError(path, f"it has no {missing}, which every .keras file has")
    for member in members:
        if (why := _member_problem(member)) is not None:
            raise ArchiveError(path, f'its member "{member.filename[:60]}" {why}')


def _member_problem(member: zipfile.ZipInfo) -> str | None:
    """What is wrong with one member of an archive."""
    name, mode = member.filename, member.external_attr >> 16
    if not is_written_below(name) or "\\" in name or "\0" in name:
        return "leads out of the archive"
    if name not in (CONFIGURATION, METADATA, WEIGHTS) and not name.startswith(ASSETS):
        return "is nothing that Keras puts there"
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or not stat.S_IFMT(mode)):
        return "is a link or a device"
    if member.flag_bits & 1:
        return "is encrypted"
    if name.endswith(".json") and member.file_size > MAX_JSON:
        return f"has {member.file_size:,} bytes, and a configuration has at most {MAX_JSON:,}"
    if member.file_size > SMALL and member.file_size > MAX_EXPANSION * member.compress_size:
        return f"has {member.compress_size:,} bytes that become {member.file_size:,}"
    return None


def _configuration(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    with archive.open(CONFIGURATION) as file:
        data = file.read(MAX_JSON + 1)
    try:
        found = json.loads(data)
    except RecursionError:
        raise ArchiveError(path, "values in its configuration stand too deep in each other") from None
    if not isinstance(found, dict):
        raise ArchiveError(path, "its configuration is no object")
    return found


def _objects(configuration: dict[str, Any], path: Path) -> Iterator[dict[str, Any]]:
    """Every mapping in a configuration that Keras may take for an object."""
    left: list[tuple[Any, int]] = [(configuration, 0)]
    while left:
        value, depth = left.pop()
        if depth > MAX_DEPTH:
            raise ArchiveError(path, "values in its configuration stand too deep in each other")
        if isinstance(value, list):
            left += [(item, depth + 1) for item in value]
        elif isinstance(value, dict):
            left += [(item, depth + 1) for item in value.values()]
            yield value


def _check_object(found: dict[str, Any], path: Path) -> None:
    if isinstance(found.get("vocabulary"), str):
        raise ArchiveError(path, f'it names the file "{found["vocabulary"][:60]}" as a vocabulary')
    if not {"class_name", "registered_name"} & found.keys():
        return
    name, module, registered = (found.get(key) for key in ("class_name", "module", "registered_name"))
    if (
        not isinstance(name, str)
        or not isinstance(module, str | None)
        or not isinstance(registered, str | None)
    ):
        raise ArchiveError(path, "an object in it has a name that is no text")
    if _is_allowed(name, module, registered, found.get("config")):
        return
    what = f"{module}.{name}" if module else name
    also = f' (registered as "{registered[:60]}")' if registered and registered != name else ""
    hint = "a model that a blueprint makes holds nothing else; if a package brings it, it must be a plugin"
    raise ArchiveError(path, f'it holds "{what[:100]}"{also}, which no blueprint can name', hint)


def _is_allowed(name: str, module: str | None, registered: str | None, config: object) -> bool:
    if module is None:
        return name in PLAIN and registered is None
    if name == "function":
        return module == "builtins" and config in FUNCTIONS and registered in (None, "function", config)
    if module.startswith("yamlnet.compiler.layers."):
        return registered == f"yamlnet>{name}"
    if module in CLASSES:
        return name in CLASSES[module] and registered in (None, name)
    return any(_same_package(module, point.module) for point in plugins().found.values())


def _same_package(module: str, other: str) -> bool:
    return module.partition(".")[0] == other.partition(".")[0]


def modules_of(configuration: dict[str, Any], path: Path) -> set[str]:
    """The modules whose classes a configuration names."""
    return {str(found["module"]) for found in _objects(configuration, path) if found.get("module")}
