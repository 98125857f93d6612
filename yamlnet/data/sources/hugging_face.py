"""`HuggingFace`: data sets of the `datasets` library, from a folder or from the hub.

    {HuggingFace: reviews}                                       a folder that `save_to_disk` wrote
    {HuggingFace: {name: cornell-movie-review-data/rotten_tomatoes, split: train}}       of the hub

A data set of the hub may change; `revision` names a commit, which does not.

Classes stay the numbers that the data set gives them; images and sounds are their encoded bytes, objects
columns of their own. Nothing of a data set is run: scripts are refused, and `trust_remote_code` is never
given. A private data set is read with the token that `huggingface-cli login` or `HF_TOKEN` left; blueprints
hold none. (https://huggingface.co/docs/datasets)
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yamlnet.data.columns.arrow import all_joined, observed, plain, whole
from yamlnet.data.files.found import source_folder, source_place
from yamlnet.data.table import Table
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.ordinary import is_below
from yamlnet.protocols import OFFLINE

NAME = re.compile(r"[\w.\-]+/[\w.\-]+")
"""How data sets of the hub are called: their owner's name, and theirs."""


def read(arguments: Mapping[str, object], root: Path, path: KeyPath) -> Table:
    """Read one split of a data set.

    Raises:
        DataError: there is no such folder, data set or split, or it cannot be downloaded.
    """
    try:
        import datasets
    except ImportError as error:
        hint = 'pip install "yamlnet[huggingface]"'
        raise DataError("the source HuggingFace needs datasets", hint, path, "missing-package") from error
    if "path" in arguments:
        found, name = _saved(datasets, arguments, root, path), str(arguments["path"])
    else:
        found, name = _of_hub(datasets, arguments, path), str(arguments["name"])
    rows = _split(datasets, found, arguments, name, path)
    table = plain(_arrow(rows), name, path)
    return whole([table], all_joined([(name, observed(table))], path), name, path)


def _arrow(rows: Any) -> Any:
    """The rows as Arrow has them; an image or a sound is its bytes, not its path beside them."""
    import pyarrow

    table = pyarrow.table(rows.with_format("arrow")[:])
    for index, field in enumerate(table.schema):
        names = [inner.name for inner in field.type] if pyarrow.types.is_struct(field.type) else []
        if sorted(names) == ["bytes", "path"]:
            chunks = [chunk.field("bytes") for chunk in table.column(index).chunks]
            table = table.set_column(index, field.name, pyarrow.chunked_array(chunks, pyarrow.binary()))
    return table


def _saved(datasets: Any, arguments: Mapping[str, object], root: Path, path: KeyPath) -> Any:
    place = source_place(arguments, path)
    _refuse_name(str(arguments["path"]), root, place)
    folder = source_folder(arguments, root, path)
    _refuse_elsewhere(folder, place)
    try:
        return datasets.load_from_disk(str(folder))
    except Exception as error:  # of Arrow, JSON and the library's own
        told = "" if isinstance(error, FileNotFoundError) else f": {' '.join(str(error).split())[:200]}"
        message = f"{folder.name} is no data set that datasets.save_to_disk wrote{told}"
        raise DataError(message, path=place, check="file") from error


def _refuse_name(written: str, root: Path, place: KeyPath) -> None:
    """What alone looks like an owner and a name may be meant as a data set of the hub."""
    if NAME.fullmatch(written) and not (root / written.partition("/")[0]).exists():
        message = f"there is no folder {written}; a data set of the hub is written {{name: {written}}}"
        raise DataError(message, path=place, check="file")


def _refuse_elsewhere(folder: Path, place: KeyPath) -> None:
    """A data set names its files in `state.json`: they lie beside it, links followed."""
    for state in folder.rglob("state.json"):
        try:
            named = [str(one["filename"]) for one in json.loads(state.read_bytes())["_data_files"]]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # the library tells what is wrong with it
        wrong = [name for name in named if not is_below(state.parent / name, folder)]
        if wrong:
            message = f'{state.relative_to(folder.parent)} names "{wrong[0]}", which is not in the folder'
            raise DataError(message, path=place, check="file")


def _of_hub(datasets: Any, arguments: Mapping[str, object], path: KeyPath) -> Any:
    name, place = str(arguments["name"]), (*path, "name")
    if Path(name).exists():  # the library would read a folder of the working directory instead
        message = f"{name} is a folder here, too; for that one write path: {name}"
        raise DataError(message, path=place, check="file")
    try:
        with _offline():
            return datasets.load_dataset(name, arguments.get("config"), revision=arguments.get("revision"))
    except Exception as error:  # of HTTP, Arrow and the library's own
        told = " ".join(str(error).split())[:200]
        message = f"the data set {name} cannot be had from the hub: {told}"
        raise DataError(message, path=place, check="unreachable") from error


@contextmanager
def _offline() -> Iterator[None]:
    """With `YAMLNET_OFFLINE` set, the hub's library takes what it keeps, and asks nobody."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or bool(os.environ.get(OFFLINE))
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def _split(datasets: Any, found: Any, arguments: Mapping[str, object], name: str, path: KeyPath) -> Any:
    """One split; a data set without any is all of it."""
    asked = arguments.get("split")
    place = (*path, "split") if asked is not None else path
    if not isinstance(found, datasets.DatasetDict):
        if asked is not None and str(found.split) != asked:
            raise DataError(f'{name} has no splits; leave out "split"', path=place, check="file")
        return found
    split = str(asked) if asked is not None else "train" if "train" in found else ""
    if split in found:
        return found[split]
    mend = did_you_mean(split, found) or f"; it has {', '.join(found)}"
    raise DataError(f'{name} has no split "{split or "train"}"{mend}', path=place, check="file")
