"""`yamlnet predict`: predictions for rows of a file, or for a run's own test rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
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
    """Predict rows of a file with a run's model; without a file, the run's test rows.

    ROWS is a file with the columns that the blueprint's inputs name (.csv, .json, .jsonl, .parquet, .npz,
    .npy, .txt, also packed: .csv.gz), an image or a sound, a folder of images, sounds or texts, or the URL
    of a file. What was fitted while training (means, classes) is applied again.

    \b
    Example:
      yamlnet predict runs/digits-20260101-120000
      yamlnet predict runs/digits-20260101-120000 rows.csv -o predictions.csv
      yamlnet predict runs/pets-20260101-120000 photo.png
    """
    from yamlnet.runs import class_outputs, open_run, predict

    if output is not None and Path(output).suffix not in (".csv", ".npz"):
        raise click.BadParameter(f'"{output}" ends in neither .csv nor .npz', param_hint="--output")
    opened = open_run(run, backend)
    predictions, classes = predict(opened, rows), class_outputs(opened)
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


def _write(path: Path, predictions: Mapping[str, np.ndarray], classes: Collection[str]) -> None:
    import numpy as np

    if path.suffix == ".npz":
        np.savez(path, allow_pickle=False, **predictions)
    else:
        path.write_text(_table(predictions, classes, None), encoding="utf-8")


def _table(predictions: Mapping[str, np.ndarray], classes: Collection[str], rows: int | None) -> str:
    """Predictions as CSV: a column for each number, and the likeliest class where they are of classes."""
    columns: dict[str, Any] = {}
    for name, values in predictions.items():
        flat = values.reshape(len(values), -1)[:rows]
        if name in classes and values.ndim == 2:
            columns[f"{name}.class"] = [str(index) for index in flat.argmax(axis=1)]
        for index in range(flat.shape[1]):
            label = name if flat.shape[1] == 1 else f"{name}.{index}"
            columns[label] = [f"{value:.6g}" for value in flat[:, index]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
