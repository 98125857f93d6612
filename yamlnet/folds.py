"""Training a blueprint once for each fold of its data, and what the folds together say of it.

Each fold is a run of its own, in `fold-1/`, `fold-2/`, … of one folder: trained from the start, with
everything fitted anew on its own training rows. `folds.json` beside them is written after each, so that what
ends the command early costs the fold that was being trained, and none before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import count, takewhile
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from msgspec import Struct, ValidationError, convert, to_builtins
from msgspec.structs import replace

from yamlnet.assembly.settings import apply_settings
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, YamlnetError
from yamlnet.diagnostics.problems import Problems
from yamlnet.pipeline import LoadedBlueprint, Tell, inspect, train
from yamlnet.resolver.located import located


class Fold(Struct, frozen=True):
    """One fold's run: its number from 1, its folder, how it ended, and its metrics by part of the data."""

    fold: int
    folder: str
    status: str
    metrics: Mapping[str, Mapping[str, float]]


class Measured(Struct, frozen=True):
    """One metric: its mean over the finished folds, its standard deviation (NumPy's `std`), its values."""

    mean: float
    deviation: float
    values: Sequence[float]


class Folds(Struct, frozen=True):
    """What training by folds leaves.

    Attributes:
        name: the blueprint's.
        status: `running`, `finished`, `interrupted` or `failed`.
        folds: how many there are to train.
        runs: those that were trained, in order.
        metrics: by part of the data and name, over the folds that were finished.
        folder: where all of it is kept.
    """

    name: str
    status: str
    folds: int
    runs: Sequence[Fold]
    metrics: Mapping[str, Mapping[str, Measured]]
    folder: Path


def train_folds(
    loaded: LoadedBlueprint,
    backend: str | None = None,
    out: str | Path | None = None,
    progress: str = "auto",
    tell: Tell | None = None,
) -> Folds:
    """Train a blueprint on each fold of its data in turn; Ctrl-C ends with the fold that is being trained.

    Where `out` holds folds of the same blueprint and the same rows, those that were finished stay, and the
    others are trained.

    Args:
        loaded: from `load`; its data says `folds`.
        backend: as in `train`.
        progress: as in `train`.
        out: the folder; default `runs/<name>-<time>` below the working directory.
        tell: is given the warnings that only the rows show, of the first fold.

    Raises:
        BlueprintError, BackendError, DataError, TrainingError, ExportError: as `train`; finished folds stay.
        YamlnetError: `out` holds something else.
    """
    from yamlnet.runner.files import FOLDS
    from yamlnet.runner.folder import fresh_path, make_empty

    data = loaded.plan.data
    assert data is not None and data.folds is not None, "whoever calls this looked"
    _refuse_processes(loaded, backend)
    folder = Path(out) if out is not None else fresh_path(loaded.plan.name)
    runs: list[Fold] = []
    if (folder / FOLDS).is_file():
        runs = _finished(loaded, folder)
    elif folder.exists():
        make_empty(folder)
    for number in range(len(runs) + 1, data.folds + 1):
        own, told = folder / f"fold-{number}", tell if number == 1 else None
        _set_aside(own)
        try:
            run = train(one_fold(loaded, number), backend, own, progress, told)
        except BaseException as error:
            status = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
            if runs:
                _keep(loaded, folder, runs, status)
            raise
        runs.append(Fold(number, own.name, str(run.manifest["status"]), run.metrics))
        if _keep(loaded, folder, runs, _status(runs, data.folds)).status == "interrupted":
            break
    return _keep(loaded, folder, runs, _status(runs, data.folds))


def _refuse_processes(loaded: LoadedBlueprint, backend: str | None) -> None:
    """Folds are trained one after another by one process; several train a fold that is named."""
    from yamlnet.compiler.backend import select_backend

    train = loaded.plan.train
    if train is None or train.distribution is None:
        return
    select_backend(backend, loaded.plan.backend)
    from yamlnet.runner.steps.devices import join

    if join(loaded.plan).processes > 1:
        message = "several processes train one fold at a time; name it: fold: 1"
        raise located(BlueprintError([Diagnostic("folds", message, ("data", "folds"), "key")]), loaded.tree)


