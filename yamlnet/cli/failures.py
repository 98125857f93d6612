"""What happens when something goes wrong: the diagnostic on stderr, nothing else, and an exit code.

0 is fine, 1 are problems in the blueprint, the data or the machine, 2 the command was misused, 130
Ctrl-C. A traceback is shown with `--debug` only.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click

from yamlnet.diagnostics.diagnostic import BlueprintError, YamlnetError
from yamlnet.diagnostics.report import render

P = ParamSpec("P")
R = TypeVar("R")


def handles_failures(function: Callable[P, R]) -> Callable[P, R]:
    """Turn the errors of a command into diagnostics; adds the options `--format` and `--debug`."""

    @click.option(
        "--format",
        "style",
        type=click.Choice(["text", "json", "github"]),
        default="text",
        help="How problems are written: for people, for programs, or as GitHub annotations.",
    )
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @functools.wraps(function)
    def wrapped(*args: Any, style: str, debug: bool, **kwargs: Any) -> R:
        click.get_current_context().meta["yamlnet.style"] = style
        try:
            return function(*args, **kwargs)
        except (YamlnetError, KeyboardInterrupt, OSError, MemoryError) as error:
            if debug:
                raise
            sys.exit(report(error, style))
        except click.ClickException:
            raise
        except Exception as error:
            if debug:
                raise
            sys.exit(_unexpected(error))

    return wrapped


def report(error: BaseException, style: str) -> int:
    """Say one error on stderr; gives the exit code."""
    if isinstance(error, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    if isinstance(error, BlueprintError):
        color = style == "text" and sys.stderr.isatty()
        click.echo(render(error.diagnostics, error.trees, style, color), err=True, nl=False)  # type: ignore[arg-type]
        return 1
    message = str(error) or type(error).__name__
    hint = error.hint if isinstance(error, YamlnetError) else None
    if style == "json":
        import json

        click.echo(json.dumps([{"severity": "error", "message": message, "hint": hint}], indent=2), err=True)
    elif style == "github":
        click.echo(f"::error::{message}{f' ({hint})' if hint else ''}", err=True)
    else:
        click.echo(
            f"{click.style('error:', fg='red')} {message}{f'{chr(10)}  {hint}' if hint else ''}", err=True
        )
    return 1


def _unexpected(error: Exception) -> int:
    """An error that nobody foresaw is a defect of ours: say so, without a wall of text."""
    text = " ".join(str(error).split())[:300]
    click.echo(
        f"{click.style('error:', fg='red')} yamlnet failed in a way that it should not: "
        f"{type(error).__name__}: {text}\n  run again with --debug for the traceback, and please report it",
        err=True,
    )
    return 1
