"""`yamlnet schema`: what a layer (or anything else of the catalogue) takes, or the editor's JSON Schema."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from yamlnet.cli.failures import handles_failures


@click.command("schema", short_help="Explain a layer, or print the editor's schema.")
@click.argument("name", required=False)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the editor's schema to a file.")
@handles_failures
def command(name: str | None, output: str | None) -> None:
    """Explain a layer, operation, loss, metric, optimizer, … by its name; without one, print the schema.

    \b
    Example:
      yamlnet schema Conv2D
      yamlnet schema ops.matmul
      yamlnet schema -o blueprint-1.schema.json
    """
    if name is None:
        from yamlnet.resources import schema_path

        text = schema_path().read_text(encoding="utf-8")
        if output is None:
            click.echo(text, nl=False)
        else:
            Path(output).write_text(text, encoding="utf-8")
            click.echo(f"wrote {output}\n  begin blueprints with # yaml-language-server: $schema={output}")
        return
    if output is not None:
        raise click.UsageError("--output writes the editor's schema; leave the name out")
    from yamlnet.catalog.entry import Kind
    from yamlnet.catalog.load import catalog
    from yamlnet.diagnostics.suggest import did_you_mean

    prefix, _, last = name.rpartition(".")
    kinds: tuple[Kind, ...] = get_args(Kind)
    if prefix in ("ops", "random"):
        kinds = ("op",) if prefix == "ops" else ("random",)
    found = [entry for kind in kinds if (entry := catalog().find(kind, last)) is not None]
    if not found:
        known = [other for kind in kinds for other in catalog().names(kind)]
        raise click.UsageError(f'Keras offers no "{name}"{did_you_mean(last, known)}')
    click.echo("\n".join(_explained(entry) for entry in found), nl=False)


def _explained(entry: object) -> str:
    from yamlnet.catalog.entry import Entry
    from yamlnet.catalog.values import describe

    assert isinstance(entry, Entry)
    lines = [f"{entry.name} ({entry.kind}, {entry.path})", f"  {entry.help}"]
    if entry.aliases:
        lines.append(f"  also written {', '.join(entry.aliases)}")
    if entry.refused is not None:
        lines.append(f"  not in a blueprint: {entry.refused}")
    for title, arguments in (("arguments", entry.arguments), ("the call, in from and with", entry.call)):
        if arguments:
            lines.append(f"  {title}:")
        for argument in arguments:
            default = "required" if argument.required else f"default {_shown(argument.default)}"
            tensor = {"one": "a tensor", "many": "a list of tensors"}.get(
                argument.tensor, describe(argument.type)
            )
            lines.append(f"    {argument.name}: {tensor} ({default})")
            if argument.help:
                lines.append(f"      {argument.help}")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if default is None:
        return "null"
    return str(default).lower() if isinstance(default, bool) else str(default)
