"""`yamlnet show`: a blueprint's graph, as text or a picture."""

from __future__ import annotations

from pathlib import Path

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.opened import opened
from yamlnet.cli.options import blueprint_argument, lock_option, max_bytes_option, set_option
from yamlnet.verdicts.limits import UNLIMITED

ENDINGS = (".svg", ".png", ".pdf", ".mmd", ".dot")


@click.command("show", short_help="Draw a blueprint's graph.")
@blueprint_argument
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help=f"A file to write: {', '.join(ENDINGS)}."
)
@click.option("--model", "name", help="Which model, where there are several; default: all as text.")
@set_option
@lock_option
@max_bytes_option
@handles_failures
def command(
    blueprint: str, output: str | None, name: str | None, overrides: tuple[str, ...], locked: bool
) -> None:
    """Draw a blueprint's graph with blocks and loops expanded. Nothing is built, no backend is needed.

    \b
    Example:
      yamlnet show digits.yaml
      yamlnet show digits.yaml -o graph.svg
    """
    from yamlnet.cli import drawing
    from yamlnet.diagnostics.diagnostic import YamlnetError
    from yamlnet.diagnostics.suggest import did_you_mean

    plan = opened(blueprint, overrides, locked, max_params=UNLIMITED).plan
    models = plan.models
    if name is not None and name not in models:
        mend = did_you_mean(name, models) or f"; there are {', '.join(models)}"
        raise click.UsageError(f'the blueprint has no model "{name}"{mend}')
    if output is None:
        chosen = [models[name]] if name else list(models.values())
        texts = (drawing.as_text(one, drawing.learnt_marks(one, plan.train)) for one in chosen)
        click.echo("\n".join(texts), nl=False)
        return
    path, graph = Path(output), models[name or "model"]
    if path.suffix not in ENDINGS:
        raise click.BadParameter(f'"{output}" ends in none of {", ".join(ENDINGS)}', param_hint="--output")
    if path.suffix in (".mmd", ".dot"):
        path.write_text(drawing.as_mermaid(graph) if path.suffix == ".mmd" else drawing.as_dot(graph))
    elif len(graph.nodes) > drawing.LARGEST:
        message = (
            f"a picture of {len(graph.nodes)} nodes would be unreadable (the limit is {drawing.LARGEST})"
        )
        raise YamlnetError(message, hint="write a .dot file and lay it out with Graphviz")
    else:
        drawing.draw(graph, path)
    click.echo(f"wrote {path}")
