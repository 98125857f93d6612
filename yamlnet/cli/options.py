"""Options and arguments that several commands share."""

from __future__ import annotations

import click

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
