"""README's table of what the gallery reached on real data, out of `benchmarks/gallery.json`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from learning.entry import ROOT, Entry, picture_of
from learning.listed import ENTRIES

RESULTS = ROOT / "benchmarks" / "gallery.json"
HEAD = (
    "| blueprint | task | data | parameters | training | result | held against |",
    "|---|---|---|---|---|---|---|",
)


def results_table(page: Path) -> str:
    """A row for each entry that was run, in the order of the entries, and what they were taken on."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    run = [(entry, results[entry.blueprint]) for entry in ENTRIES if entry.blueprint in results]
    return "\n".join([*HEAD, *(_row(entry, result, page) for entry, result in run), "", _taken_on(results)])


def pictures(page: Path) -> str:
    """What trainings made, beside each other, those that have a picture; nothing where none has."""
    shown = [entry for entry in ENTRIES if picture_of(entry.blueprint).is_file()]
    lines = [
        [f"`{entry.blueprint}`" for entry in shown],
        ["---"] * len(shown),
        [_image(entry, page) for entry in shown],
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) if shown else ""


def _image(entry: Entry, page: Path) -> str:
    return f"![{entry.task}]({os.path.relpath(picture_of(entry.blueprint), page.parent)})"


def _row(entry: Entry, result: dict[str, Any], page: Path) -> str:
    name, _, variant = entry.blueprint.partition(":")
    link = os.path.relpath(ROOT / f"blueprints/{name}.yaml", page.parent)
    cells = (
        f"[`{name}{':' if variant else ''}{variant}`]({link})",
        entry.task,
        entry.data,
        f"{result['parameters']:,}",
        f"{_epochs(result['epochs'])}, {_duration(result['processor_seconds'])}",
        _reached(entry, result),
        _held_against(entry, result),
    )
    return f"| {' | '.join(cells)} |"


def _reached(entry: Entry, result: dict[str, Any]) -> str:
    told = f"**{_number(result['result'])}{entry.unit}**"
    told += "".join(f", {_number(result['figures'][name])} {_called(name)}" for name in entry.also)
    if missed := _missed(entry, result):
        told += f", which misses the {' and '.join(missed)} asked of it"
    return told if result["digest"] == entry.digest() else f"{told} (its blueprint has changed since)"


def _missed(entry: Entry, result: dict[str, Any]) -> list[str]:
    """What was asked of a training and not reached."""
    value, bar = result["result"], result["bar"]
    off = value > bar if entry.lower else value < bar
    further = (
        f"{_number(least)} {_called(name)}"
        for name, least in entry.also.items()
        if result["figures"][name] < least
    )
    return [*([_number(bar)] if off else []), *further]


def _held_against(entry: Entry, result: dict[str, Any]) -> str:
    beside = [
        f"{_number(value)}{entry.unit}, {name}, run beside it" for name, value in result["beside"].items()
    ]
    return "; ".join([*beside, *([entry.published] if entry.published else [])])


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _called(figure: str) -> str:
    """A figure's own word: `chrf` of `data.target.chrf`."""
    return figure.rpartition(".")[2]


def _number(value: float) -> str:
    return f"{value:.4g}" if value < 100 else f"{value:.0f}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _taken_on(results: dict[str, Any]) -> str:
    last = max(results.values(), key=lambda result: str(result["taken"]))
    machine, packages = last["machine"], last["versions"]
    versions = ", ".join(f"{name} {packages[name]}" for name in ("keras", "jax", "torch") if name in packages)
    told = "*Training is told in time of the processor, from the start of the process to its end"
    cores = f"{machine['cores']} cores that others used too"
    return f"{told}: {machine['processor']}, {cores}; {versions}; {last['taken']}.*"
