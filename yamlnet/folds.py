"""Training a blueprint once for each fold of its data, and what the folds together say of it.

Each fold is a run of its own, in `fold-1/`, `fold-2/`, … of one folder: trained from the start, with
everything fitted anew on its own training rows. `folds.json` beside them is written after each, so that what
ends the command early costs the fold that was being trained, and none before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from yamlnet.assembly.settings import apply_settings
from yamlnet.diagnostics.problems import Problems
from yamlnet.pipeline import LoadedBlueprint, Tell, inspect, train

if TYPE_CHECKING:
    from yamlnet.runner.run import Run


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

    Args:
        loaded: from `load`; its data says `folds`.
        backend: as in `train`.
        progress: as in `train`.
        out: the folder; default `runs/<name>-<time>` below the working directory.
        tell: is given the warnings that only the rows show, of the first fold.

    Raises:
        BlueprintError, BackendError, DataError, TrainingError, ExportError: as `train`; finished folds stay.
    """
    from yamlnet.runner.folder import fresh_path, make_empty

    data = loaded.plan.data
    assert data is not None and data.folds is not None, "whoever calls this looked"
    folder = Path(out) if out is not None else fresh_path(loaded.plan.name)
    if folder.exists():
        make_empty(folder)
    runs: list[Fold] = []
    for number in range(1, data.folds + 1):
        try:
            run = train(
                one_fold(loaded, number),
                backend,
                folder / f"fold-{number}",
                progress,
                tell if number == 1 else None,
            )
        except BaseException as error:
            if runs:
                _keep(
                    loaded, folder, runs, "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
                )
            raise
        runs.append(_fold(number, run))
        found = _keep(loaded, folder, runs, _status(runs, data.folds))
        if found.status == "interrupted":
            break
    return found


def one_fold(loaded: LoadedBlueprint, number: int) -> LoadedBlueprint:
    """The blueprint that trains one of its folds alone."""
    tree = apply_settings(loaded.tree, [f"data.fold={number}"], Problems())
    blueprint, plan = inspect(tree, max_params=loaded.max_params)
    return replace(loaded, tree=tree, blueprint=blueprint, plan=plan)


def _fold(number: int, run: Run) -> Fold:
    return Fold(number, run.folder.name, str(run.manifest["status"]), run.metrics)


def _status(runs: Sequence[Fold], count: int) -> str:
    if runs[-1].status == "interrupted":
        return "interrupted"
    return "finished" if len(runs) == count else "running"


def _keep(loaded: LoadedBlueprint, folder: Path, runs: Sequence[Fold], status: str) -> Folds:
    """Write what is known so far beside the folds."""
    from yamlnet.runner.files import BLUEPRINT, FOLDS
    from yamlnet.runner.folder import RunFolder

    assert loaded.plan.data is not None and loaded.plan.data.folds is not None, "train_folds looked"
    found = Folds(loaded.plan.name, status, loaded.plan.data.folds, tuple(runs), summary(runs), folder)
    files = RunFolder(folder)
    files.write(BLUEPRINT, loaded.tree.text)
    written: dict[str, Any] = to_builtins(replace(found, folder=None))
    del written["folder"]
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
