"""The key under which a verdict is kept: everything that it follows from.

That is the resolved graphs in a canonical form, the precision, the batch size, and the programs that infer:
yamlnet, Keras, the backend, plugins. Lines and columns are no part of it, so comments may come and go; key
paths are, for a verdict tells its problems by them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

from yamlnet import __version__
from yamlnet.resolver.plan import LayerCall, Plan

FORM = 2
"""Of what is kept; raise it when `Verdict` changes."""

APART = {"__pycache__", "data", "exporters", "gallery", "objectives", "runner", "schemas"}
"""Folders of the package that `validate` never asks."""

PACKAGE = Path(__file__).parent.parent


def plan_key(plan: Plan, backend: str) -> str:
    """The key of a plan's verdict on a backend, in hexadecimal."""
    said = [
        FORM, __version__, sys.hexversion, backend, _written(_sources()),
        installed("keras"), installed(backend), [installed(name) for name in plugin_packages(plan)],
        plan.train.precision if plan.train else None, plan.data.batch_size if plan.data else 1,
        plan.name, list(plan.models.values()), plan.unknown, plan.objective,
    ]  # fmt: skip
    return digest(json.dumps(said, default=_plain, separators=(",", ":")).encode())


def digest(data: bytes) -> str:
    """A hash that no two texts share, in hexadecimal."""
    return str(_hash()(data, digest_size=20).hexdigest())


@cache
def _hash() -> Callable[..., Any]:
    try:
        from _blake2 import blake2b  # hashlib loads OpenSSL first, which takes as long as all the rest here
    except ImportError:
        from hashlib import blake2b
    found: Callable[..., Any] = blake2b
    return found


def _plain(value: Any) -> object:
    """What JSON does not know: a struct as its name and fields, the rest as Python writes it."""
    if isinstance(value, Struct):
        return [type(value).__name__, *astuple(value)]
    return [type(value).__name__, repr(value)]


def _sources() -> Iterable[Path]:
    """Our own modules that make verdicts: whoever develops them sees at once what they changed."""
    return (
        PACKAGE / folder for folder in ("compiler", "compiler/layers", "compiler/explanations", "verdicts")
    )


def sources() -> list[object]:
    """Changes with any file of ours that has a say in what `validate` tells."""
    rooms = [Path(entry.path) for entry in os.scandir(PACKAGE) if entry.is_dir() and entry.name not in APART]
    return _written([PACKAGE, *rooms, PACKAGE / "catalog" / "keras"])


def _written(folders: Iterable[Path]) -> list[object]:
    """The files of some folders, with their sizes and when they were written."""
    found: list[object] = []
    for folder in folders:
        with os.scandir(folder) as entries:
            files = [entry for entry in entries if entry.name.endswith((".py", ".json"))]
            found += sorted((entry.name, entry.stat().st_mtime_ns, entry.stat().st_size) for entry in files)
    return found


def installed(package: str) -> object:
    """Changes when a package is installed anew, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.origin:
        return None
    version = Path(spec.origin).parent / "src" / "version.py"  # where Keras says it
    known = version if version.is_file() else Path(spec.origin)
    return [spec.origin, known.stat().st_mtime_ns, known.stat().st_size]


def plugin_packages(plan: Plan) -> list[str]:
    """The packages of the plugins whose layers a plan calls, and of the one whose objective it names."""
    names = {
        node.callee.layer.name
        for graph in plan.models.values()
        for node in graph.nodes
        if isinstance(node.callee, LayerCall) and "." in node.callee.layer.name
    }
    modules: set[str] = set()
    if names:
        from yamlnet.catalog.plugins import plugins

        spaces = {name.partition(".")[0] for name in names} & set(plugins().found)
        modules |= {plugins().found[space].module for space in spaces}
    if "." in plan.objective.name:
        from yamlnet.schema.objective_plugins import found

        modules.add(found()[plan.objective.name.partition(".")[0]].module)
    return sorted({module.partition(".")[0] for module in modules})
