"""`blueprint.lock`: what every file that a folder's blueprints name holds, pinned to the byte.

It lies beside the blueprint and is committed with it. `yamlnet lock` writes it; with `--locked` a file
that is not as pinned is refused, without it the change is a warning.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from yamlnet.assembly.addresses import Address
from yamlnet.assembly.assembled import Pin
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, KeyPath
from yamlnet.syntax.parse import parse, read
from yamlnet.syntax.tree import Tree, Value

LockMode = Literal["warn", "refuse", "ignore"]

NAME = "blueprint.lock"
VERSION = 1
HEAD = """\
# What the files that the blueprints of this folder name held when `yamlnet lock` last looked.
# Commit it: with --locked, every command refuses a file that is not as pinned here.
"""


class Lock(Struct, frozen=True):
    """The pins of a folder, by what `name` gives; empty where there is no lock file.

    `mode` says what a file that differs from its pin does: `warn` tells it, `refuse` (`--locked`) ends
    with it, `ignore` is for writing the lock anew.
    """

    folder: Path
    pins: Mapping[str, Pin]
    mode: LockMode = "warn"

    @property
    def path(self) -> Path:
        """The lock file."""
        return self.folder / NAME

    def name(self, address: Address) -> str:
        """How the lock calls a file: the same on every machine."""
        if address.scheme != "path":
            return address.source
        return Path(os.path.relpath(address.path, self.folder)).as_posix()

    def pin(self, address: Address) -> Pin | None:
        """What a file is pinned to."""
        return None if self.mode == "ignore" else self.pins.get(self.name(address))


def read_lock(folder: Path, mode: LockMode) -> Lock:
    """The lock of a folder; empty where there is none.

    Raises:
        BlueprintError: the file is not YAML, or no lock of this version; `ignore` does not read it.
    """
    path = folder / NAME
    if mode == "ignore" or not path.exists():
        return Lock(folder, {}, mode)
    tree = parse(read(path), str(path))
    document = tree.value
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("version") != VERSION or not isinstance(files, dict):
        raise _refused(f"this is no lock file of version {VERSION}", ("version",), tree)
    return Lock(folder, {name: _pin(name, pin, tree) for name, pin in files.items()}, mode)


def _pin(name: str, value: Value, tree: Tree) -> Pin:
    if isinstance(value, dict) and isinstance(value.get("sha256"), str):
        return Pin(str(value["sha256"]), str(value.get("commit") or ""))
    raise _refused("an entry has its sha256: {sha256: …}", ("files", name), tree)


def _refused(message: str, path: KeyPath, tree: Tree) -> BlueprintError:
    problem = Diagnostic("lock", f"{message}; write it anew: yamlnet lock", path)
    error = BlueprintError([problem])
    error.trees = {"": tree, tree.source: tree}
    return error


def write_lock(folder: Path, pins: Mapping[str, Pin]) -> Path:
    """Write a folder's lock file, sorted, so that a change of one file is a change of one line."""
    lines = [f"  {json.dumps(name)}: {_written(pin)}\n" for name, pin in sorted(pins.items())]
    path = folder / NAME
    beside = path.with_name(f".{NAME}.part")
    body = "files:\n" + "".join(lines) if lines else "files: {}\n"
    beside.write_text(f"{HEAD}version: {VERSION}\n{body}", encoding="utf-8")
    os.replace(beside, path)
    return path


def _written(pin: Pin) -> str:
    commit = f', commit: "{pin.commit}"' if pin.commit else ""
    return f'{{sha256: "{pin.sha256}"{commit}}}'
