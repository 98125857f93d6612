"""`yamlnet embed`: the vectors that a run makes of rows, and which rows are near each other."""

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
    import numpy as np

ENDINGS = (".npz", ".parquet", ".csv")
SHOWN = 10
"""Rows that are printed unasked."""


@click.command("embed", short_help="Write the vectors that a run makes of rows.")
@run_argument
@click.argument("rows", required=False, type=click.Path())
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Where to: .npz, .parquet or .csv.")
@click.option(
    "--layer",
    metavar="NAME",
    help="A layer, an output or a model of the run; default: the encoder of its objective.",
)
@click.option(
    "--nearest",
    type=click.IntRange(1, 1000),
    metavar="K",
    help="Print the K nearest rows of each, by cosine.",
)
@data_option
@backend_option
@quiet_option
@handles_failures
def command(
    run: str,
    rows: str | None,
    output: str | None,
    layer: str | None,
    nearest: int | None,
    data: str | None,
    backend: str | None,
    quiet: bool,
) -> None:
    """Write what a run's encoder makes of rows, a vector each; of a run without a file, of its test rows.

    Of an autoencoder they are its codes, of contrastive learning what was learnt; --layer names another
    layer, of any run. ROWS are as in `yamlnet predict`. Rows are numbered from 1, in their order.

    \b
    Example:
      yamlnet embed runs/vae-20260101-120000 -o codes.npz
      yamlnet embed runs/digits-20260101-120000 rows.csv --layer dense --nearest 3
    """
    if output is not None and Path(output).suffix not in ENDINGS:
        raise click.BadParameter(f'"{output}" ends in none of {", ".join(ENDINGS)}', param_hint="--output")
    from yamlnet.runs import open_run, reload
    from yamlnet.studies import embed

    opened = open_run(run, backend)
    found = embed(opened, rows, layer, data, telling(reload(opened)))
    if output is not None:
        _write(Path(output), found)
        if not quiet:
            click.echo(f"wrote {len(found)} vectors of {found[0].size} numbers to {output}", err=True)
    if nearest is not None:
        _tell_nearest(found, nearest)
    elif output is None:
        click.echo(_table(found, SHOWN), nl=False)
        if len(found) > SHOWN and not quiet:
            more = len(found) - SHOWN
            click.echo(f"… {more} more rows; write them all with -o vectors.npz", err=True)


def _write(path: Path, found: np.ndarray) -> None:
    import numpy as np

    if path.suffix == ".npz":
        np.savez(path, allow_pickle=False, vector=found)
    elif path.suffix == ".csv":
        path.write_text(_table(found, None), encoding="utf-8")
    else:
        _write_parquet(path, found.reshape(len(found), -1))


def _write_parquet(path: Path, flat: np.ndarray) -> None:
    """One column of lists of one length, which the source Parquet reads as vectors."""
    from yamlnet.diagnostics.diagnostic import YamlnetError

    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise YamlnetError("a .parquet file needs pyarrow", hint='pip install "yamlnet[data]"') from error
    column = pa.FixedSizeListArray.from_arrays(pa.array(flat.reshape(-1)), flat.shape[1])
    pq.write_table(pa.table({"vector": column}), path)


def _table(found: np.ndarray, rows: int | None) -> str:
    """Vectors as CSV: a column for each number."""
    flat = found.reshape(len(found), -1)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"vector.{index}" for index in range(flat.shape[1])])
    writer.writerows([f"{value:.6g}" for value in row] for row in flat[:rows])
    return text.getvalue()


def _tell_nearest(found: np.ndarray, count: int) -> None:
    """The nearest rows of each, as JSON all of them, for people the first ones."""
    from yamlnet.runner.embed import nearest

    places, cosines = nearest(found, count)
    if style_asked() == "json":
        told = [
            [{"row": int(place) + 1, "cosine": float(cosine)} for place, cosine in zip(*pair, strict=True)]
            for pair in zip(places, cosines, strict=True)
        ]
        click.echo(json.dumps(told, indent=2))
        return
    for row in range(min(SHOWN, len(found))):
        near = ", ".join(
            f"{place + 1} ({cosine:.3f})" for place, cosine in zip(places[row], cosines[row], strict=True)
        )
        click.echo(f"row {row + 1}: {near}")
    if len(found) > SHOWN:
        click.echo(f"… {len(found) - SHOWN} more rows; --format json prints them all", err=True)
