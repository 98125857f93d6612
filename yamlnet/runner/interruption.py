"""Ctrl-C during training: heard between two steps, so that no state is ever half-updated."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interruption:
    """While it is open, the first Ctrl-C only asks to stop; a second one stops at once.

    A context manager. Signals reach the main thread only, so elsewhere it hears nothing. Nor does it of
    several processes, which could not stop after the same step.
    """

    def __init__(self, hears: bool = True) -> None:
        self.hears = hears
        self.asked = False
        self.before: Any = None

    def __enter__(self) -> Interruption:
        if self.hears and threading.current_thread() is threading.main_thread():
            self.before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *exception: object) -> None:
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
