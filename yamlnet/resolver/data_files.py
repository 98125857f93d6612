"""What a source may name, told from its text alone: `validate` opens no data.

A blueprint names its data, and `train` reads what it names: below the folder of the file that names it
without a word, elsewhere (on this machine, behind a URL, in a database) with a warning, for the blueprint may
be a stranger's. What the command line says (`--set`) is the user's own. A base from elsewhere names no data
outside the folder of the file that extends it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.ordinary import is_written_below
from yamlnet.protocols import refusal
from yamlnet.resolver.data_arguments import check_arguments
from yamlnet.resolver.given import giver_in
from yamlnet.resolver.plan import SourcePlan, TensorPlan
from yamlnet.syntax.tree import Tree

if TYPE_CHECKING:
    from yamlnet.resolver.sql_text import Database

OUTSIDE, WRONG, SQL = "data-outside", "data-path", "sql"

SYSTEM = ("/dev", "/proc", "/sys")
"""Where Unix shows its devices and processes as files."""

LOOK = "look whether you mean it to"


def check_data_files(parts: Iterable[object], tree: Tree | None, problems: Problems) -> None:
    """Report what is wrong with what sources name; `tree` knows which file wrote each."""
    for part in parts:
        if not isinstance(part, SourcePlan):
            continue
        check_arguments(part, problems)
        if part.name == "Sql":
            _check_sql(part, tree, problems)
        elif isinstance(written := part.arguments.get("path"), str):
            named = tree is not None and (*part.path, "path")[-1] in tree.position(part.path).children
            check_file(written, (*part.path, "path") if named else part.path, tree, problems)


def check_token_runs(tensors: Iterable[TensorPlan], tree: Tree | None, problems: Problems) -> None:
    """Report what is wrong with the runs whose tokenizers are taken."""
    for tensor in tensors:
        argument = dict(tensor.transforms).get("tokenize")
        run = argument.get("run") if isinstance(argument, dict) else None
        if isinstance(run, str):
            check_file(run, (*tensor.path, "tokenize", "run"), tree, problems)


def check_file(written: str, path: KeyPath, tree: Tree | None, problems: Problems) -> None:
    """Report what is wrong with the path or URL of one file that training reads."""
    if not written.strip() or "\0" in written:
        problems.add(WRONG, "a data file has a name: Csv: rows.csv", path)
    elif "://" in written:
        if why := refusal(written, "data/rows.csv"):
            problems.add(WRONG, f'"{written}" {why}', path)
        else:
            check_remote(f'training fetches "{written}" from the network', written, path, tree, problems)
    elif written.startswith(("~", "$", "|")):
        mend = "write a path relative to the blueprint"
        problems.add(WRONG, f'"{written}" is taken as it stands, and no file is called so; {mend}', path)
    elif any(PurePosixPath(os.path.normpath(written)).is_relative_to(place) for place in SYSTEM):
        problems.add(WRONG, f'"{written}" is a device or a process, not a file of data', path)
    elif not is_written_below(written):
        _check_outside(written, path, tree, problems)


def _source(path: KeyPath, tree: Tree | None) -> str:
    """Where a word was written: a file's path or address, or `--set`; "" where nothing says it."""
    return tree.position(giver_in(tree, path)).span.source if tree is not None else ""


def _refused_of_bases(written: str, source: str, path: KeyPath, problems: Problems) -> bool:
    """Whether a base from elsewhere is what names it, which is reported."""
    if not source.startswith(("pkg:", "git+")) and "://" not in source:
        return False
    mend = "it may name files below the folder of your own"
    problems.add(WRONG, f'a base from elsewhere cannot name "{written}"; {mend}', path)
    return True


def check_remote(what: str, written: str, path: KeyPath, tree: Tree | None, problems: Problems) -> None:
    """What lies on another machine is named by the user's own file, and even so with a warning."""
    source = _source(path, tree)
    if not _refused_of_bases(written, source, path, problems) and not source.startswith("--set"):
        problems.add(OUTSIDE, f"{what}; {LOOK}", path, severity="warning")


def _check_outside(written: str, path: KeyPath, tree: Tree | None, problems: Problems) -> None:
    source = _source(path, tree)
    if source.startswith("--set") or _refused_of_bases(written, source, path, problems):
        return
    root = os.path.dirname(tree.source) if tree is not None else ""
    file, folder = (
        os.path.abspath(one) for one in (os.path.join(root, written), os.path.dirname(source) or root)
    )
    if not file.startswith(os.path.join(folder, "")):
        message = f'training reads "{written}", which is outside the folder of the file that names it'
        problems.add(OUTSIDE, f"{message}; {LOOK}", path, severity="warning")


def _check_sql(part: SourcePlan, tree: Tree | None, problems: Problems) -> None:
    from yamlnet.resolver.sql_text import SqlError, parse_url, require_select  # few files name a database

    url, query = part.arguments.get("url"), part.arguments.get("query")
    try:
        if isinstance(query, str):
            require_select(query)
    except SqlError as error:
        problems.add(SQL, str(error), (*part.path, "query"))
    try:
        database = parse_url(str(url))
    except SqlError as error:
        problems.add(SQL, str(error), (*part.path, "url"))
        return
    if database.file:
        check_file(database.file, (*part.path, "url"), tree, problems)
    else:
        check_remote(_asks(database), str(url), (*part.path, "url"), tree, problems)


def _asks(database: Database) -> str:
    host = database.host or "this machine"
    return f"training asks the database at {host}, with the password in {database.password} if that is set"
