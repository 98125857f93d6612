"""`yamlnet`: the group of commands, each imported when it is called."""

from __future__ import annotations

import gc
import importlib
import io
import sys
from typing import Any

import click

from yamlnet import __version__

COMMANDS: dict[str, str] = {
    "validate": "Check blueprints and say every mistake in them.",
    "build": "Build the model and list its layers.",
    "train": "Train a blueprint and keep the run.",
    "evaluate": "Measure a run on its test rows.",
    "predict": "Predict with a run.",
    "generate": "Make new rows with a run.",
    "play": "Play episodes with a run that acts.",
    "reconstruct": "Compare rows with what a run gives back of them.",
    "embed": "Write the vectors that a run makes of rows.",
    "export": "Export a run's model to other formats.",
    "show": "Draw a blueprint's graph.",
    "data": "Show what a blueprint's data knows.",
    "resolve": "Print a blueprint with everything filled in.",
    "lock": "Pin what imported files hold.",
    "fmt": "Settle the style of blueprints.",
    "checks": "List the checks, or explain one.",
    "schema": "Explain a layer, or print the editor's schema.",
    "new": "Start from a blueprint of the gallery, or from your rows.",
    "doctor": "Say what is installed and what is missing.",
    "completion": "Print the completion script of a shell.",
}
"""In the order of help: each is `yamlnet.cli.<name>_command:command`."""


COLLECTED = 50_000
"""Objects made until Python looks for cycles among them: nearly all that a command makes lives to its end."""


class Lazy(click.Group):
    """A group that imports a command's module when it is needed: `validate` must answer at once."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        gc.set_threshold(COLLECTED)
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"yamlnet.cli.{cmd_name}_command").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest the one that was meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from yamlnet.diagnostics.suggest import did_you_mean

            raise click.UsageError(f'there is no command "{args[0]}"{did_you_mean(args[0], COMMANDS)}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in help, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="yamlnet")
def main() -> None:
    """Write YAML instead of code: blueprints become trained Keras models, on any backend.

    \b
    First steps:
      yamlnet new digits            a first blueprint
      yamlnet validate digits.yaml  every mistake in it, before anything runs
      yamlnet train digits.yaml     train it; everything is kept in runs/
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or pipe that cannot show a character shows ? instead of ending the command.
            stream.reconfigure(errors="replace")
