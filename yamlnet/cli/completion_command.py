"""`yamlnet completion`: the script that makes a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from yamlnet.cli.failures import handles_failures


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@handles_failures
def command(shell: str) -> None:
    """Print the script that makes a shell complete yamlnet's commands, options and files.

    \b
    Example:
      yamlnet completion bash > ~/.local/share/bash-completion/completions/yamlnet
      yamlnet completion zsh > ~/.zfunc/_yamlnet
      yamlnet completion fish > ~/.config/fish/completions/yamlnet.fish
    """
    completer = get_completion_class(shell)
    assert completer is not None, "click completes these three shells"
    group = click.get_current_context().find_root().command
    click.echo(completer(group, {}, "yamlnet", "_YAMLNET_COMPLETE").source())
