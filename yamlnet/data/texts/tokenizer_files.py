"""Reading a tokenizer that a blueprint names: a `tokenizer.json` below its folder, or an earlier run's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from yamlnet.data.texts.vocabularies import opened, require_tokenizers
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.ordinary import is_below, is_written_below, read_ordinary

MAX_BYTES = 64 << 20
LEARNT = "data.json"
"""In a run folder: what the data's transforms learnt, by input and target (`DATA` of `runner/files.py`)."""


def read_tokenizer(written: str, root: Path, path: KeyPath) -> str:
    """The text of a tokenizer's file.

    Raises:
        DataError: it is not below the blueprint's folder, cannot be read, or is no tokenizer.
    """
    file = root / written
    if not written.strip() or not is_written_below(written) or not is_below(file, root):
        message = f'"{written}" is not below the folder of the blueprint; copy the tokenizer there'
        raise DataError(message, path=path, check="file")
    try:
        data = read_ordinary(file, MAX_BYTES + 1)
    except FileNotFoundError:
        beside = [other.name for other in file.parent.iterdir()] if file.parent.is_dir() else []
        mend = did_you_mean(file.name, beside) or "; paths are relative to the blueprint"
        raise DataError(f"there is no file {written}{mend}", path=path, check="file") from None
    except (OSError, ValueError):
        raise DataError(f'"{written}" is no file that can be read', path=path, check="file") from None
    if len(data) > MAX_BYTES:
        message = f'"{written}" is larger than {MAX_BYTES >> 20} MiB, which no tokenizer is'
        raise DataError(message, path=path, check="file")
    return _checked(data, written, path)


def read_run_tokenizer(written: str, of: str | None, name: str, root: Path, path: KeyPath) -> dict[str, Any]:
    """The tokenizer of an earlier run: `given`, its text, and `learnt`, whether that run learnt it.

    Args:
        written: the run folder.
        of: the input of that run, if one is named.
        name: of the tensor that takes it.
        root: the folder that paths are relative to.
        path: of the word that names the run.

    Raises:
        DataError: there is no such run, or it has no such tokenizer.
    """
    found = _run_tokenizers(root / written, written, (*path, "run"))
    wanted = of or (name if name in found or len(found) != 1 else next(iter(found)))
    if wanted not in found:
        there = (
            f"it has those of {', '.join(found)}: write of: {next(iter(found))}" if found else "it has none"
        )
        message = (
            f'the run {written} has no tokenizer of "{wanted}"{did_you_mean(wanted, found) or f"; {there}"}'
        )
        raise DataError(message, path=(*path, "of" if of else "run"), check="tokenize")
    state = found[wanted]
    return {
        "given": _checked(state["tokenizer"].encode(), written, (*path, "run")),
        "learnt": state["learnt"],
    }


def _run_tokenizers(folder: Path, written: str, path: KeyPath) -> dict[str, dict[str, Any]]:
    """What a run's texts were tokenized by, by input and target."""
    file = folder / LEARNT
    if not is_below(file, folder):
        raise DataError(f"{file} is refused: it is a link that leads out of the run", path=path, check="file")
    try:
        data = json.loads(read_ordinary(file, MAX_BYTES + 1)[: MAX_BYTES + 1])
    except (OSError, ValueError, RecursionError):
        what = "is no run folder that says what it learnt" if folder.is_dir() else "is no folder"
        beside = [run.name for run in folder.parent.iterdir()] if folder.parent.is_dir() else []
        meant = did_you_mean(folder.name, beside) if not folder.is_dir() else ""
        mend = meant or "; name one that yamlnet train has written, relative to the blueprint"
        raise DataError(f'"{written}" {what}{mend}', path=path, check="file") from None
    found = {}
    for name, states in data.items() if isinstance(data, dict) else ():
        first = states[0] if isinstance(states, list) and states else None
        state = first.get("tokenize") if isinstance(first, dict) else None
        if isinstance(state, dict) and isinstance(state.get("tokenizer"), str) and "learnt" in state:
            found[str(name)] = {"tokenizer": state["tokenizer"], "learnt": bool(state["learnt"])}
    return found


def _checked(data: bytes, written: str, path: KeyPath) -> str:
    require_tokenizers(path)
    try:
        text = data.decode("utf-8-sig")
        opened(text)
    except ValueError as error:
        what = "a tokenizer.json, as Hugging Face's tokenizers write it"
        message = f'"{written}" is not {what} ({error})'
        raise DataError(message, path=path, check="file") from None
    return text
