"""What a data file's path may be, told from its text alone: `validate` opens no data.

A blueprint names its data, and `train` reads what it names: below the folder of the file that names it
without a word, elsewhere on this machine with a warning, for the blueprint may be a stranger's. What the
command line says (`--set`) is the user's own. A base from elsewhere names no data outside the folder of the
file that extends it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePosixPath

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.ordinary import is_written_below
from yamlnet.resolver.plan import SourcePlan
from yamlnet.syntax.tree import Tree

OUTSIDE, WRONG = "data-outside", "data-path"

SYSTEM = ("/dev", "/proc", "/sys")
"""Where Unix shows its devices and processes as files."""


def check_data_files(parts: Iterable[object], tree: Tree | None, problems: Problems) -> None:
    """Report what is wrong with the paths of sources; `tree` knows which file wrote each."""
    for part in parts:
        if isinstance(part, SourcePlan) and isinstance(written := part.arguments.get("path"), str):
            named = tree is not None and (*part.path, "path")[-1] in tree.position(part.path).children
            _check(written, (*part.path, "path") if named else part.path, tree, problems)


def _check(written: str, path: KeyPath, tree: Tree | None, problems: Problems) -> None:
    if not written.strip() or "\0" in written:
        problems.add(WRONG, "a data file has a name: Csv: rows.csv", path)
    elif "://" in written:
        problems.add(WRONG, f'"{written}" is a URL; download it, and write the path of the file', path)
    elif written.startswith(("~", "$", "|")):
        mend = "write a path relative to the blueprint"
        problems.add(WRONG, f'"{written}" is taken as it stands, and no file is called so; {mend}', path)
    elif any(PurePosixPath(os.path.normpath(written)).is_relative_to(place) for place in SYSTEM):
        problems.add(WRONG, f'"{written}" is a device or a process, not a file of data', path)
    elif not is_written_below(written):
        _check_outside(written, path, tree, problems)


def _check_outside(written: str, path: KeyPath, tree: Tree | None, problems: Problems) -> None:
    source = tree.position(path).span.source if tree is not None else ""
    if source.startswith("--set"):
        return
    if source.startswith(("pkg:", "git+")) or "://" in source:
        mend = "it may name files below the folder of your own"
        problems.add(WRONG, f'a base from elsewhere cannot name "{written}" on this machine; {mend}', path)
        return
    root = os.path.dirname(tree.source) if tree is not None else ""
    file, folder = (
        os.path.abspath(one) for one in (os.path.join(root, written), os.path.dirname(source) or root)
    )
    if not file.startswith(os.path.join(folder, "")):
        message = f'training reads "{written}", which is outside the folder of the file that names it'
        problems.add(OUTSIDE, f"{message}; look whether you mean it to", path, severity="warning")
