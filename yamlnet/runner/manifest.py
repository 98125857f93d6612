"""The manifest of a run: what was run, on what, from what, and how it ended."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras

from yamlnet import __version__
from yamlnet.resolver.plan import Plan
from yamlnet.runner.files import BLUEPRINT, RESOLVED
from yamlnet.runner.folder import RunFolder, sha256
from yamlnet.runner.origin import MARK, mark
from yamlnet.runner.steps.devices import Devices

PACKAGES = (
    "keras",
    "numpy",
    "jax",
    "jaxlib",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "scikit-learn",
    "pyarrow",
    "gymnasium",
)


MOST = 100
"""Broken rows of a part that a manifest describes; it counts all of them."""


def new_manifest(
    plan: Plan,
    folder: RunFolder,
    data_digest: str,
    data_root: Path,
    skipped: Mapping[str, Sequence[str]],
    devices: Devices,
) -> dict[str, Any]:
    """The manifest at the start of training; `skipped` is what was wrong with rows that were left out."""
    root, resolved = str(data_root.resolve()), (folder.path / RESOLVED).read_bytes()
    return {
        "status": "running",
        "error": None,
        "name": plan.name,
        "models": list(plan.models),
        "outputs": list(plan.models["model"].outputs),
        "backend": str(keras.backend.backend()),
        "seed": plan.seed,
        "devices": {"count": devices.count, "process": devices.process, "processes": devices.processes},
        "split_form": plan.data.split.form if plan.data is not None else None,
        "data_root": root,
        MARK: mark(root, resolved),
        "skipped": {
            part: {"rows": len(broken), "first": list(broken[:MOST])} for part, broken in skipped.items()
        },
        "started": _now(),
        "ended": None,
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else [],
        "versions": {"yamlnet": __version__, "python": platform.python_version(), **_versions(PACKAGES)},
        "machine": {"platform": platform.platform(), "processors": os.cpu_count()},
        "sha256": {
            BLUEPRINT: sha256((folder.path / BLUEPRINT).read_bytes()),
            RESOLVED: sha256(resolved),
            "data": data_digest,
            **folder.files,
        },
    }


def ended(manifest: dict[str, Any], status: str, error: str | None = None) -> dict[str, Any]:
    """The manifest at the end: `finished`, `interrupted` or `failed` with the reason."""
    return {**manifest, "status": status, "error": error, "ended": _now()}


def _versions(packages: Sequence[str]) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
