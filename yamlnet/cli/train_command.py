"""`yamlnet train`: from a blueprint to a run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.opened import opened, telling
from yamlnet.cli.options import (
    backend_option,
    blueprint_argument,
    lock_option,
    max_bytes_option,
    max_params_option,
    quiet_option,
    set_option,
    strict_option,
)

if TYPE_CHECKING:
    from yamlnet.runner.run import Run


@click.command("train", short_help="Train a blueprint and keep the run.")
@blueprint_argument
@click.option(
    "--out", "-o", type=click.Path(file_okay=False), help="The run folder; default runs/<name>-<time>."
)
@backend_option
@set_option
@lock_option
@strict_option
@max_params_option
@quiet_option
@max_bytes_option
@handles_failures
def command(
    blueprint: str,
    out: str | None,
    backend: str | None,
    overrides: tuple[str, ...],
    locked: bool,
    strict: bool,
    max_params: int,
    quiet: bool,
) -> None:
    """Train a blueprint, measure it on its test rows, and keep everything in a run folder.

    The folder holds the blueprint as written and as resolved, model.keras, history.csv, metrics.json,
    curves.png and a manifest. Ctrl-C ends training and keeps what was learnt.

    \b
    Example:
      yamlnet train digits.yaml
      yamlnet train digits.yaml --backend torch --set train.epochs=3 --out runs/try
    """
    from yamlnet.pipeline import train

    loaded = opened(blueprint, overrides, locked, strict, max_params)
    run = train(loaded, backend, out, "none" if quiet else "auto", telling(loaded))
    click.echo(results(run))
    if not quiet:
        click.echo(next_steps(run))


def results(run: Run) -> str:
    """The kept weights' metrics, a line for each part of the data."""
    lines = []
    for part in ("test", "validation", "train"):
        if part in run.metrics and (part != "train" or len(run.metrics) == 1):
            values = "  ".join(f"{name} {value:.4g}" for name, value in run.metrics[part].items())
            lines.append(f"{part:<10} {values}")
    return "\n".join(lines)


def next_steps(run: Run) -> str:
    """What to do with a finished run."""
    word = "interrupted; kept" if run.manifest["status"] == "interrupted" else "kept"
    return (
        f"\n{word} in {run.folder}\n"
        f"  yamlnet evaluate {run.folder}        measure it again\n"
        f"  yamlnet predict {run.folder}         predict its test rows, or your own: … rows.csv\n"
        f"  yamlnet export {run.folder} onnx     use it elsewhere\n"
        f"  {run.folder / 'curves.png'}   how it learnt"
    )
