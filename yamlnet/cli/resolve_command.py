"""`yamlnet resolve`: the whole blueprint filled in, and where every value comes from."""

from __future__ import annotations

from pathlib import Path

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.opened import opened
from yamlnet.cli.options import blueprint_argument, lock_option, max_bytes_option, set_option
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.verdicts.limits import UNLIMITED


@click.command("resolve", short_help="Print a blueprint with everything filled in.")
@blueprint_argument
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write it to a file.")
@click.option(
    "--explain",
    "asked",
    metavar="PATH",
    help="Explain one value instead: train.epochs, a parameter, or a layer's argument (conv1.filters).",
)
@click.option("--defaults", is_flag=True, help="Write the arguments that Keras fills in, too.")
@set_option
@lock_option
@max_bytes_option
@handles_failures
def command(
    blueprint: str,
    output: str | None,
    asked: str | None,
    defaults: bool,
    overrides: tuple[str, ...],
    locked: bool,
) -> None:
    """Print a blueprint with blocks, loops, imports, variants and expressions filled in.

    Behind each value stands where it comes from. The result is a blueprint itself, of one file, and builds
    the same model with the same names. What only the data knows is still an expression.

    \b
    Example:
      yamlnet resolve resnet.yaml:50 --set classes=10
      yamlnet resolve digits.yaml --explain train.optimizer
      yamlnet resolve digits.yaml -o whole.yaml
    """
    from yamlnet.resolver.annotated import annotated
    from yamlnet.resolver.explain import NoSuchValue, explain

    loaded = opened(blueprint, overrides, locked, max_params=UNLIMITED)
    if asked is not None:
        try:
            click.echo(explain(loaded.plan, loaded.tree, asked), nl=False)
        except NoSuchValue as error:
            raise click.UsageError(str(error)) from None
        return
    if "model" not in loaded.plan.models:
        raise YamlnetError(f"{blueprint} has no model to resolve", hint="it holds blocks for others")
    text = annotated(loaded.plan, loaded.tree, defaults)
    if output is None:
        click.echo(text, nl=False)
    else:
        Path(output).write_text(text, encoding="utf-8")
        click.echo(f"wrote {output}")
