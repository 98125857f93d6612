"""`yamlnet evaluate`: a run's metrics on one part of its data."""

from __future__ import annotations

import json

import click

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.cli.opened import note, telling
from yamlnet.cli.options import backend_option, beam_option, data_option, length_option, run_argument


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
@click.option(
    "--most",
    type=click.IntRange(0),
    metavar="N",
    help="Of texts: how many of the rows, the first ones, are told and compared; default 500, 0 for none.",
)
@beam_option
@length_option
@data_option
@backend_option
@handles_failures
def command(
    run: str,
    part: str,
    most: int | None,
    beams: int | None,
    length: int | None,
    data: str | None,
    backend: str | None,
) -> None:
    """Measure a run's model on one part of its data, split as it was while training.

    Loss and metrics are of the numbers that the model learns. Where a target was changed on the way from its
    column (normalize, log, scale), data.NAME.mae, .rmse and .r2 are in the column's units. Of a run that
    tells texts (Seq2Seq), data.NAME.bleu, .chrf and .exact (the share that is told exactly) compare those
    that it tells of the first rows with what the rows say. Without --backend the run's own backend is used.

    \b
    Example:
      yamlnet evaluate runs/digits-20260101-120000
      yamlnet evaluate runs/digits-20260101-120000 --on validation --format json
    """
    from yamlnet.runs import EVALUATED, Telling, evaluate, open_run, reload, tells_texts

    opened = open_run(run, backend)
    loaded, way = reload(opened), None
    if tells_texts(loaded.plan) or any(value is not None for value in (most, beams, length)):
        way = Telling(beams or 1, length, EVALUATED if most is None else most, note)
    metrics = evaluate(opened, part, data, telling(loaded), way)
    if style_asked() == "json":
        click.echo(json.dumps(metrics, indent=2))
        return
    width = max(len(name) for name in metrics)
    for name, value in metrics.items():
        click.echo(f"{name:<{width}}  {value:.6g}")
    if any(name.endswith(".bleu") for name in metrics):
        note("texts were told of the first rows alone: --most says how many")
