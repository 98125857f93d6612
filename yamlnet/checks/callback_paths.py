"""callback-paths: files that callbacks write stay inside the run folder.

Fails:

    train:
      loss: {SparseCategoricalCrossentropy: {from_logits: true}}
      callbacks:
        - CSVLogger: /var/log/me.csv
        - ModelCheckpoint: ../best.keras

Passes:

    train:
      loss: {SparseCategoricalCrossentropy: {from_logits: true}}
      callbacks:
        - CSVLogger: log.csv
        - ModelCheckpoint: "checkpoints/{epoch:02d}-{val_loss:.3f}.keras"
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import Plan

NAME = "callback-paths"

PATHS: Mapping[str, str] = {"ModelCheckpoint": "filepath", "CSVLogger": "filename", "TensorBoard": "log_dir"}
"""The argument of each callback that names a file or a folder."""

FIELD = re.compile(r"[A-Za-z_]\w*\Z")
FORMAT = re.compile(r"0?\d{0,2}(\.\d{1,2})?[defg]?\Z")
"""What may stand in a checkpoint's `{epoch:02d}`: no attributes, no indices, no padding by the gigabyte."""


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for each path that could lead out of the run folder."""
    for callback in plan.train.callbacks if plan.train is not None else ():
        argument = PATHS.get(callback.name)
        written = callback.arguments.get(argument) if argument is not None else None
        if isinstance(written, str) and (why := _refusal(written)) is not None:
            assert argument is not None
            message = f'"{argument}" of callback "{callback.name}" {why}; a run keeps its files in its folder'
            yield Diagnostic(NAME, message, (*callback.path, argument))


def _refusal(written: str) -> str | None:
    windows = PureWindowsPath(written)
    if PurePosixPath(written).is_absolute() or windows.drive or windows.root or written.startswith("~"):
        return "must be a path inside the run folder, not an absolute one"
    if ".." in windows.parts:
        return "leads out of the run folder by .."
    if not written.strip() or "\0" in written:
        return "is empty" if not written.strip() else "holds a character that no path has"
    return _bad_field(written)


def _bad_field(written: str) -> str | None:
    """Keras fills a checkpoint's path with `str.format`, which would follow attributes and indices."""
    try:
        fields = list(string.Formatter().parse(written))
    except ValueError as error:
        return f"cannot be filled in ({error})"
    for _, name, format, conversion in fields:
        if name is not None and (not FIELD.match(name) or not FORMAT.match(format or "") or conversion):
            return f'has the field "{{{name}}}", and a field is a name with a number format: {{epoch:02d}}'
    return None
