"""Showing that files are being read and decoded, where it takes more than a moment and someone looks on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import TracebackType
from typing import Any

MOMENT = 1.0
"""Seconds after which a bar appears."""

Show = Callable[[str, int, int], None]
"""Is told what is waited for, how much of it is done, and how much there is."""

_instead: list[Show] = []
"""Who shows it instead of a bar: the last of them, in all threads, for some rows are read by others."""


@contextmanager
def shown_by(show: Show) -> Iterator[None]:
    """Meanwhile someone else shows what is waited for."""
    _instead.append(show)
    try:
        yield
    finally:
        _instead.remove(show)


@contextmanager
def hidden(hide: bool = True) -> Iterator[None]:
    """Meanwhile nothing is shown, if it is to be hidden."""
    with shown_by(lambda text, done, total: None) if hide else nullcontext():
        yield


class Waiting:
    """A bar on stderr, if that is a terminal; opened only once the work has taken a moment."""

    def __init__(self, text: str, total: int, shown: bool = True) -> None:
        self.shown = shown
        self.begun = time.monotonic()
        self.display: Any = None
        self.again(text, total)

    def again(self, text: str, total: int) -> None:
        """The next piece of work begins."""
        self.text, self.total, self.done = text, total, 0
        if self.display is not None:
            self.display.update(self.task, description=text, total=total, completed=0)

    def advance(self, count: int) -> None:
        """So much more is done."""
        self.done += count
        if not self.shown:
            return
        if _instead:
            _instead[-1](self.text, self.done, self.total)
            return
        if self.display is None and sys.stderr.isatty() and time.monotonic() - self.begun > MOMENT:
            self._open()
        if self.display is not None:
            self.display.update(self.task, completed=self.done)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.display = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.display.start()
        self.task = self.display.add_task(self.text, total=self.total, completed=self.done)

    def __enter__(self) -> Waiting:
        """Nothing is shown yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self.display is not None:
            self.display.stop()
