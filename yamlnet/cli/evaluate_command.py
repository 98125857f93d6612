"""`yamlnet evaluate`: a run's metrics on one part of its data."""

from __future__ import annotations

import json

import click

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.cli.opened import telling
from yamlnet.cli.options import backend_option, data_option, run_argument


@click.command("evaluate", short_help="Measure a run on its test rows.")
@run_argument
@click.option(
    "--on",
    "part",
    type=click.Choice(["train", "validation", "test"]),
    default="test",
    show_default=True,
    help="Which rows.",
)
@data_option
@backend_option
@handles_failures
def command(run: str, part: str, data: str | None, backend: str | None) -> None:
    """Measure a run's model on one part of its data, split as it was while training.

    Loss and metrics are of the numbers that the model learns. Where a target was changed on the way from its
    column (normalize, log, scale), data.NAME.mae, .rmse and .r2 are in the column's units. Without --backend
    the run's own backend is used.

    \b
    Example:
      yamlnet evaluate runs/digits-20260101-120000
      yamlnet evaluate runs/digits-20260101-120000 --on validation --format json
    """
    from yamlnet.runs import evaluate, open_run, reload

    opened = open_run(run, backend)
    metrics = evaluate(opened, part, data, telling(reload(opened)))
    if style_asked() == "json":
        click.echo(json.dumps(metrics, indent=2))
        return
    width = max(len(name) for name in metrics)
    for name, value in metrics.items():
        click.echo(f"{name:<{width}}  {value:.6g}")
