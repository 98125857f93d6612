"""Options and arguments that several commands share."""

from __future__ import annotations

import click

from yamlnet.syntax.limits import MAX_BYTES, reading_up_to


def _raise_limit(context: click.Context, option: click.Parameter, size: int) -> None:
    context.with_resource(reading_up_to(size))


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
    help="Override a value: --set train.epochs=3, or a parameter by its name: --set width=32.",
)
lock_option = click.option(
    "--locked", is_flag=True, help="Refuse imported files that are not as blueprint.lock pins them."
)
strict_option = click.option("--strict", is_flag=True, help="Refuse a blueprint for its warnings, too.")
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Print only results and problems.")
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
