"""`yamlnet predict`: predictions for rows of a file, or for a run's own test rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.options import backend_option, quiet_option, run_argument

if TYPE_CHECKING:
    import numpy as np

SHOWN = 10


@click.command("predict", short_help="Predict with a run.")
@run_argument
@click.argument("rows", required=False, type=click.Path())
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write all predictions: .csv or .npz.")
@backend_option
@quiet_option
@handles_failures
def command(run: str, rows: str | None, output: str | None, backend: str | None, quiet: bool) -> None:
    """Predict rows of a file with a run's model or an export of it; of a run without a file, its test rows.

    ROWS is a file with the columns that the blueprint's inputs name (.csv, .json, .jsonl, .parquet, .npz,
    .npy, .txt, also packed: .csv.gz), an image or a sound, a folder of images, sounds or texts, or the URL
    of a file. What was fitted while training (means, classes) is applied again.

    \b
    Example:
      yamlnet predict runs/digits-20260101-120000
      yamlnet predict runs/digits-20260101-120000 rows.csv -o predictions.csv
      yamlnet predict runs/digits-20260101-120000/export/model.onnx rows.csv
      yamlnet predict runs/pets-20260101-120000 photo.png
    """
    if output is not None and Path(output).suffix not in (".csv", ".npz"):
        raise click.BadParameter(f'"{output}" ends in neither .csv nor .npz', param_hint="--output")
    predictions, classes = _predicted(Path(run), rows, backend)
    if output is not None:
        _write(Path(output), predictions, classes)
        if not quiet:
            count = len(next(iter(predictions.values())))
            click.echo(f"wrote {count} predictions to {output}")
        return
    click.echo(_table(predictions, classes, SHOWN), nl=False)
    left = len(next(iter(predictions.values()))) - SHOWN
    if left > 0 and not quiet:
        click.echo(f"… {left} more rows; write them all with -o predictions.csv", err=True)


def _predicted(
    path: Path, rows: str | None, backend: str | None
) -> tuple[Mapping[str, np.ndarray], Mapping[str, list[Any]]]:
    """Predictions by output, and the classes of those that have them."""
    from yamlnet.runs import class_labels, is_export, open_export, open_run, predict

    if not is_export(path):
        run = open_run(path, backend)
        return predict(run, rows), class_labels(run)
    if rows is None:
        raise click.UsageError("an export has no rows of its own: yamlnet predict EXPORT ROWS")
    from yamlnet.compiler.backend import select_backend
    from yamlnet.data.given_rows import read_rows

    select_backend(backend)
    export = open_export(path)
    return export.predict(read_rows(Path(rows))), export.pipeline.labels


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
        if name in classes and values.ndim == 2:
            columns[f"{name}.class"] = [_label(classes[name], index) for index in flat.argmax(axis=1)]
        for index in range(flat.shape[1]):
            label = name if flat.shape[1] == 1 else f"{name}.{index}"
            columns[label] = [f"{value:.6g}" for value in flat[:, index]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _label(labels: list[Any], index: int) -> str:
    """What a class is called: by the data's own word for it, or its number."""
    return str(labels[index]) if index < len(labels) else str(index)
