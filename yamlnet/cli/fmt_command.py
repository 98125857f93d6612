"""`yamlnet fmt`: blueprints in one style, without a change to what they say."""

from __future__ import annotations

import difflib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from yamlnet.cli.failures import handles_failures, style_asked, tell, tell_plainly
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Span, YamlnetError
from yamlnet.diagnostics.report import Places

STDIN = "-"
BEGINNING = Span(1, 1, 1, 1)


@click.command("fmt", short_help="Settle the style of blueprints.")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--check", is_flag=True, help="Write nothing; show what would change, and end with 1 then.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@handles_failures
def command(files: tuple[str, ...], check: bool, diff: bool) -> None:
    """Settle the style of blueprints: indentation, spaces, quotes, blank lines, brackets that are too long.

    Values, comments, anchors, line breaks and the order of keys stay; a file whose meaning would change is
    never written. A folder is searched for .yaml and .yml files; - reads standard input and writes the
    result to standard output. Nothing is printed where nothing changes.

    \b
    Example:
      yamlnet fmt digits.yaml
      yamlnet fmt --check blueprints/
      yamlnet fmt - < digits.yaml
    """
    problems: list[Diagnostic] = []
    trees: dict[str, Places] = {}
    failed = changed = False
    for file in _found(files):
        try:
            changed |= _settled(file, write=not (check or diff))
        except BlueprintError as error:
            problems += error.diagnostics
            trees |= error.trees
        except YamlnetError as error:
            failed = True
            if style_asked() == "text":
                tell_plainly(str(error), error.hint, "text")
            else:
                problems.append(Diagnostic("file", str(error), span=BEGINNING, source=file))
    if problems:
        tell(problems, trees, style_asked())
    if problems or failed or (check and changed):
        sys.exit(1)


def _found(files: tuple[str, ...]) -> Iterator[str]:
    """The files that were asked for, folders searched; what is hidden is left out there."""
    from yamlnet.syntax.parse import SUFFIXES

    for file in files:
        folder = Path(file)
        if file == STDIN or not folder.is_dir():
            yield file
            continue
        inside = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
        shown = (path for path in inside if not any(part.startswith(".") for part in path.parts))
        yield from (str(folder / path) for path in shown if path.suffix.lower() in SUFFIXES)


def _settled(file: str, write: bool) -> bool:
    """Settle one file, or show what would change; whether anything does."""
    from yamlnet.formatter.settle import settle
    from yamlnet.syntax.parse import read_bytes, text_of

    name = "<stdin>" if file == STDIN else file
    data = sys.stdin.buffer.read() if file == STDIN else read_bytes(file)
    text = text_of(data, name)
    settled = settle(text, name)
    if not write:
        _show(text, settled, name)
    elif file == STDIN:
        sys.stdout.write(settled)
    elif settled != text:
        _write(Path(file), settled)
        click.echo(f"settled {file}")
    return settled != text


def _show(before: str, after: str, name: str) -> None:
    """The difference, as `diff -u` shows it; line ends that differ are told, since they cannot be seen."""
    if before != after and before.splitlines() == after.splitlines():
        click.echo(f"{name}: its line ends would change to single line feeds")
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name, f"{name} (settled)", lineterm=""
    )
    for line in lines:
        click.echo(line)


def _write(path: Path, text: str) -> None:
    """Replace a file whole, with the permissions that it has; a link's target, not the link."""
    path = path.resolve()
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(beside, path.stat().st_mode & 0o7777)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
