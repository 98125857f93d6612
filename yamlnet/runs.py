"""What is done with a finished run: open it, evaluate it, predict with it, export it.

Each starts from the run folder alone: the resolved blueprint, the weights and what the transforms
learnt. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from yamlnet.data.facts import input_shapes
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.pipeline import LoadedBlueprint, Tell, load
from yamlnet.syntax.limits import reading_up_to
from yamlnet.verdicts.limits import UNLIMITED

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.data.dataset import Dataset
    from yamlnet.data.table import Table
    from yamlnet.data.units import Units
    from yamlnet.exporters.artifact import Artifact
    from yamlnet.exporters.opened import Export
    from yamlnet.resolver.plan import Plan, TensorPlan
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


def evaluate(
    run: Run, split: str = "test", data: str | Path | None = None, tell: Tell | None = None
) -> dict[str, float]:
    """Loss and metrics of a run's model on one part of its data: `train`, `validation` or `test`.

    They are Keras's, of the numbers that the model learns. Where a target was changed on the way from its
    column (`normalize`, `log`, `scale`), `data.<output>.mae`, `.rmse` and `.r2` are in the column's units.

    Args:
        run: from `train` or `open_run`.
        split: the part.
        data: the folder that the data's paths are relative to; default: the run's own.
        tell: is given a warning for rows that are left out, because they are broken.

    Raises:
        YamlnetError: the run's data has no such part, or lies where a run of somebody else may not lead.
    """
    from yamlnet.data.units import output_units
    from yamlnet.runner.evaluate import evaluate_run, measure

    plan, dataset = _run_data(run, data, tell)
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    metrics = evaluate_run(run, plan, splits, split)
    part = splits[split]
    assert part is not None, "evaluate_run refuses a part that there is not"
    return metrics | measure(run.model, run.manifest["outputs"], part, output_units(plan, run.fitted))


class Predicted(Struct, frozen=True):
    """What a model says of some rows.

    Attributes:
        outputs: by name, each of shape (rows, *output shape).
        measured: where the rows hold what is predicted, how far it is off, as in `evaluate`.
        unmeasured: why that cannot be told though the columns are there; else "".
    """

    outputs: Mapping[str, np.ndarray]
    measured: Mapping[str, float]
    unmeasured: str = ""


def predict(
    run: Run, rows: str | Path | None = None, raw: bool = False, data: str | Path | None = None
) -> dict[str, np.ndarray]:
    """Predictions of a run's model by output name, each of shape (rows, *output shape).

    A number whose target was changed on the way from its column (`normalize`, `log`, `scale`) comes back in
    the column's units: a price in dollars.

    Args:
        run: from `train` or `open_run`.
        rows: a file with the columns of the blueprint's inputs (CSV, JSON, Parquet, NPZ, NPY, texts), an
            image or a sound, a folder of images, sounds or texts, or a URL of a file; the run's test
            rows (or, without any, its validation rows) when None.
        raw: whether outputs are the model's own numbers.
        data: as in `evaluate`.

    Raises:
        DataError: the rows lack a column or hold what the run's transforms cannot take.
    """
    return dict(predict_and_measure(run, rows, raw, data).outputs)


def predict_and_measure(
    run: Run,
    rows: str | Path | None = None,
    raw: bool = False,
    data: str | Path | None = None,
    tell: Tell | None = None,
) -> Predicted:
    """The same, and how far it is off where the rows say what is true; `tell` as in `evaluate`.

    The model's own numbers (`raw`) are measured by `evaluate`, and not here.
    """
    import numpy as np

    from yamlnet.data.measured import Measured
    from yamlnet.data.units import output_units, outputs_in_units
    from yamlnet.runner.evaluate import predict_run

    plan = reload(run).plan
    _require_states(run, plan)
    units = {} if raw else output_units(plan, run.fitted)
    measured, unmeasured, found = Measured(units), "", []
    for given in _own_rows(run, data, tell) if rows is None else [_given_rows(run, rows, plan, units)]:
        outputs = outputs_in_units(predict_run(run, given.inputs), units)
        if given.targets:
            measured.add(outputs, given.targets)
        unmeasured = given.unmeasured
        found.append(outputs)
    together = {name: np.concatenate([some[name] for some in found]) for name in found[0]}
    return Predicted(together, measured.told(), unmeasured)


def predict_with_export(export: Export, rows: str | Path, raw: bool = False) -> Predicted:
    """The same with an export, for rows of a file or a folder."""
    from yamlnet.data.given_rows import read_rows
    from yamlnet.data.measured import Measured

    table, units = read_rows(rows), {} if raw else export.pipeline.units
    outputs = export.predict(table, raw)
    targets, unmeasured = _truths(table, units, export.pipeline.inputs)
    measured = Measured(units)
    if targets:
        measured.add(outputs, targets)
    return Predicted(outputs, measured.told(), unmeasured)


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


def generate(run: Run, count: int = 16, seed: int = 0, data: str | Path | None = None) -> np.ndarray:
    """New rows that a run makes up, of shape (count, *row's shape), as the model's numbers are.

    What a conditional model reads besides noise is taken from the run's own test rows, in their order.

    Args:
        run: from `train` or `open_run`.
        count: how many rows.
        seed: decides the noise.
        data: as in `evaluate`.

    Raises:
        YamlnetError: the run's objective generates nothing.
    """
    from yamlnet.runner.generate import generate_rows

    plan, dataset = _run_data(run, data)
    return generate_rows(run, plan, _conditions(dataset, count), seed)


def generated_picture(run: Run, rows: np.ndarray, data: str | Path | None = None) -> bytes | None:
    """A PNG of generated rows; None where they are no images. Training rows say what is black and white."""
    from yamlnet.runner.generate import are_images, grid

    if not are_images(rows):
        return None
    inputs = _run_data(run, data)[1].train.first().inputs.values()
    real = next((values for values in inputs if values.shape[1:] == rows.shape[1:]), rows)
    return grid(rows, float(real.min()), float(real.max()))


def _conditions(dataset: Dataset, count: int) -> dict[str, np.ndarray]:
    """Inputs of so many rows that were not trained on, if there are any; they begin again at their end."""
    import numpy as np

    inputs = (dataset.test or dataset.validation or dataset.train).first().inputs
    return {name: values[np.arange(count) % len(values)] for name, values in inputs.items()}


class _Rows(Struct, frozen=True):
    """Input tensors, and the targets where the rows hold them: not all of those that a model has."""

    inputs: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    unmeasured: str = ""


def _own_rows(run: Run, data: str | Path | None, tell: Tell | None) -> Iterator[_Rows]:
    """The run's own rows, some after others where memory does not hold them."""
    _, dataset = _run_data(run, data, tell)
    split = dataset.test or dataset.validation or dataset.train
    yield from (_Rows(rows.inputs, rows.targets) for rows in split.pieces())


def _given_rows(run: Run, rows: str | Path, plan: Plan, units: Mapping[str, Units]) -> _Rows:
    from yamlnet.data.dataset import pipeline_inputs
    from yamlnet.data.given_rows import read_rows

    assert plan.data is not None, "_require_states looked"
    table = read_rows(rows, plan.data)
    inputs = pipeline_inputs(table, plan.data.inputs, run.fitted, input_shapes(plan))
    targets, unmeasured = _truths(table, units, plan.data.inputs)
    return _Rows(inputs, targets, unmeasured)


def _truths(
    table: Table, units: Mapping[str, Units], inputs: Mapping[str, TensorPlan]
) -> tuple[Mapping[str, np.ndarray], str]:
    """What rows hold of what is predicted, and why that cannot be told though its columns are there."""
    from yamlnet.data.measured import truths

    try:
        return truths(table, units, inputs.values()), ""
    except DataError as error:  # who asks what a price will be may leave its column empty
        return {}, str(error)


def _require_states(run: Run, plan: Plan) -> None:
    """Refuse a run without data, or whose transforms learnt what none learns: it may be a stranger's."""
    from yamlnet.data.fitting import require_fitted

    if plan.data is None:
        raise DataError("the run's blueprint has no data section")
    for name, tensor in {**plan.data.inputs, **plan.data.targets}.items():
        require_fitted(tensor, run.fitted.get(name))


def _run_data(run: Run, data: str | Path | None = None, tell: Tell | None = None) -> tuple[Plan, Dataset]:
    from yamlnet.data.dataset import load as load_data
    from yamlnet.manual.settling import rows_left_out
    from yamlnet.runner.files import RESOLVED
    from yamlnet.runner.origin import root_of

    loaded = reload(run)
    plan = loaded.plan
    _require_states(run, plan)
    assert plan.data is not None, "_require_states looked"
    resolved = (run.folder / RESOLVED).read_bytes()
    root = root_of(run, resolved, plan.data, Path(data) if data is not None else None)
    # A run of version 0.3 does not say how its rows were divided: in the first way that there was.
    divided = replace(plan.data.split, form=run.manifest.get("split_form", 1))
    rows = replace(plan.data, split=divided)
    dataset = load_data(rows, root, plan.seed, input_shapes(plan), run.fitted)
    if tell is not None and dataset.skipped:
        tell(rows_left_out(dataset.skipped, loaded.tree, strict=False))
    return plan, dataset


def export(
    run: Run, formats: Sequence[str], data: str | Path | None = None, tell: Tell | None = None
) -> list[Artifact]:
    """Export a run's model; each format is reopened by its own runtime and compared on real rows.

    The artifacts land in the run folder's `export/`. `data` and `tell` are as in `evaluate`.

    Raises:
        ExportError: a format's packages are missing, or its runtime gave other numbers.
    """
    from yamlnet.exporters.export import export_run

    plan, dataset = _run_data(run, data, tell)
    return export_run(run, formats, dataset, plan)
