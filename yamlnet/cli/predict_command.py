"""`yamlnet predict`: predictions for rows of a file, or for a run's own test rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.opened import note, telling
from yamlnet.cli.options import (
    backend_option,
    beam_option,
    data_option,
    length_option,
    quiet_option,
    run_argument,
)

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.runs import Classes, Predicted

SHOWN = 10
ENDINGS = (".csv", ".npz", ".txt")


@click.command("predict", short_help="Predict with a run.")
@run_argument
@click.argument("rows", required=False, type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="Write all predictions: .csv, .npz or (texts) .txt.",
)
@click.option("--raw", is_flag=True, help="Print the model's own numbers, whatever units its targets have.")
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="A text that is read instead of ROWS.")
@beam_option
@length_option
@data_option
@backend_option
@quiet_option
@handles_failures
def command(
    run: str,
    rows: str | None,
    output: str | None,
    raw: bool,
    texts: tuple[str, ...],
    beams: int | None,
    length: int | None,
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

    A run that tells texts (Seq2Seq) answers each row with one, a line each; the column of the source is
    enough. Where the rows hold what is to be told, BLEU and chrF say how near it is. An export of such a run
    tells no texts: with --raw it gives the logits of each next token of rows that hold the target, too.

    \b
    Example:
      yamlnet predict runs/digits-20260101-120000
      yamlnet predict runs/digits-20260101-120000 rows.csv -o predictions.csv
      yamlnet predict runs/digits-20260101-120000/export/model.onnx rows.csv
      yamlnet predict runs/pets-20260101-120000 photo.png
      yamlnet predict runs/films-20260101-120000 --text "a wonderful film"
      yamlnet predict runs/verses-20260101-120000 --text "In the beginning" --beam 4
    """
    _require_sense(rows, texts, output)
    asked = Asked(texts or rows, raw, data, beams, length, None if output or texts else SHOWN)
    found, classes = _predicted(Path(run), asked, backend)
    count = len(next(iter(found.outputs.values())))
    if output is not None:
        _write(Path(output), found.outputs, classes)
    else:
        click.echo(_shown(found.outputs, classes), nl=False)
    if quiet:
        return
    more = found.left + (0 if texts else max(count - SHOWN, 0))
    if output is not None:
        click.echo(f"wrote {count} predictions to {output}")
    elif more:
        click.echo(f"… {more} more rows; write them all with -o predictions.csv", err=True)
    _tell_measured(found)


def _require_sense(rows: str | None, texts: tuple[str, ...], output: str | None) -> None:
    if output is not None and Path(output).suffix not in ENDINGS:
        raise click.BadParameter(f'"{output}" ends in none of {", ".join(ENDINGS)}', param_hint="--output")
    if rows is not None and texts:
        raise click.UsageError("ROWS and --text are two ways to say what is read; give one of them")


class Asked(Struct, frozen=True):
    """Which rows: a file's, typed texts or a run's own; how texts are told, and of how many rows."""

    rows: str | tuple[str, ...] | None
    raw: bool
    data: str | None
    beams: int | None
    length: int | None
    most: int | None

    @property
    def is_of_texts(self) -> bool:
        """Whether something is asked for that only a run can do which tells texts."""
        return self.beams is not None or self.length is not None


def _predicted(path: Path, asked: Asked, backend: str | None) -> tuple[Predicted, Mapping[str, Classes]]:
    """Predictions by output, and the classes of those that have them."""
    from yamlnet import runs

    if not runs.is_export(path):
        run = runs.open_run(path, backend)
        loaded = runs.reload(run)
        way = None
        if asked.is_of_texts or runs.tells_texts(loaded.plan):
            way = runs.Telling(asked.beams or 1, asked.length, asked.most, note)
        found = runs.predict_and_measure(run, asked.rows, asked.raw, asked.data, telling(loaded), way)
        return found, runs.classes_told(run)
    if asked.rows is None:
        raise click.UsageError("an export has no rows of its own: yamlnet predict EXPORT ROWS")
    if asked.is_of_texts:
        raise click.UsageError("an export tells no texts: yamlnet predict RUN does")
    if not isinstance(asked.rows, str):
        raise click.UsageError("an export takes no --text: give it a file, or the run")
    from yamlnet.compiler.backend import select_backend

    select_backend(backend)
    export = runs.open_export(path)
    pipeline = export.pipeline
    classes = {
        name: runs.Classes(labels, pipeline.above.get(name)) for name, labels in pipeline.labels.items()
    }
    return runs.predict_with_export(export, asked.rows, asked.raw), classes


def _tell_measured(found: Predicted) -> None:
    """How far predictions are off, for people: programs read the predictions alone."""
    if found.measured:
        told = ", ".join(f"{name} {value:.6g}" for name, value in found.measured.items())
        click.echo(f"against what the rows say: {told}", err=True)
    elif found.unmeasured:
        click.echo(f"how far this is off is not known: {found.unmeasured}", err=True)


def _write(path: Path, predictions: Mapping[str, np.ndarray], classes: Mapping[str, Classes]) -> None:
    import numpy as np

    if path.suffix == ".npz":
        np.savez(path, allow_pickle=False, **predictions)
    elif path.suffix == ".csv":
        path.write_text(_table(predictions, classes, None), encoding="utf-8")
    elif (lines := _lines(predictions)) is not None:
        path.write_text(lines, encoding="utf-8")
    else:
        raise click.UsageError("predictions that are numbers are written as .csv or .npz")


def _shown(predictions: Mapping[str, np.ndarray], classes: Mapping[str, Classes]) -> str:
    """Texts as they are, the first rows of anything else as CSV."""
    lines = _lines(predictions)
    return lines if lines is not None else _table(predictions, classes, SHOWN)


def _lines(predictions: Mapping[str, np.ndarray]) -> str | None:
    """A line for each text, whatever breaks are in it; None where predictions are numbers."""
    texts = next((values for values in predictions.values() if values.dtype.kind == "U"), None)
    return None if texts is None else "".join(f"{' '.join(text.splitlines())}\n" for text in texts)


def _table(predictions: Mapping[str, np.ndarray], classes: Mapping[str, Classes], rows: int | None) -> str:
    """Predictions as CSV: a column for each number, and the likeliest class where they are of classes."""
    columns: dict[str, Any] = {}
    for name, values in predictions.items():
        flat = values.reshape(len(values), -1)[:rows]
        digits = ".9g" if values.dtype == "float64" else ".6g"  # numbers in units: 1767225600 seconds
        digits = "" if values.dtype.kind == "U" else digits
        if name in classes and values.ndim == 2:
            columns |= _class_column(name, flat, classes[name])
        for index in range(flat.shape[1]):
            label = name if flat.shape[1] == 1 else f"{name}.{index}"
            columns[label] = [f"{value:{digits}}" for value in flat[:, index]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _class_column(name: str, flat: np.ndarray, classes: Classes) -> dict[str, list[str]]:
    """What an output says of each row: the data's own word for the class, or its number.

    One number says nothing of several classes, unless it is known what it is above for the second.
    """
    if flat.shape[1] > 1:
        chosen = flat.argmax(axis=1)
    elif classes.above is not None:
        chosen = (flat[:, 0] > classes.above).astype(int)
    else:
        return {}
    labels = classes.labels
    return {f"{name}.class": [str(labels[at]) if at < len(labels) else str(at) for at in chosen]}
