"""What happens when something goes wrong: the problem, nothing else, and an exit code.

0 is fine, 1 are problems in the blueprint, the data or the machine, 2 the command was misused, 130
Ctrl-C. Text goes to stderr; what is for machines (`--format json|github`) goes to stdout, so that it can
be piped. A traceback is shown with `--debug` only.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

import click

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, YamlnetError
from yamlnet.diagnostics.report import Places, Style, render

R = TypeVar("R")

STYLE = "yamlnet.style"
"""Where click's context keeps what `--format` asked for."""

INTERRUPTED = 130
"""The exit code of a process that Ctrl-C ended: 128 and the number of SIGINT."""


def handles_failures(function: Callable[..., R]) -> Callable[..., R]:
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
    def wrapped(*args: Any, style: Style, debug: bool, **kwargs: Any) -> R:
        click.get_current_context().meta[STYLE] = style
        try:
            return function(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click tells misuse, and ends quietly when nobody reads on
        except (Exception, KeyboardInterrupt) as error:
            if debug:
                raise
            fail(error, style)

    return wrapped


def style_asked() -> Style:
    """What `--format` of the running command asked for."""
    style: Style = click.get_current_context().meta[STYLE]
    return style


def tell(problems: Iterable[Diagnostic], trees: Mapping[str, Places], style: Style) -> None:
    """Write problems and warnings where their style belongs."""
    color = style == "text" and sys.stderr.isatty() and "NO_COLOR" not in os.environ
    click.echo(render(problems, trees, style, color), err=style == "text", nl=False)


def fail(error: BaseException, style: Style) -> NoReturn:
    """Say one error and end the process."""
    if isinstance(error, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    if isinstance(error, BlueprintError):
        tell(error.diagnostics, error.trees, style)
    else:
        tell_plainly(*_message(error), style)
    sys.exit(1)


def tell_plainly(message: str, hint: str | None, style: Style) -> None:
    """Say an error that has no place in a blueprint."""
    if style == "json":
        nowhere: dict[str, object] = dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
        problem: dict[str, object] = {
            "message": message,
            "hint": hint,
            "path": [],
            "severity": "error",
            "check": "error",
        }
        click.echo(json.dumps([{**nowhere, **problem, "notes": []}], indent=2))
    elif style == "github":
        told = f"{message}; {hint}" if hint else message
        click.echo(f"::error::{told.replace('%', '%25').replace(chr(10), '%0A')}")
    else:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {message}", err=True)
        if hint:
            click.echo(f"  {hint}", err=True)


def _message(error: BaseException) -> tuple[str, str | None]:
    if isinstance(error, YamlnetError):
        return str(error), error.hint
    if isinstance(error, OSError):
        what = f"{error.filename}: " if error.filename else ""
        return f"{what}{error.strerror or error}", None
    if isinstance(error, MemoryError):
        return "there is not enough memory for this", "a smaller batch_size or model needs less"
    # What nobody foresaw is a defect of ours: say so, without a wall of text.
    text = " ".join(str(error).split())[:300]
    message = f"yamlnet failed in a way that it should not: {type(error).__name__}: {text}"
    return message, "run again with --debug for the traceback, and please report it"
