"""What happens when something goes wrong: the problem, nothing else, and an exit code.

0 is fine, 1 are problems in the blueprint, the data or the machine, 2 the command was misused, 130
Ctrl-C. Text goes to stderr; what is for machines (any other `--format`) goes to stdout, so that it can
be piped. A traceback is shown with `--debug` only.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

import click

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, YamlnetError
from yamlnet.diagnostics.report import STYLES, Places, Style, render, render_plainly

R = TypeVar("R")

STYLE = "yamlnet.style"
"""Where click's context keeps what `--format` asked for."""

ALL = "yamlnet.all"
"""And whether `--all` was asked for."""

MOST = 20
"""Problems of one name in one file that people are shown unasked."""

INTERRUPTED = 130
"""The exit code of a process that Ctrl-C ended: 128 and the number of SIGINT."""


def handles_failures(function: Callable[..., R]) -> Callable[..., R]:
    """Turn the errors of a command into diagnostics; adds the options `--format`, `--all` and `--debug`."""

    @click.option(
        "--format",
        "style",
        type=click.Choice(STYLES),
        default="text",
        help="How problems are written: for people, for programs, as GitHub annotations, or as SARIF.",
    )
    @click.option(
        "--all", "all_problems", is_flag=True, help=f"Show all problems, where a file has over {MOST} alike."
    )
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @functools.wraps(function)
    def wrapped(*args: Any, style: Style, all_problems: bool, debug: bool, **kwargs: Any) -> R:
        click.get_current_context().meta[STYLE] = style
        click.get_current_context().meta[ALL] = all_problems
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
    most = None if click.get_current_context().meta.get(ALL) else MOST
    _write(render(problems, trees, style, _colored(style), _explained, most), style)


def tell_plainly(message: str, hint: str | None, style: Style) -> None:
    """Say an error that has no place in a blueprint."""
    _write(render_plainly(message, hint, style, _colored(style)), style)


def _write(text: str, style: Style) -> None:
    click.echo(text, err=style == "text", nl=False)


def _colored(style: Style) -> bool:
    return style == "text" and sys.stderr.isatty() and "NO_COLOR" not in os.environ


def _explained(check: str) -> tuple[str, str] | None:
    """What the manual says of a check."""
    from yamlnet import manual

    try:
        page = manual.page(check)
    except KeyError:
        return None
    return page.summary, page.text


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
