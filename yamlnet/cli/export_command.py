"""`yamlnet export`: a run's model in other formats, each checked in its own runtime."""

from __future__ import annotations

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.opened import telling
from yamlnet.cli.options import backend_option, data_option, quiet_option, run_argument
from yamlnet.schema.train_forms import EXPORT_FORMATS


@click.command("export", short_help="Export a run's model to other formats.")
@run_argument
@click.argument("formats", nargs=-1, required=True, type=click.Choice(EXPORT_FORMATS), metavar="FORMAT...")
@data_option
@backend_option
@quiet_option
@handles_failures
def command(run: str, formats: tuple[str, ...], data: str | None, backend: str | None, quiet: bool) -> None:
    """Export a run's model as keras, onnx or saved_model into the run's export/ folder.

    Each file is reopened by its own runtime and run on real rows; it is only published when its outputs
    agree with the model's.

    \b
    Example:
      yamlnet export runs/digits-20260101-120000 onnx saved_model
    """
    from yamlnet.runs import export, open_run, reload

    opened = open_run(run, backend)
    for artifact in export(opened, formats, data, telling(reload(opened))):
        if quiet:
            click.echo(artifact.path)
        else:
            click.echo(
                f"{artifact.path}  {artifact.bytes / 1024:,.0f} KiB, "
                f"agrees with the model to {artifact.max_difference:.1e} in {artifact.runtime}"
            )
