"""What is done with a finished run: open it, evaluate it, predict with it, export it.

Each starts from the run folder alone: the resolved blueprint, the weights and what the transforms
learnt. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.pipeline import Tell
from yamlnet.run_rows import reload as reload
from yamlnet.run_rows import require_states, rows_of, run_data, truths_of
from yamlnet.translations import Telling as Telling
from yamlnet.translations import Told, require_telling, told_of
from yamlnet.translations import tells_texts as tells_texts

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.exporters.artifact import Artifact
    from yamlnet.exporters.opened import Export
    from yamlnet.runner.play import Played
    from yamlnet.runner.run import Run


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


EVALUATED = 500
"""Rows of which a run that tells texts tells them to be evaluated: each takes many steps."""


def evaluate(
    run: Run,
    split: str = "test",
    data: str | Path | None = None,
    tell: Tell | None = None,
    telling: Telling | None = None,
) -> dict[str, float]:
    """Loss and metrics of a run's model on one part of its data: `train`, `validation` or `test`.

    They are Keras's, of the numbers that the model learns; an agent's are those of its episodes. Where a
    target was changed on the way from its column (`normalize`, `log`, `scale`), `data.<output>.mae`, `.rmse`
    and `.r2` are in the column's units.
    Where the run tells texts (`Seq2Seq`), `data.<input>.bleu`, `.chrf` and `.exact`, the share that is told
    exactly, compare those that it tells of the first rows with the column's; `.rows` is how many.

    Args:
        run: from `train` or `open_run`.
        split: the part.
        data: the folder that the data's paths are relative to; default: the run's own.
        tell: is given a warning for rows that are left out, because they are broken.
        telling: how texts are told, and of how many rows; default: of the first 500, none where that is 0.

    Raises:
        YamlnetError: the run's data has no such part, or lies where a run of somebody else may not lead; the
            run tells no texts, and `telling` says how.
        DataError: the run tells texts, and the package `sacrebleu` is missing.
    """
    from yamlnet.data.texts.likeness import require_sacrebleu
    from yamlnet.data.units import output_units
    from yamlnet.runner.evaluate import evaluate_run, measure

    if (plan := reload(run).plan).objective.acts:
        from yamlnet.runner.play import evaluate_agent

        return evaluate_agent(run, plan, part=split)
    plan, dataset = run_data(run, data, tell)
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    metrics = evaluate_run(run, plan, splits, split)
    part = splits[split]
    assert part is not None, "evaluate_run refuses a part that there is not"
    metrics |= measure(run.model, run.manifest["outputs"], part, output_units(plan, run.fitted))
    require_telling(plan, telling)
    telling = telling or Telling(rows=EVALUATED)
    if telling.rows == 0 or not tells_texts(plan):
        return metrics
    require_sacrebleu()
    return metrics | told_of(run, plan, None, telling, data, split).measured()


class Predicted(Struct, frozen=True):
    """What a model says of some rows.

    Attributes:
        outputs: by name, each of shape (rows, *output shape).
        measured: where the rows hold what is predicted, how far it is off, as in `evaluate`.
        unmeasured: why that cannot be told though the columns are there; else "".
        left: how many rows there are of which nothing was predicted.
    """

    outputs: Mapping[str, np.ndarray]
    measured: Mapping[str, float]
    unmeasured: str = ""
    left: int = 0


def predict(
    run: Run,
    rows: str | Path | Sequence[str] | None = None,
    raw: bool = False,
    data: str | Path | None = None,
    telling: Telling | None = None,
) -> dict[str, np.ndarray]:
    """Predictions of a run's model by output name, each of shape (rows, *output shape).

    A number whose target was changed on the way from its column (`normalize`, `log`, `scale`) comes back in
    the column's units: a price in dollars. A run that tells texts (`Seq2Seq`) gives these, (rows,), by the
    name of the input that they are; of rows the columns of its other inputs are enough.

    Args:
        run: from `train` or `open_run`.
        rows: a file with the columns of the blueprint's inputs (CSV, JSON, Parquet, NPZ, NPY, texts), an
            image or a sound, a folder of images, sounds or texts, or a URL of a file; a list of texts where
            the inputs read one column; the run's test rows (or, without any, its validation rows) when None.
        raw: whether outputs are the model's own numbers; of texts their tokens, int32 (rows, longest).
        data: as in `evaluate`.
        telling: how texts are told, and of how many rows.

    Raises:
        DataError: the rows lack a column or hold what the run's transforms cannot take.
        YamlnetError: `telling` is given to a run that tells no texts.
    """
    return dict(predict_and_measure(run, rows, raw, data, None, telling).outputs)


def predict_and_measure(
    run: Run,
    rows: str | Path | Sequence[str] | None = None,
    raw: bool = False,
    data: str | Path | None = None,
    tell: Tell | None = None,
    telling: Telling | None = None,
) -> Predicted:
    """The same, and how far it is off where the rows say what is true; `tell` as in `evaluate`.

    The model's own numbers (`raw`) are measured by `evaluate`, and not here.
    """
    import numpy as np

    from yamlnet.data.measured import Measured
    from yamlnet.data.units import output_units, outputs_in_units
    from yamlnet.runner.evaluate import predict_run
    from yamlnet.runner.experience.observations import with_rows

    plan = with_rows(reload(run).plan)
    require_telling(plan, telling)
    if tells_texts(plan):
        return _told(told_of(run, plan, rows, telling or Telling(), data), raw)
    require_states(run, plan)
    units = {} if raw else output_units(plan, run.fitted)
    measured, unmeasured, found = Measured(units), "", []
    for given in rows_of(run, plan, rows, data, tell, units):
        outputs = outputs_in_units(predict_run(run, given.inputs), units)
        if given.targets:
            measured.add(outputs, given.targets)
        unmeasured = given.unmeasured
        found.append(outputs)
    together = {name: np.concatenate([some[name] for some in found]) for name in found[0]}
    return Predicted(together, measured.told(), unmeasured)


def _told(told: Told, raw: bool) -> Predicted:
    """Texts, or their tokens, as predictions."""
    import numpy as np

    try:
        measured, unmeasured = {} if raw else told.measured(), told.unmeasured
    except DataError as error:  # who asks for texts may have no package that compares them
        measured, unmeasured = {}, f"{error}: {error.hint}"
    return Predicted(
        {told.name: told.tokens if raw else np.array(told.texts)}, measured, unmeasured, told.left
    )


class Classes(Struct, frozen=True):
    """The classes of an output.

    Attributes:
        labels: what they are called, in order; empty where the data calls them by their numbers.
        above: of an output that is one number for two classes, what it is above for the second; None where it
            holds a number for each.
    """

    labels: list[Any]
    above: float | None = None


def predict_with_export(export: Export, rows: str | Path, raw: bool = False) -> Predicted:
    """The same with an export, for rows of a file or a folder."""
    from yamlnet.data.given_rows import read_rows
    from yamlnet.data.measured import Measured

    table, units = read_rows(rows), {} if raw else export.pipeline.units
    outputs = export.predict(table, raw)
    targets, unmeasured = truths_of(table, units, export.pipeline.inputs)
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
    from yamlnet.exporters.raw_rows import output_labels, output_losses

    plan = reload(run).plan
    labels = output_labels(plan.data, run.fitted) if plan.data is not None else {}
    outputs = [name for name, spec in output_losses(plan).items() if "Categorical" in spec.name]
    return {name: labels.get(name, []) for name in outputs}


def classes_told(run: Run) -> dict[str, Classes]:
    """What tells the class in each output that tells one."""
    from yamlnet.exporters.raw_rows import output_labels, second_class_above

    plan = reload(run).plan
    found = {name: Classes(labels) for name, labels in class_labels(run).items()}
    labels = output_labels(plan.data, run.fitted) if plan.data is not None else {}
    return found | {
        name: Classes(labels[name], above)
        for name, above in second_class_above(plan).items()
        if name in labels
    }


def play(run: Run, episodes: int = 1, seed: int = 0, by_chance: bool = False, frames: bool = False) -> Played:
    """Episodes of a run's model in its environment: see `yamlnet.runner.play.play_run`."""
    from yamlnet.runner.play import play_run

    return play_run(run, reload(run).plan, episodes, seed, by_chance, frames)


def export(
    run: Run, formats: Sequence[str], data: str | Path | None = None, tell: Tell | None = None
) -> list[Artifact]:
    """Export a run's model; each format is reopened by its own runtime and compared on real rows.

    The artifacts land in the run folder's `export/`. `data` and `tell` are as in `evaluate`.

    Raises:
        ExportError: a format's packages are missing, or its runtime gave other numbers.
    """
    from yamlnet.exporters.export import export_run

    plan, dataset = run_data(run, data, tell)
    return export_run(run, formats, dataset, plan)
