"""Golden blueprints that need surroundings: settings, a lock, a repository, a URL, a package, a plugin.

A scene is a folder of `tests/blueprints/{ok,err}-scenes/`: its `blueprint.yaml`, what the blueprint names,
and, in `scene.yaml`, what a file alone cannot say:

    set: [width=3]                        # what --set says, in order
    lock: refuse                          # as --locked; `warn` (default) as without it
    repositories:                         # git: each folder becomes a commit with a tag of its name
      https://example.org/acme/vision: [vision/v1, vision/v2]
    memory: {memory://acme: served}       # fsspec's file system in memory
    packages: site                        # a folder that joins Python's path

A repository is reached by its address: git itself is told (`url.….insteadOf`) to look for it in a
folder. Its commits are made by one author at one time, so that their names are the same everywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

BLUEPRINT = "blueprint.yaml"

SOMEONE = {
    "GIT_AUTHOR_NAME": "Acme",
    "GIT_AUTHOR_EMAIL": "acme@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "Acme",
    "GIT_COMMITTER_EMAIL": "acme@example.org",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass(frozen=True)
class Scene:
    """What `scene.yaml` says."""

    set: Sequence[str] = ()
    lock: Literal["warn", "refuse"] = "warn"
    repositories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    memory: Mapping[str, str] = field(default_factory=dict)
    packages: str = ""


def read_scene(folder: Path) -> Scene:
    """What a scene's folder says; a key that is not known raises TypeError."""
    path = folder / "scene.yaml"
    return Scene(**yaml.safe_load(path.read_text(encoding="utf-8"))) if path.exists() else Scene()


def needs_keras(folder: Path) -> bool:
    """Whether a scene has a plugin, whose layers only a process with Keras can read."""
    return any(folder.rglob("*.dist-info"))


@contextmanager
def staged(folder: Path) -> Iterator[Scene]:
    """A scene with its surroundings in place and its folder as the working directory."""
    scene = read_scene(folder)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as scratch:
        stack.enter_context(_changed(os.environ, {"YAMLNET_CACHE": f"{scratch}/cache"}))
        stack.enter_context(_working_directory(folder))
        if scene.repositories:
            stack.enter_context(_changed(os.environ, _repositories(scene.repositories, Path(scratch))))
        if scene.packages:
            stack.enter_context(_packages(folder / scene.packages))
        for address, served in scene.memory.items():
            stack.callback(_serve(address, folder / served))
        yield scene


@contextmanager
def _working_directory(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _changed(environment: Any, new: Mapping[str, str]) -> Iterator[None]:
    before = {name: environment.get(name) for name in new}
    environment.update(new)
    try:
        yield
    finally:
        for name, value in before.items():
            environment.pop(name, None) if value is None else environment.update({name: value})


@contextmanager
def _packages(site: Path) -> Iterator[None]:
    """A folder on the path of this process and of those that it starts, and its plugins known."""
    from yamlnet.catalog.load import catalog
    from yamlnet.catalog.plugins import plugins

    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    with _changed(os.environ, {"PYTHONPATH": path}):
        sys.path.insert(0, str(site))
        plugins.cache_clear()
        catalog.cache_clear()
        try:
            yield
        finally:
            sys.path.remove(str(site))
            plugins.cache_clear()
            catalog.cache_clear()


def _repositories(wanted: Mapping[str, Sequence[str]], scratch: Path) -> dict[str, str]:
    """Make each repository; returned is the environment in which git finds them at their addresses."""
    environment = {"GIT_CONFIG_COUNT": str(len(wanted))}
    for index, (address, states) in enumerate(wanted.items()):
        repository = scratch / f"repository{index}"
        _git(scratch, "init", "--quiet", "--initial-branch=main", str(repository))
        for state in map(Path, states):
            shutil.copytree(state, repository, copy_function=shutil.copyfile, dirs_exist_ok=True)
            _git(repository, "add", "--all")
            _git(repository, "commit", "--quiet", f"--message={state.name}")
            _git(repository, "tag", state.name)
        environment[f"GIT_CONFIG_KEY_{index}"] = f"url.file://{repository}.insteadOf"
        environment[f"GIT_CONFIG_VALUE_{index}"] = address
    return environment


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **SOMEONE}, check=True)


def _serve(address: str, folder: Path) -> Callable[[], None]:
    """Put a folder's files behind an address; returned is what takes them away."""
    import fsspec

    files = fsspec.filesystem("memory")
    files.put(f"{folder}/", address, recursive=True)
    return lambda: files.rm(address, recursive=True)


def resolved(folder: Path) -> str:
    """What `yamlnet resolve` prints about a scene's blueprint, which has no warning."""
    from yamlnet.pipeline import load
    from yamlnet.resolver.annotated import annotated

    with staged(folder) as scene:
        loaded = load(BLUEPRINT, scene.set, scene.lock)
    assert not loaded.warnings
    return annotated(loaded.plan, loaded.tree, False)


def refused(folder: Path) -> str:
    """What a user reads about a scene's blueprint, or nothing if it is not refused."""
    from yamlnet.diagnostics.diagnostic import BlueprintError
    from yamlnet.diagnostics.report import render
    from yamlnet.pipeline import load

    try:
        with staged(folder) as scene:
            load(BLUEPRINT, scene.set, scene.lock)
    except BlueprintError as error:
        return render(error.diagnostics, error.trees, "text", color=False)
    return ""
