"""`yamlnet predict`: predictions for rows of a file, or for a run's own test rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.opened import telling
from yamlnet.cli.options import backend_option, data_option, quiet_option, run_argument

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.runs import Predicted

SHOWN = 10


@click.command("predict", short_help="Predict with a run.")
@run_argument
@click.argument("rows", required=False, type=click.Path())
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write all predictions: .csv or .npz.")
@click.option("--raw", is_flag=True, help="Print the model's own numbers, whatever units its targets have.")
@data_option
@backend_option
@quiet_option
@handles_failures
def command(
    run: str,
    rows: str | None,
    output: str | None,
    raw: bool,
    data: str | None,
    backend: str | None,
    quiet: bool,
) -> None:
    """Predict rows of a file with a run's model or an export of it; of a run without a file, its test rows.

    ROWS is a file with the columns that the blueprint's inputs name (.csv, .json, .jsonl, .parquet, .npz,
    .npy, .txt, also packed: .csv.gz), an image or a sound, a folder of images, sounds or texts, or the URL
    of a file. What was fitted while training (means, classes) is applied again, and undone in what is
    predicted: a price comes back in dollars though the model learnt its logarithm. Where the rows hold what
    is true, too, how far the predictions are off is told beside them, in the same units.

    \b
    Example:
      yamlnet predict runs/digits-20260101-120000
      yamlnet predict runs/digits-20260101-120000 rows.csv -o predictions.csv
      yamlnet predict runs/digits-20260101-120000/export/model.onnx rows.csv
      yamlnet predict runs/pets-20260101-120000 photo.png
    """
    if output is not None and Path(output).suffix not in (".csv", ".npz"):
        raise click.BadParameter(f'"{output}" ends in neither .csv nor .npz', param_hint="--output")
    found, classes = _predicted(Path(run), rows, raw, data, backend)
    count = len(next(iter(found.outputs.values())))
    if output is not None:
        _write(Path(output), found.outputs, classes)
    else:
        click.echo(_table(found.outputs, classes, SHOWN), nl=False)
    if quiet:
        return
    if output is not None:
        click.echo(f"wrote {count} predictions to {output}")
    elif count > SHOWN:
        click.echo(f"… {count - SHOWN} more rows; write them all with -o predictions.csv", err=True)
    _tell_measured(found)


def _predicted(
    path: Path, rows: str | None, raw: bool, data: str | None, backend: str | None
) -> tuple[Predicted, Mapping[str, list[Any]]]:
    """Predictions by output, and the classes of those that have them."""
    from yamlnet import runs

    if not runs.is_export(path):
        run = runs.open_run(path, backend)
        tell = telling(runs.reload(run))
        return runs.predict_and_measure(run, rows, raw, data, tell), runs.class_labels(run)
    if rows is None:
        raise click.UsageError("an export has no rows of its own: yamlnet predict EXPORT ROWS")
    from yamlnet.compiler.backend import select_backend

    select_backend(backend)
    export = runs.open_export(path)
    return runs.predict_with_export(export, rows, raw), export.pipeline.labels


def _tell_measured(found: Predicted) -> None:
    """How far predictions are off, for people: programs read the predictions alone."""
    if found.measured:
        told = ", ".join(f"{name} {value:.6g}" for name, value in found.measured.items())
        click.echo(f"against what the rows say: {told}", err=True)
    elif found.unmeasured:
        click.echo(f"how far this is off is not known: {found.unmeasured}", err=True)


def _write(path: Path, predictions: Mapping[str, np.ndarray], classes: Mapping[str, list[Any]]) -> None:
    import numpy as np

    if path.suffix == ".npz":
        np.savez(path, allow_pickle=False, **predictions)
    else:
        path.write_text(_table(predictions, classes, None), encoding="utf-8")


def _table(predictions: Mapping[str, np.ndarray], classes: Mapping[str, list[Any]], rows: int | None) -> str:
    """Predictions as CSV: a column for each number, and the likeliest class where they are of classes."""
    columns: dict[str, Any] = {}
    for name, values in predictions.items():
        flat = values.reshape(len(values), -1)[:rows]
        digits = ".9g" if values.dtype == "float64" else ".6g"  # numbers in units: 1767225600 seconds
        if name in classes and values.ndim == 2:
            columns[f"{name}.class"] = [_label(classes[name], index) for index in flat.argmax(axis=1)]
        for index in range(flat.shape[1]):
            label = name if flat.shape[1] == 1 else f"{name}.{index}"
            columns[label] = [f"{value:{digits}}" for value in flat[:, index]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _label(labels: list[Any], index: int) -> str:
    """What a class is called: by the data's own word for it, or its number."""
    return str(labels[index]) if index < len(labels) else str(index)
