"""`yamlnet validate`: every mistake of blueprints, without Keras."""

from __future__ import annotations

import sys

import click

from yamlnet.cli.failures import handles_failures, report
from yamlnet.cli.options import quiet_option, set_option
from yamlnet.diagnostics.diagnostic import YamlnetError


@click.command("validate", short_help="Check blueprints and say every mistake in them.")
@click.argument("blueprints", nargs=-1, required=True, type=click.Path(), metavar="BLUEPRINT...")
@set_option
@quiet_option
@handles_failures
def command(blueprints: tuple[str, ...], overrides: tuple[str, ...], quiet: bool) -> None:
    """Check blueprints: keys, layers, arguments, names, expressions, wiring, data and training.

    Every mistake is told in one run, at file:line:column, with the likely mend. Nothing is built and no
    backend is needed; `yamlnet build` checks shapes as well.

    \b
    Example:
      yamlnet validate digits.yaml
      yamlnet validate blueprints/*.yaml --format github
    """
    from yamlnet.diagnostics.report import render
    from yamlnet.pipeline import load

    style = click.get_current_context().meta["yamlnet.style"]
    failed = False
    for path in blueprints:
        try:
            loaded = load(path, overrides)
        except YamlnetError as error:
            failed = bool(report(error, style))
            continue
        if loaded.warnings:
            trees = {"": loaded.tree, loaded.tree.source: loaded.tree}
            click.echo(render(loaded.warnings, trees, style), err=True, nl=False)
        if not quiet and style == "text":
            nodes = sum(len(graph.nodes) for graph in loaded.plan.models.values())
            click.echo(f"{path}: ok ({nodes} layer{'s' if nodes != 1 else ''})")
    if failed:
        sys.exit(1)
