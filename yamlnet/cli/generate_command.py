"""`yamlnet generate`: new rows of a run that learnt to make them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.cli.options import backend_option, data_option, quiet_option, run_argument

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.runner.run import Run

PICTURE, NUMBERS = ".png", ".npz"
MOST = 10_000


@click.command("generate", short_help="Make new rows with a run.")
@run_argument
@click.option(
    "-n", "--count", type=click.IntRange(1, 10_000), default=16, show_default=True, help="How many."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Decides the noise.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Where to: .png (images) or .npz.")
@click.option(
    "--judge",
    type=click.Path(),
    metavar="CLASSIFIER",
    help="A run that classifies such rows: tells their classes, and how far they lie from real ones.",
)
@click.option("--features", metavar="LAYER", help="With --judge: the layer by which they are compared.")
@data_option
@backend_option
@quiet_option
@handles_failures
def command(
    run: str,
    count: int,
    seed: int,
    output: str | None,
    judge: str | None,
    features: str | None,
    data: str | None,
    backend: str | None,
    quiet: bool,
) -> None:
    """Make new rows with a run whose objective generates: a VariationalAutoencoder, a GAN.

    Images are written as one picture, side by side, anything else as numbers. Of a conditional model the
    conditions are those of the run's test rows.

    A judge tells into which classes the new rows fall, and their Fréchet distance from the run's test rows,
    by the features that the judge's last layer reads (Heusel et al., 2017). Give it a thousand rows or more.

    \b
    Example:
      yamlnet generate runs/vae-20260101-120000
      yamlnet generate runs/vae-20260101-120000 -n 64 --seed 7 -o samples.png
      yamlnet generate runs/gan-20260101-120000 -n 2000 -o gan.npz --judge runs/digits-20260101-120000
    """
    if features is not None and judge is None:
        raise click.UsageError("--features is of a judge: --judge CLASSIFIER")
    if output is not None and Path(output).suffix not in (PICTURE, NUMBERS):
        raise click.BadParameter(f'"{output}" ends in neither .png nor .npz', param_hint="--output")
    from yamlnet.runs import generate, generated_picture, open_run

    opened = open_run(run, backend)
    rows = generate(opened, count, seed, data)
    picture = (
        None if output is not None and output.endswith(NUMBERS) else generated_picture(opened, rows, data)
    )
    if picture is None and output is not None and output.endswith(PICTURE):
        raise click.UsageError(f"rows of shape {list(rows.shape[1:])} are no images; write them as .npz")
    path = Path(output) if output is not None else Path(f"generated{NUMBERS if picture is None else PICTURE}")
    if picture is None:
        _write(path, rows)
    else:
        path.write_bytes(picture)
    if not quiet:
        click.echo(f"wrote {count} rows to {path}", err=style_asked() == "json")
    if judge is not None:
        _tell_judged(opened, rows, judge, features, data)


def _tell_judged(opened: Run, rows: np.ndarray, judge: str, features: str | None, data: str | None) -> None:
    from yamlnet.runs import open_run
    from yamlnet.studies import judge as judge_rows

    found = judge_rows(opened, rows, open_run(judge), features, data)
    if style_asked() == "json":
        told = {"classes": found.classes, "frechet": found.frechet, "rows": len(rows), "real": found.real}
        click.echo(json.dumps(told, indent=2))
        return
    click.echo("classes: " + ", ".join(f"{name} {count}" for name, count in found.classes.items()))
    click.echo(f"Fréchet distance {found.frechet:.4g}: {len(rows)} rows against {found.real} real ones")


def _write(path: Path, rows: np.ndarray) -> None:
    import numpy as np

    np.savez(path, allow_pickle=False, rows=rows)
