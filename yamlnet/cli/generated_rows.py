"""`yamlnet generate` of a run that makes rows: one picture of images, or numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from yamlnet.cli.failures import style_asked

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.runner.run import Run

PICTURE, NUMBERS = ".png", ".npz"
COUNT = 16


class Judge(Struct, frozen=True):
    """A run that classifies what is made, and the layer by which that is compared with real rows."""

    run: str | None = None
    features: str | None = None


def write_rows(
    run: str,
    count: int | None,
    seed: int,
    output: str | None,
    data: str | None,
    backend: str | None,
    judge: Judge,
    quiet: bool,
) -> None:
    """Make rows, write them, and tell where to, and what a judge says of them."""
    if output is not None and Path(output).suffix not in (PICTURE, NUMBERS):
        raise click.BadParameter(f'"{output}" ends in neither .png nor .npz', param_hint="--output")
    from yamlnet.generating import generate, generated_picture
    from yamlnet.runs import open_run

    opened = open_run(run, backend)
    rows = generate(opened, count or COUNT, seed, data)
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
        click.echo(f"wrote {len(rows)} rows to {path}", err=style_asked() == "json")
    if judge.run is not None:
        _tell_judged(opened, rows, judge.run, judge.features, data)


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
