"""`yamlnet checks`: what yamlnet looks for, and what each name behind a problem means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from msgspec.structs import asdict

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    from yamlnet.manual import Page


@click.command("checks", short_help="List the checks, or explain one.")
@click.argument("name", required=False)
@handles_failures
def command(name: str | None) -> None:
    """List every check, or explain one with an example that fails and one that passes.

    The name stands in brackets behind each problem. A warning is silenced on its line by a comment,
    # yamlnet: ignore[name]; --strict turns warnings into errors.

    \b
    Example:
      yamlnet checks
      yamlnet checks unknown-argument
    """
    from yamlnet import manual

    known = manual.names()
    if name is None:
        _list([manual.page(one) for one in known])
        return
    name = name.strip("[]")
    if name not in known:
        raise click.UsageError(f'there is no check "{name}"{did_you_mean(name, known)}')
    page = manual.page(name)
    if style_asked() == "json":
        click.echo(json.dumps(asdict(page), indent=2))
    else:
        click.echo(_explained(page), nl=False)


def _list(pages: list[Page]) -> None:
    if style_asked() == "json":
        click.echo(json.dumps([{"name": page.name, "summary": page.summary} for page in pages], indent=2))
        return
    widest = max(len(page.name) for page in pages)
    for page in pages:
        click.echo(f"{click.style(page.name.ljust(widest), bold=True)}  {page.summary}")


def _explained(page: Page) -> str:
    parts = [f"{click.style(page.name, bold=True)}: {page.summary}"]
    if page.prose:
        parts.append(page.prose)
    parts += ["Fails:", _indented(page.fails)]
    if told := _told(page):
        parts += ["yamlnet says:", _indented(told)]
    parts += ["Passes:", _indented(page.passes)]
    return "\n\n".join(parts) + "\n"


def _told(page: Page) -> str:
    """What is said about the example that fails; empty where a text alone cannot show it."""
    from yamlnet.diagnostics.report import render
    from yamlnet.manual.examples import complete
    from yamlnet.pipeline import problems_of

    problems, tree = problems_of(complete(page.fails), "example.yaml")
    return render([one for one in problems if one.check == page.name], tree, "text")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.rstrip().splitlines())
