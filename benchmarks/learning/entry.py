"""What an entry of the gallery's benchmark says, and what a baseline is given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yamlnet
from yamlnet.data.parts.reading import read_parts
from yamlnet.resolver.unparse import unparse

ROOT = Path(__file__).resolve().parents[2]

Rows = Mapping[str, Mapping[str, Any]]
"""The raw rows of each part (`train`, `validation`, `test`): columns by name, as NumPy arrays."""

Beside = Callable[[Rows], Mapping[str, float]]
"""Learns from the same training rows: what it is called, and what it reaches on the test rows."""


@dataclass(frozen=True)
class Trained:
    """A finished training, and where the others lie.

    Attributes:
        run: its run folder.
        rows: the raw rows that it was given.
        runs: the folder of all runs of the gallery.
    """

    run: Path
    rows: Callable[[], Rows]
    runs: Path

    def other(self, blueprint: str) -> Path:
        """The run folder of another entry.

        Raises:
            FileNotFoundError: it was not trained.
        """
        folder = self.runs / folder_name(blueprint)
        if not (folder / "manifest.json").is_file():
            raise FileNotFoundError(f"{blueprint} comes first: there is no {folder}")
        return folder


Figures = Callable[[Trained], Mapping[str, float]]
"""What else a training reached, by its name."""

Picture = Callable[[Trained], bytes]
"""A PNG of what a training makes."""


@dataclass(frozen=True)
class Entry:
    """One blueprint, trained on real data.

    Attributes:
        blueprint: its name in the gallery, `fashion/mlp`, or with a variant, `fashion/mlp:large`.
        task: what it learns, for the table.
        data: what it learns it from, for the table.
        metric: as `metrics.json` of the run calls it.
        bar: what it has to reach.
        lower: whether less is better.
        part: whose metric it is: `test` or `validation`.
        files: the blueprint's parameters that are files, and where those lie below `--data`.
        after: its parameters that are run folders, and of which entries: those come first.
        settings: further `--set`s.
        backend: what it is trained on.
        published: a figure that others published, with its source.
        beside: a baseline that is run on the same rows.
        unit: what stands behind a result.
        figures: what is measured with the finished run; `metric` may be one of them.
        also: of those, what has to be reached besides the bar, and the least of each.
        run_beside: baselines that are measured with what the run was, or with another run.
        picture: what the gallery's page shows of it.
    """

    blueprint: str
    task: str
    data: str
    metric: str
    bar: float
    lower: bool = False
    part: str = "test"
    files: Mapping[str, str] | None = None
    after: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    backend: str = "jax"
    published: str = ""
    beside: Beside | None = None
    unit: str = ""
    figures: Figures | None = None
    also: Mapping[str, float] = field(default_factory=dict)
    run_beside: Figures | None = None
    picture: Picture | None = None

    @property
    def path(self) -> str:
        """The blueprint as the command line takes it, from the project's folder."""
        return path_of(self.blueprint)

    def sets(self, data: Path, runs: Path) -> list[str]:
        """The `--set` values of a training whose files lie below a folder, and earlier runs below another."""
        files = [f"{name}={data / file}" for name, file in (self.files or {}).items()]
        earlier = [f"{name}={runs / folder_name(of)}" for name, of in self.after.items()]
        return [*files, *earlier, *self.settings]

    def digest(self) -> str:
        """A hash of what is trained: the blueprint with all that it imports, resolved, and the backend."""
        return digest(self.blueprint, self.settings, self.backend)

    def reached(self, figures: Mapping[str, float]) -> bool:
        """Whether what a training reached holds the bar, and whatever else is asked of it."""
        value = figures[self.metric]
        held = value <= self.bar if self.lower else value >= self.bar
        return held and all(figures[name] >= least for name, least in self.also.items())


def picture_of(blueprint: str) -> Path:
    """Where the picture of a blueprint's training lies."""
    return ROOT / "blueprints" / "pictures" / f"{folder_name(blueprint)}.png"


def path_of(blueprint: str) -> str:
    """A blueprint of the gallery as the command line takes it, from the project's folder."""
    name, colon, variant = blueprint.partition(":")
    return f"blueprints/{name}.yaml{colon}{variant}"


def digest(blueprint: str, settings: tuple[str, ...], backend: str) -> str:
    """A hash of a blueprint with all that it imports and what is set, resolved, and of the backend."""
    plan = yamlnet.load(ROOT / path_of(blueprint), settings).plan
    trained = json.dumps([unparse(plan), backend], sort_keys=True, default=str)
    return hashlib.sha256(trained.encode()).hexdigest()[:16]


def folder_name(blueprint: str) -> str:
    """What the run folder of a blueprint is called."""
    return blueprint.replace("/", "-").replace(":", "-")


def rows_of(entry: Entry, data: Path) -> Rows:
    """The raw rows of an entry's blueprint, divided as its training divides them."""
    loaded = yamlnet.load(ROOT / entry.path, entry.sets(data, ROOT))
    assert loaded.plan.data is not None, f"{entry.blueprint} names no data"
    parts = read_parts(loaded.plan.data, loaded.path.parent, loaded.plan.seed)
    return {part: next(iter(rows.chunks())).columns for part, rows in parts.items()}
