"""What is done with a finished run: open it, evaluate it, predict with it, export it.

Each starts from the run folder alone: the resolved blueprint, the weights and what the transforms
learnt. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from yamlnet.data.facts import input_shapes
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.pipeline import LoadedBlueprint, load
from yamlnet.syntax.limits import reading_up_to
from yamlnet.verdicts.limits import UNLIMITED

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.data.dataset import Dataset
    from yamlnet.exporters.artifact import Artifact
    from yamlnet.exporters.opened import Export
    from yamlnet.runner.run import Run

MAX_RESOLVED = 64 << 20
"""The longest resolved blueprint that is read: a loop of one line in the blueprint is written out in it."""


def open_run(folder: str | Path, backend: str | None = None) -> Run:
    """Open a run folder that training left.

    Raises:
        YamlnetError: it is no run folder, or training did not get as far as a model.
        BackendError: as in `build`.
    """
    from yamlnet.compiler.backend import select_backend
    from yamlnet.runner.files import read_manifest

    select_backend(backend, read_manifest(Path(folder))["backend"])
    from yamlnet.runner.folder import open_run as open_folder

    return open_folder(Path(folder))


def reload(run: Run) -> LoadedBlueprint:
    """The blueprint that a run was trained from, as the run folder keeps it."""
    from yamlnet.runner.files import RESOLVED, require_own

    require_own(run.folder, RESOLVED)
    with reading_up_to(MAX_RESOLVED):
        return load(run.folder / RESOLVED, max_params=UNLIMITED)


def evaluate(run: Run, split: str = "test") -> dict[str, float]:
    """Loss and metrics of a run's model on one part of its data: `train`, `validation` or `test`.

    Raises:
        YamlnetError: the run's data has no such part.
    """
    from yamlnet.runner.evaluate import evaluate_run

    dataset = _run_data(run)
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return evaluate_run(run, reload(run).plan, splits, split)


def predict(run: Run, rows: str | Path | None = None) -> dict[str, np.ndarray]:
    """Predictions of a run's model by output name, each of shape (rows, *output shape).

    Args:
        run: from `train` or `open_run`.
        rows: a file with the columns of the blueprint's inputs (CSV, JSON, Parquet, NPZ, NPY, texts), an
            image or a sound, a folder of images, sounds or texts, or a URL of a file; the run's test
            rows (or, without any, its validation rows) when None.

    Raises:
        DataError: the rows lack a column or hold what the run's transforms cannot take.
    """
    import numpy as np

    from yamlnet.runner.evaluate import predict_run

    pieces = [predict_run(run, inputs) for inputs in _row_inputs(run, rows)]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def is_export(path: str | Path) -> bool:
    """Whether a path is an export that stands beside its pipeline; Keras is not imported to say so."""
    from yamlnet.runner.files import EXPORTED, PIPELINE

    return Path(path).name in EXPORTED and (Path(path).parent / PIPELINE).is_file()


def open_export(path: str | Path) -> Export:
    """Open an export of a run, `runs/digits/export/model.onnx`: its `predict` takes raw rows.

    Raises:
        YamlnetError: it is no export, or what stands beside it is damaged.
    """
    from yamlnet.exporters.opened import open_export as open_file

    return open_file(Path(path))


def class_labels(run: Run) -> dict[str, list[Any]]:
    """The outputs that hold a number for each class, by their losses: the largest is the likeliest.

    Each with what its classes are called, empty where the data calls them by their numbers.
    """
    from yamlnet.exporters.raw_rows import output_labels

    plan = reload(run).plan
    labels = output_labels(plan.data, run.fitted) if plan.data is not None else {}
    loss = plan.train.loss if plan.train is not None else None
    by_output = loss if isinstance(loss, Mapping) else dict.fromkeys(plan.models["model"].outputs, loss)
    outputs = [name for name, spec in by_output.items() if spec is not None and "Categorical" in spec.name]
    return {name: labels.get(name, []) for name in outputs}


def _row_inputs(run: Run, rows: str | Path | None) -> Iterator[Mapping[str, np.ndarray]]:
    """Input tensors of the rows, some after others where memory does not hold them."""
    from yamlnet.data.dataset import pipeline_inputs
    from yamlnet.data.given_rows import read_rows

    if rows is None:
        dataset = _run_data(run)
        split = dataset.test or dataset.validation or dataset.train
        yield from (piece.inputs for piece in split.pieces())
        return
    plan = reload(run).plan
    assert plan.data is not None
    yield pipeline_inputs(read_rows(rows, plan.data), plan.data.inputs, run.fitted, input_shapes(plan))


def _run_data(run: Run) -> Dataset:
    from yamlnet.data.dataset import load as load_data

    plan = reload(run).plan
    if plan.data is None:
        raise DataError("the run's blueprint has no data section")
    # A run of version 0.3 does not say how its rows were divided: in the first way that there was.
    split = replace(plan.data.split, form=run.manifest.get("split_form", 1))
    data = replace(plan.data, split=split)
    return load_data(data, run.data_root, plan.seed, input_shapes(plan), run.fitted)


def export(run: Run, formats: Sequence[str]) -> list[Artifact]:
    """Export a run's model; each format is reopened by its own runtime and compared on real rows.

    The artifacts land in the run folder's `export/`.

    Raises:
        ExportError: a format's packages are missing, or its runtime gave other numbers.
    """
    from yamlnet.exporters.export import export_run

    return export_run(run, formats, _run_data(run), reload(run).plan)
