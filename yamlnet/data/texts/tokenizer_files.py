"""Reading a `tokenizer.json` that a blueprint names: an ordinary file below its folder, never the network."""

from __future__ import annotations

from pathlib import Path

from yamlnet.data.texts.vocabularies import opened, require_tokenizers
from yamlnet.diagnostics.diagnostic import DataError, KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.ordinary import is_below, is_written_below, read_ordinary

MAX_BYTES = 64 << 20


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
