"""Layers of installed packages: the one place where third parties come in.

A package offers its Keras layers to blueprints by an entry point of the group `yamlnet.layers`; the
entry point's name is the namespace, its value the module that holds them:

    [project.entry-points."yamlnet.layers"]
    acme = "acme.layers"                         # acme.GatedDense: {units: 8}

Checking a blueprint never imports Keras, so the layers' arguments are read in a process of its own, the
first time that a blueprint names the plugin, and kept until the package changes.
"""

from __future__ import annotations

import json
import sys
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yamlnet.cache import cache_folder, sha256
from yamlnet.diagnostics.diagnostic import YamlnetError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "yamlnet.layers"
SECONDS = 300


class PluginError(YamlnetError):
    """A plugin whose layers cannot be read; the message says why."""


class Plugins:
    """The installed plugins by namespace."""

    @cached_property
    def found(self) -> dict[str, EntryPoint]:
        """Every entry point of the group, by its name."""
        from importlib.metadata import entry_points  # most blueprints name no plugin

        return {point.name: point for point in entry_points(group=GROUP)}

    def layers(self, namespace: str) -> dict[str, dict[str, Any]]:
        """The catalogue's raw entries of a plugin, by class name.

        Raises:
            PluginError: its module cannot be imported.
        """
        point = self.found[namespace]
        kept = cache_folder() / "plugins" / f"{namespace}-{_fingerprint(point)}.json"
        try:
            text = kept.read_text(encoding="utf-8")
        except OSError:
            text = _read(point)
            _keep(kept, text)
        layers: dict[str, dict[str, Any]] = json.loads(text)
        return layers


@lru_cache(maxsize=1)
def plugins() -> Plugins:
    """The plugins of this process."""
    return Plugins()


def _fingerprint(point: EntryPoint) -> str:
    """Changes when the package does: its version, and when its files were written."""
    package = point.dist
    version = package.version if package is not None else ""
    top = point.module.partition(".")[0]
    times = [_written(Path(folder) / top) for folder in sys.path if folder]
    said = json.dumps([point.value, version, [time for time in times if time], sys.executable])
    return sha256(said.encode())[:24]


def _written(package: Path) -> list[int]:
    """When a package's modules were last written, in nanoseconds; nothing where it does not lie."""
    single = package.with_suffix(".py")
    files = sorted(package.rglob("*.py")) if package.is_dir() else [single] if single.is_file() else []
    return [file.stat().st_mtime_ns for file in files]


def _read(point: EntryPoint) -> str:
    import subprocess

    command = [sys.executable, "-m", "yamlnet.catalog.generate_plugin", point.module]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    lines = done.stderr.strip().splitlines()
    if done.returncode != 0:
        raise PluginError(f'the plugin "{point.name}" ({point.value}) fails: {lines[-1] if lines else "?"}')
    return done.stdout.splitlines()[-1]


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return  # a cache that cannot be written costs a few seconds each time
