"""`yamlnet reconstruct`: rows beside what an autoencoder gives back of them, and those that are far off."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.cli.opened import telling
from yamlnet.cli.options import backend_option, data_option, quiet_option, run_argument

if TYPE_CHECKING:
    from yamlnet.studies import Reconstruction

PICTURE, NUMBERS, TABLE = ".png", ".npz", ".csv"
SHOWN = 10
"""Rows whose errors are printed unasked."""
NAMED = 20
"""Anomalies whose numbers are printed unasked."""


@click.command("reconstruct", short_help="Compare rows with what a run gives back of them.")
@run_argument
@click.argument("rows", required=False, type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="Where to: .png (pairs of images), .npz (rows, what is made, errors) or .csv (errors).",
)
@click.option(
    "-n", "--count", type=click.IntRange(1, 10_000), default=16, show_default=True, help="Pairs of a .png."
)
@click.option("--threshold", type=float, help="The error above which a row is an anomaly.")
@click.option(
    "--quantile",
    type=click.FloatRange(0, 1),
    default=0.99,
    show_default=True,
    help="Without --threshold: the share of training rows whose errors lie below it.",
)
@click.option("--label", metavar="COLUMN", help="A column that says what a row is: tells ROC AUC.")
@click.option("--normal", metavar="VALUE", help="The label of rows that are no anomalies.")
@data_option
@backend_option
@quiet_option
@handles_failures
def command(
    run: str,
    rows: str | None,
    output: str | None,
    count: int,
    threshold: float | None,
    quantile: float,
    label: str | None,
    normal: str | None,
    data: str | None,
    backend: str | None,
    quiet: bool,
) -> None:
    """Compare rows with what a run's autoencoder gives back of them; of a run without a file, its test rows.

    The error of a row is the mean of its squared differences, in the numbers that the model reads. Rows whose
    errors lie above the threshold are anomalies: by default, above nearly all of the training rows. ROWS are
    as in `yamlnet predict`. Where a column says what each row is, --label and --normal tell how well errors
    tell them apart: ROC AUC, the chance that a row that is not normal has the larger one.

    \b
    Example:
      yamlnet reconstruct runs/anomaly-20260101-120000 -o pairs.png
      yamlnet reconstruct runs/anomaly-20260101-120000 rows.csv --threshold 0.02
      yamlnet reconstruct runs/anomaly-20260101-120000 --label target --normal 0
    """
    if output is not None and Path(output).suffix not in (PICTURE, NUMBERS, TABLE):
        raise click.BadParameter(f'"{output}" ends in none of .png, .npz, .csv', param_hint="--output")
    if (label is None) != (normal is None):
        raise click.UsageError("--label and --normal go together: a column, and its value in normal rows")
    from yamlnet.runs import open_run, reload
    from yamlnet.studies import reconstruct

    opened = open_run(run, backend)
    tell = telling(reload(opened))
    found = reconstruct(opened, rows, threshold, quantile, label, normal, data, tell)
    if output is not None:
        _write(Path(output), found, count)
    if style_asked() == "json":
        click.echo(json.dumps(_as_data(found), indent=2))
        return
    if output is None:
        click.echo(_table(found, SHOWN), nl=False)
    if not quiet:
        _tell(found, quantile, output)


def _write(path: Path, found: Reconstruction, count: int) -> None:
    import numpy as np

    from yamlnet.runner.generate import are_images
    from yamlnet.runner.reconstruct import pairs_grid

    both = found.given_back
    if path.suffix == TABLE:
        path.write_text(_table(found, None), encoding="utf-8")
    elif path.suffix == NUMBERS:
        made = {f"{name}.made": values for name, values in both.made.items()}
        np.savez(path, allow_pickle=False, **both.rows, **made, error=both.errors, anomaly=found.anomalies)
    else:
        name = next((name for name, values in both.rows.items() if are_images(values)), None)
        if name is None:
            shape = list(next(iter(both.rows.values())).shape[1:])
            raise click.UsageError(f"rows of shape {shape} are no images; write them as .npz")
        path.write_bytes(pairs_grid(both.rows[name][:count], both.made[name][:count]))


def _table(found: Reconstruction, rows: int | None) -> str:
    """Errors as CSV: a line for each row, numbered from 1."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["row", "error", "anomaly"])
    for index, error in enumerate(found.given_back.errors[:rows]):
        writer.writerow([index + 1, f"{error:.6g}", "yes" if error > found.threshold else "no"])
    return text.getvalue()


def _as_data(found: Reconstruction) -> dict[str, object]:
    told: dict[str, object] = {
        "errors": found.given_back.errors.tolist(),
        "threshold": found.threshold,
        "anomalies": (found.anomalies.nonzero()[0] + 1).tolist(),
    }
    return told if found.roc_auc is None else {**told, "roc_auc": found.roc_auc}


def _tell(found: Reconstruction, quantile: float, output: str | None) -> None:
    """What the errors say, for people: programs read the table alone."""
    errors = found.given_back.errors
    if output is not None:
        click.echo(f"wrote {output}")
    elif len(errors) > SHOWN:
        click.echo(f"… {len(errors) - SHOWN} more rows; write them all with -o errors.csv", err=True)
    why = f", below which {quantile:g} of {found.trained} training rows lie" if found.trained else ""
    click.echo(f"mean error {errors.mean():.6g}; threshold {found.threshold:.6g}{why}", err=True)
    rows = (found.anomalies.nonzero()[0] + 1).tolist()
    listed = ", ".join(map(str, rows[:NAMED])) + (", …" if len(rows) > NAMED else "")
    click.echo(f"anomalies: {len(rows)} of {len(errors)} rows" + (f": {listed}" if rows else ""), err=True)
    if found.roc_auc is not None:
        click.echo(f"ROC AUC {found.roc_auc:.4f}", err=True)
