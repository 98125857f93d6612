"""Showing training while it runs: live on a terminal, one line an epoch elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any, Protocol

from yamlnet.resolver.plan import DataPlan


class Progress(Protocol):
    """What the loop tells while it runs."""

    def note(self, text: str) -> None:
        """What there is to know before training begins, or once it has ended."""

    def start(self, epochs: int, steps: int) -> None:
        """Training begins: how many epochs, of how many steps each."""

    def epoch(self, number: int) -> None:
        """An epoch begins; they count from 1."""

    def step(self, number: int) -> bool:
        """A step was dispatched; whether metrics are wanted now, which waits for the device."""

    def show(self, logs: Mapping[str, float]) -> None:
        """Metrics so far in this epoch."""

    def epoch_end(self, number: int, logs: Mapping[str, float]) -> None:
        """An epoch ended."""

    def close(self) -> None:
        """Training ended, in whatever way."""


def make_progress(style: str, data: DataPlan | None = None, live: bool = True) -> Progress:
    """`auto`: live where stderr is a terminal, plain lines elsewhere; `none`: nothing.

    Progress goes to stderr, so that a command's output stays its own. What is trained on a fold of the data
    names it. Without `live` there are lines only: metrics between epochs are asked for by the clock, and of
    several processes all have to ask.
    """
    if style == "none":
        return Silent()
    title = f"fold {data.fold}/{data.folds}  " if data is not None and data.fold is not None else ""
    return Live(title) if live and sys.stderr.isatty() else Plain(title)


class Silent:
    """Shows nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def start(self, epochs: int, steps: int) -> None:
        """Nothing."""

    def epoch(self, number: int) -> None:
        """Nothing."""

    def step(self, number: int) -> bool:
        """Never."""
        return False

    def show(self, logs: Mapping[str, float]) -> None:
        """Nothing."""

    def epoch_end(self, number: int, logs: Mapping[str, float]) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Plain(Silent):
    """One line an epoch, for logs; `title` begins each."""

    def __init__(self, title: str = "") -> None:
        self.title = title

    def note(self, text: str) -> None:
        """Print it."""
        print(self.title + text, file=sys.stderr, flush=True)

    def start(self, epochs: int, steps: int) -> None:
        """Remember the numbers."""
        self.epochs, self.begun = epochs, time.monotonic()

    def epoch(self, number: int) -> None:
        """Remember the time."""
        self.epoch_begun = time.monotonic()

    def epoch_end(self, number: int, logs: Mapping[str, float]) -> None:
        """Print the line."""
        now = time.monotonic()
        left = (now - self.begun) / number * (self.epochs - number)
        line = self.title + epoch_line(number, self.epochs, now - self.epoch_begun, logs)
        print(
            line + (f"  ({duration(left)} left)" if number < self.epochs else ""), file=sys.stderr, flush=True
        )


class Live:
    """A bar for the running epoch under the lines of those that ended; metrics and the time left."""

    WAIT = 0.25
    """Seconds between looks at the metrics: each look waits for the device."""

    def __init__(self, title: str = "") -> None:
        self.title = title

    def note(self, text: str) -> None:
        """Print it above the display."""
        print(self.title + text, file=sys.stderr, flush=True)

    def start(self, epochs: int, steps: int) -> None:
        """Open the display."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.epochs, self.steps = epochs, steps
        self.begun = self.looked = time.monotonic()
        self.display: Any = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[metrics]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.display.start()
        self.task = self.display.add_task("", total=epochs * steps, metrics="")

    def epoch(self, number: int) -> None:
        """Name the epoch."""
        self.number, self.epoch_begun = number, time.monotonic()
        self._describe(0)

    def step(self, number: int) -> bool:
        """Move the bar, and ask for metrics now and then."""
        self._describe(number)
        now = time.monotonic()
        if now - self.looked < self.WAIT:
            return False
        self.looked = now
        return True

    def _describe(self, step: int) -> None:
        text = f"{self.title}epoch {self.number}/{self.epochs}  step {step}/{self.steps}"
        self.display.update(self.task, completed=(self.number - 1) * self.steps + step, description=text)

    def show(self, logs: Mapping[str, float]) -> None:
        """Put metrics beside the bar."""
        self.display.update(self.task, metrics=metrics_text(logs))

    def epoch_end(self, number: int, logs: Mapping[str, float]) -> None:
        """Leave the epoch's line above the bar."""
        line = self.title + epoch_line(number, self.epochs, time.monotonic() - self.epoch_begun, logs)
        self.display.console.print(line, highlight=False, markup=False)

    def close(self) -> None:
        """Close the display."""
        if hasattr(self, "display"):
            self.display.stop()


def epoch_line(number: int, epochs: int, seconds: float, logs: Mapping[str, float]) -> str:
    """`epoch  3/10  loss 0.1234  accuracy 0.9876  val_loss …  0.8s`."""
    return f"epoch {number:>{len(str(epochs))}}/{epochs}  {metrics_text(logs)}  {duration(seconds)}"


def metrics_text(logs: Mapping[str, float]) -> str:
    """Metrics with four digits each."""
    return "  ".join(f"{name} {value:.4g}" for name, value in logs.items())


def duration(seconds: float) -> str:
    """`0.8s`, `42s`, `3m10s`, `2h05m`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    if seconds < 60:
        return f"{seconds:.0f}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"
