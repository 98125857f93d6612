"""Holding back what native code writes to stderr while a library is imported.

TensorFlow logs from C++ before its log level counts (2.21: "oneDNN custom operations are on…"), past
Python's `sys.stderr`. It would stand between the user and the diagnostic.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2

START_UP = re.compile(
    rb"[IW]\d{4} |\d{4}-\d\d-\d\d .*: [IW] |WARNING: All log messages before absl|To enable the "
)
"""How TensorFlow's information and warnings begin; errors are `E` and `F`."""


@contextmanager
def without_start_up_lines() -> Iterator[None]:
    """Drop the information that native code logs meanwhile; everything else is written afterwards."""
    try:
        real = os.dup(STDERR)
    except OSError:  # a process without stderr: nobody reads it
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), STDERR)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(real, STDERR)
            os.close(real)
            held.seek(0)
            kept = b"".join(line for line in held if not START_UP.match(line))
            if kept:
                os.write(STDERR, kept)
