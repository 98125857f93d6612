"""Holding back what native code writes to stderr, past Python's `sys.stderr`.

TensorFlow logs from C++ before its log level counts (2.21: "oneDNN custom operations are on…"), and PyTorch's
ONNX exporter warns with whole tracebacks. It would stand between the user and the diagnostic.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

STDERR = 2

START_UP = re.compile(
    rb"[IW]\d{4} |\d{4}-\d\d-\d\d .*: [IW] |WARNING: All log messages before absl|To enable the "
)
"""How TensorFlow's information and warnings begin; errors are `E` and `F`."""


@contextmanager
def without_start_up_lines() -> Iterator[None]:
    """Drop the information that native code logs meanwhile; everything else is written afterwards."""
    with tempfile.TemporaryFile() as held:
        try:
            with _into(held):
                yield
        finally:
            held.seek(0)
            kept = b"".join(line for line in held if not START_UP.match(line))
            if kept:
                os.write(STDERR, kept)


@contextmanager
def unheard() -> Iterator[None]:
    """Drop all that native code writes meanwhile: where what it has to say comes as an exception, too."""
    with tempfile.TemporaryFile() as held, _into(held):
        yield


@contextmanager
def _into(held: IO[bytes]) -> Iterator[None]:
    """Have the process's stderr written into a file."""
    try:
        real = os.dup(STDERR)
    except OSError:  # a process without stderr: nobody reads it
        yield
        return
    sys.stderr.flush()
    os.dup2(held.fileno(), STDERR)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(real, STDERR)
        os.close(real)
