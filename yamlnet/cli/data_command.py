"""`yamlnet data`: what the data of a blueprint knows, and what looks wrong in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.cli.opened import opened
from yamlnet.cli.options import blueprint_argument, lock_option, max_bytes_option, quiet_option, set_option
from yamlnet.verdicts.limits import UNLIMITED


@click.command("data", short_help="Show what a blueprint's data knows.")
@blueprint_argument
@set_option
@lock_option
@quiet_option
@max_bytes_option
@handles_failures
def command(blueprint: str, overrides: tuple[str, ...], locked: bool, quiet: bool) -> None:
    """Show the rows of each part, columns, tensors, the facts that ${data.…} reads, and what looks wrong.

    Rows are read, divided and transformed as for training; nothing is trained, and no backend is needed.

    \b
    Example:
      yamlnet data digits.yaml
      yamlnet data digits.yaml --format json
    """
    from msgspec import to_builtins

    from yamlnet.data.report.report import report
    from yamlnet.diagnostics.diagnostic import BlueprintError, DataError, Diagnostic
    from yamlnet.resolver.located import located, located_in

    loaded = opened(blueprint, overrides, locked, max_params=UNLIMITED)
    if loaded.plan.data is None:
        message = "the blueprint has no data section; add data: {train: {Csv: rows.csv}}"
        raise located(BlueprintError([Diagnostic("missing-data", message)]), loaded.tree)
    try:
        with _steps(quiet) as step:
            found, error = report(loaded.plan, loaded.path.parent, step)
    except DataError as refused:
        found, error = None, refused
    if found is not None and (error is None or style_asked() == "text"):
        if style_asked() == "json":
            click.echo(json.dumps(to_builtins(found), indent=2, ensure_ascii=False))
        else:
            from yamlnet.cli.data_tables import show

            show(found)
    if error is not None:
        message = f"{error}; {error.hint}" if error.hint else str(error)
        with located_in(loaded.tree):
            raise BlueprintError([Diagnostic(error.check, message, error.path)]) from error


@contextmanager
def _steps(quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """A bar with what is looked at, on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, done: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn

    from yamlnet.data.waiting import shown_by

    columns = (BarColumn(bar_width=24), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=1.0)
        with shown_by(
            lambda what, done, all: progress.update(task, description=escape(f"{what} {done:,}/{all:,}"))
        ):
            yield lambda what, done: progress.update(task, completed=done, description=escape(what))
