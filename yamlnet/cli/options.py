"""Options and arguments that several commands share."""

from __future__ import annotations

import click

from yamlnet.syntax.limits import MAX_BYTES, reading_up_to
from yamlnet.verdicts.limits import MAX_PARAMS, read_count


def _count(context: click.Context, parameter: click.Parameter, value: str | None) -> int:
    """A large number as it is written: `2G`, `2e9`, `3_000_000_000`."""
    try:
        return MAX_PARAMS if value is None else read_count(value)
    except ValueError:
        message = f'"{value}" is no number of parameters; write 2G, 2e9 or 2_000_000_000'
        raise click.BadParameter(message, context, parameter) from None


def _raise_limit(context: click.Context, option: click.Parameter, size: int) -> None:
    context.with_resource(reading_up_to(size))


def _hide_bars(context: click.Context, option: click.Parameter, quiet: bool) -> bool:
    if quiet:
        from yamlnet.data.waiting import hidden

        context.with_resource(hidden())
    return quiet


blueprint_argument = click.argument("blueprint", type=click.Path(), metavar="BLUEPRINT")
run_argument = click.argument("run", type=click.Path(), metavar="RUN")
backend_option = click.option(
    "--backend",
    type=click.Choice(["auto", "jax", "tensorflow", "torch"]),
    help="What Keras runs on; default: the blueprint's, KERAS_BACKEND, or what is installed.",
)
set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="PATH=VALUE",
    help="Override a value: --set train.epochs=3, or a parameter by its name: --set width=32. Paths are"
    " taken from the current folder.",
)
lock_option = click.option(
    "--locked", is_flag=True, help="Refuse imported files that are not as blueprint.lock pins them."
)
strict_option = click.option("--strict", is_flag=True, help="Refuse a blueprint for its warnings, too.")
data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, exists=True),
    metavar="FOLDER",
    help="Where the run's data are; default: where they were while training.",
)
beam_option = click.option(
    "--beam",
    "beams",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Of texts: look for the likeliest one, N at a time; default: take the likeliest token each time.",
)
length_option = click.option(
    "--length",
    type=click.IntRange(1),
    metavar="N",
    help="Of texts: how many tokens one has at most; default: as many as those of the training rows.",
)
quiet_option = click.option(
    "--quiet", "-q", is_flag=True, callback=_hide_bars, help="Print only results and problems."
)
max_params_option = click.option(
    "--max-params",
    callback=_count,
    metavar="N",
    help="Parameters that the models may have together; default 1G (10⁹). N is 2G, 2e9 or 2_000_000_000.",
)
max_bytes_option = click.option(
    "--max-bytes",
    type=click.IntRange(min=1),
    default=MAX_BYTES,
    envvar="YAMLNET_MAX_BYTES",
    expose_value=False,
    callback=_raise_limit,
    hidden=True,  # the message that refuses a larger file names it; nobody else needs it
    help="The longest blueprint that is read, in bytes.",
)
