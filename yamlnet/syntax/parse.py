"""The first stage: a file's text becomes a `Tree`, or every mistake of its YAML with its place."""

from __future__ import annotations

import os
import re
import stat
from itertools import islice
from pathlib import Path

import yaml

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Span, YamlnetError
from yamlnet.diagnostics.suggest import closest
from yamlnet.syntax import limits
from yamlnet.syntax.characters import MAX_SHOWN, Places, decode, refused_characters
from yamlnet.syntax.compose import Composer, CompositionStopped
from yamlnet.syntax.events import events
from yamlnet.syntax.glued_comments import CANDIDATE, glued_comments
from yamlnet.syntax.tree import Positions, Tree, Value

SUFFIXES = (".yaml", ".yml")
NOWHERE = Span(1, 1, 1, 1)
ENDS_IN_SPACES = re.compile(r"[\r\n] +\Z")


def parse(text: str, source: str, max_bytes: int | None = None) -> Tree:
    """Parse one YAML 1.2 document.

    Args:
        text: the document.
        source: what the user calls it; diagnostics name it.
        max_bytes: the longest document that is read, in bytes of UTF-8; None leaves it to `limits`.

    Raises:
        BlueprintError: with every mistake of the YAML that could be found; `trees` holds the text.
    """
    max_bytes = limits.max_bytes() if max_bytes is None else max_bytes
    if len(text) > max_bytes or (not text.isascii() and len(text.encode("utf-8", "replace")) > max_bytes):
        raise _refused([_too_large(max_bytes, source)], text[:1000], source)
    if problems := refused_characters(text, source):
        raise _refused(problems, text, source)
    # Spaces at the very end are a line like any other, which the parser would take for text.
    whole = text + "\n" if ENDS_IN_SPACES.search(text) else text
    composer = Composer(events(whole), text, source, limits.max_nodes(max_bytes))
    value: Value = None
    positions = Positions(NOWHERE)
    try:
        value, positions = composer.document()
    except CompositionStopped:
        pass  # what stopped it is among the composer's problems
    except yaml.YAMLError as error:
        from yamlnet.syntax.explain import explain  # a right file needs none of it

        stuck = explain(error, text, source)
        # What stands behind the mistake was misread because of it.
        composer.problems = [problem for problem in composer.problems if not _behind(problem, stuck)] + [
            stuck
        ]
    else:
        composer.problems += _glued_comments(text, source)
    if composer.problems:
        raise _refused(composer.problems, text, source, value, positions)
    return Tree(value, positions, text, source, warnings=tuple(composer.warnings))


def _glued_comments(text: str, source: str) -> list[Diagnostic]:
    if CANDIDATE.search(text) is None:
        return []
    message = 'put a space before this "#"; a comment needs one, and a text with # needs quotes'
    places = Places(text)
    try:
        found = list(islice(glued_comments(text, events(text)), MAX_SHOWN))
    except yaml.YAMLError:
        return []  # of a second document, which is told already, nothing but the beginning was read
    return [Diagnostic("missing-space", message, span=places.span(at, 1), source=source) for at in found]


def read(path: str | Path, max_bytes: int | None = None) -> str:
    """The text of a blueprint file.

    Raises:
        YamlnetError: there is no such file, or it cannot be read.
        BlueprintError: the file is too large or not UTF-8.
    """
    return text_of(read_bytes(path, max_bytes), str(path), max_bytes)


def read_bytes(path: str | Path, max_bytes: int | None = None) -> bytes:
    """What a file holds, up to one byte more than may be read.

    Raises:
        YamlnetError: there is no such file, or it cannot be read.
    """
    path = Path(path)
    max_bytes = limits.max_bytes() if max_bytes is None else max_bytes
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise YamlnetError(f'"{path}" is a pipe or a device; save the blueprint as a file')
            return file.read(max_bytes + 1)
    except IsADirectoryError:
        raise YamlnetError(f'"{path}" is a folder, not a blueprint', _files_in(path)) from None
    except FileNotFoundError:
        if path.is_symlink():
            target = os.readlink(path)
            raise YamlnetError(f'"{path}" is a link to "{target}", and nothing is there') from None
        raise YamlnetError(f'there is no file "{path}"{_did_you_mean_file(path)}') from None
    except PermissionError:
        if path.is_dir():  # how Windows answers
            raise YamlnetError(f'"{path}" is a folder, not a blueprint', _files_in(path)) from None
        raise YamlnetError(f'"{path}" may not be read: permission denied') from None
    except (OSError, ValueError) as error:
        raise YamlnetError(f'"{path}" cannot be read: {getattr(error, "strerror", None) or error}') from None


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting: a pipe that nobody writes to would make us wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def text_of(data: bytes, source: str, max_bytes: int | None = None) -> str:
    """The text that a file's bytes hold.

    Raises:
        BlueprintError: the file is too large or not UTF-8.
    """
    max_bytes = limits.max_bytes() if max_bytes is None else max_bytes
    if len(data) > max_bytes:
        raise _refused([_too_large(max_bytes, source)], "", source)
    text, problems = decode(data, source)
    if problems:
        raise _refused(problems, text, source)
    return text


def _refused(
    problems: list[Diagnostic],
    text: str,
    source: str,
    value: Value = None,
    positions: Positions | None = None,
) -> BlueprintError:
    error = BlueprintError(problems)
    error.trees[source] = Tree(value, positions or Positions(NOWHERE), text, source)
    return error


def _behind(problem: Diagnostic, other: Diagnostic) -> bool:
    """Whether a problem begins after another does."""
    if problem.span is None or other.span is None:
        return False
    return (problem.span.line, problem.span.column) > (other.span.line, other.span.column)


def _too_large(max_bytes: int, source: str) -> Diagnostic:
    message = (
        f"this file is larger than {max_bytes:,} bytes; repeat layers with for: or blocks: "
        "instead of writing each out, and keep data in files of its own; --max-bytes raises the limit"
    )
    return Diagnostic("too-large", message, span=NOWHERE, source=source)


def _blueprints_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.suffix.lower() in SUFFIXES)
    except OSError:
        return []


def _files_in(folder: Path) -> str | None:
    names = _blueprints_in(folder)[:5]
    return f"it holds {', '.join(str(folder / name) for name in names)}" if names else None


def _did_you_mean_file(path: Path) -> str:
    """The blueprint beside the missing file whose name is nearest, with or without its ending."""
    if not path.parent.is_dir():
        return f'; there is no folder "{path.parent}" either'
    names = _blueprints_in(path.parent)
    by_stem = {Path(name).stem: name for name in names}
    stem = path.stem if path.suffix.lower() in SUFFIXES else path.name
    nearest = closest(path.name, names) or by_stem.get(closest(stem, by_stem) or "")
    return f'; did you mean "{path.parent / nearest}"?' if nearest else ""
