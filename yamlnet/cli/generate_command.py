"""`yamlnet generate`: new rows of a run that learnt to make them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.options import backend_option, data_option, quiet_option, run_argument

if TYPE_CHECKING:
    import numpy as np

PICTURE, NUMBERS = ".png", ".npz"
MOST = 10_000


@click.command("generate", short_help="Make new rows with a run.")
@run_argument
@click.option(
    "-n", "--count", type=click.IntRange(1, 10_000), default=16, show_default=True, help="How many."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Decides the noise.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Where to: .png (images) or .npz.")
@data_option
@backend_option
@quiet_option
@handles_failures
def command(
    run: str, count: int, seed: int, output: str | None, data: str | None, backend: str | None, quiet: bool
) -> None:
    """Make new rows with a run whose objective generates: a VariationalAutoencoder, a GAN.

    Images are written as one picture, side by side, anything else as numbers. Of a conditional model the
    conditions are those of the run's test rows.

    \b
    Example:
      yamlnet generate runs/vae-20260101-120000
      yamlnet generate runs/vae-20260101-120000 -n 64 --seed 7 -o samples.png
    """
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
        click.echo(f"wrote {count} rows to {path}")


def _write(path: Path, rows: np.ndarray) -> None:
    import numpy as np

    np.savez(path, allow_pickle=False, rows=rows)