def _finished(loaded: LoadedBlueprint, folder: Path) -> list[Fold]:
    """The folds of a folder that were finished, in order; the others are trained anew.

    Raises:
        YamlnetError: they are of another blueprint, of other settings or of other rows.
    """
    from yamlnet.runner.files import FOLDS, read_json, read_manifest

    kept = read_json(folder, FOLDS)
    hint = "choose another folder with --out"
    if kept.get("plan") != _digest(loaded):
        raise YamlnetError(f"the folds in {folder} are of another blueprint, or of other settings", hint)
    try:
        runs = convert(kept.get("runs"), list[Fold])
    except ValidationError as error:
        raise YamlnetError(f"{folder / FOLDS} is damaged: {error}") from None
    finished = list(takewhile(lambda run: run.status == "finished", runs))
    if [run.fold for run in finished] != list(range(1, len(finished) + 1)):
        raise YamlnetError(f"{folder / FOLDS} is damaged: its folds are not in order")
    if finished and read_manifest(folder / "fold-1").get("sha256", {}).get("data") != _rows(loaded):
        raise YamlnetError(f"the folds in {folder} are of other rows", hint)
    return finished


def _digest(loaded: LoadedBlueprint) -> str:
    """What tells two plans apart, settings of the command line included."""
    from hashlib import sha256

    from yamlnet.resolver.unparse import unparse

    return sha256(json.dumps(unparse(loaded.plan), sort_keys=True, default=str).encode()).hexdigest()


def _rows(loaded: LoadedBlueprint) -> str:
    """The digest of the first fold's data, as its run keeps it."""
    from yamlnet.data.facts import with_data

    first = one_fold(loaded, 1)
    _, dataset = with_data(first.blueprint, first.tree, first.plan, first.path.parent)
    return dataset.digest


def _set_aside(folder: Path) -> None:
    """Make room for a fold that is trained anew; what an interruption left of it stays beside it."""
    if folder.exists():
        places = (folder.with_name(f"{folder.name}-stopped-{number}") for number in count(1))
        folder.rename(next(place for place in places if not place.exists()))


def one_fold(loaded: LoadedBlueprint, number: int) -> LoadedBlueprint:
    """The blueprint that trains one of its folds alone."""
    tree = apply_settings(loaded.tree, [f"data.fold={number}"], Problems())
    blueprint, plan = inspect(tree, max_params=loaded.max_params)
    return replace(loaded, tree=tree, blueprint=blueprint, plan=plan)


def _status(runs: Sequence[Fold], folds: int) -> str:
    if runs[-1].status == "interrupted":
        return "interrupted"
    return "finished" if len(runs) == folds else "running"


def _keep(loaded: LoadedBlueprint, folder: Path, runs: Sequence[Fold], status: str) -> Folds:
    """Write what is known so far beside the folds."""
    from yamlnet.runner.files import BLUEPRINT, FOLDS
    from yamlnet.runner.folder import RunFolder

    assert loaded.plan.data is not None and loaded.plan.data.folds is not None, "train_folds looked"
    found = Folds(loaded.plan.name, status, loaded.plan.data.folds, tuple(runs), summary(runs), folder)
    files = RunFolder(folder)
    files.write(BLUEPRINT, loaded.tree.text)
    written: dict[str, Any] = {**to_builtins(found, enc_hook=str), "plan": _digest(loaded)}
    del written["folder"]  # it may be moved
    files.write_json(FOLDS, written)
    return found


def summary(runs: Sequence[Fold]) -> dict[str, dict[str, Measured]]:
    """Mean and deviation of every metric over the folds that were finished."""
    finished = [run.metrics for run in runs if run.status == "finished"]
    return {
        part: {name: _measured([metrics[part][name] for metrics in finished]) for name in finished[0][part]}
        for part in (finished[0] if finished else ())
    }


def _measured(values: Sequence[float]) -> Measured:
    return Measured(fmean(values), pstdev(values), values)
