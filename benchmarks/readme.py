"""Write the generated parts of README.md and blueprints/README.md; `--check` says whether they are fresh.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`: the commands' help from the
command line itself, the gallery's table from the blueprints, what it reached on real data from
`benchmarks/gallery.json`, what it made from `blueprints/pictures/`, the speed tables from
`benchmarks/results/`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import yaml

import yamlnet
from learning.table import pictures, results_table
from yamlnet.cli.main import main as commands
from yamlnet.resources import gallery

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PAGES = (ROOT / "README.md", ROOT / "blueprints" / "README.md")
PART = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
WORTH_SEEING = re.compile(r"^# Worth seeing here: (.+?)$(?=\n(?:#\n|[^#]))", re.DOTALL | re.MULTILINE)
WIDTH = 88
SHORT = 0.05
"""Seconds below which a time is told in milliseconds."""

TITLES = {
    "validate_speed": "**Validating** a file, whole process",
    "build_resnet50": "**Building** ResNet-50, first build of a fresh process",
    "train_digits": "**Training** `blueprints/digits.yaml`, whole process",
    "expand_loops": "**Expanding** nested loops and blocks, against the smallest in proportion",
    "load_rows": "**Loading** rows for three epochs, against hand-written pipelines of the same work",
    "generate_text": "**Writing** a token at the end of a text, by what was kept of it",
    "deep_chain": "**Growth** of a chain of layers, against the shortest in proportion",
}


def help_text(page: Path) -> str:
    """The commands' help: the overview, and each command's behind a fold."""
    context = click.Context(commands, info_name="yamlnet")
    return "\n\n".join([_fenced(_help(commands, "yamlnet")), *map(_fold, _commands(context))])


def _commands(context: click.Context) -> list[tuple[str, click.Command]]:
    found = ((name, commands.get_command(context, name)) for name in commands.list_commands(context))
    return [(name, command) for name, command in found if command is not None]


def _fold(named: tuple[str, click.Command]) -> str:
    name, command = named
    return (
        f"<details><summary><code>yamlnet {name}</code>: {command.get_short_help_str(100)}</summary>\n\n"
        f"{_fenced(_help(command, f'yamlnet {name}'))}\n\n</details>"
    )


def _help(command: click.Command, name: str) -> str:
    context = click.Context(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH)
    return command.get_help(context)


def _fenced(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"


def gallery_table(page: Path) -> str:
    """A row for each blueprint: its name, what it is, its data, and what it teaches."""
    lines = ["| blueprint | what it is | data | worth seeing |", "|---|---|---|---|"]
    for name, path in gallery().items():
        text = path.read_text(encoding="utf-8")
        document = yaml.safe_load(text)
        link = path.relative_to(ROOT).as_posix()
        if page.parent != ROOT:
            link = path.relative_to(page.parent).as_posix()
        cells = (f"[`{name}`]({link})", document["description"], _source(path), _worth_seeing(text))
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _source(path: Path) -> str:
    """Where the rows come from, in the file's own words or in those of the file that it extends."""
    plan = yamlnet.load(path).plan
    if plan.objective.acts:
        return f"`{plan.objective.arguments['environment']}`"
    if plan.data is None:
        return "bring your own"
    return f"`{plan.data.train.name}: {next(iter(plan.data.train.arguments.values()))}`"


def _worth_seeing(text: str) -> str:
    found = WORTH_SEEING.search(text)
    return " ".join(line.lstrip("# ") for line in found[1].splitlines()).rstrip(".") if found else ""


def speed_tables(page: Path) -> str:
    """A table for each benchmark that has results, and what they were taken on."""
    parts = []
    for name, title in TITLES.items():
        path = RESULTS / f"{name}.json"
        if path.is_file():
            parts.append(_speed_table(title, json.loads(path.read_text(encoding="utf-8"))))
    for name, table in (("stream_parquet", _stream_table), ("stream_images", _images_table)):
        path = RESULTS / f"{name}.json"
        if path.is_file():
            parts.append(table(json.loads(path.read_text(encoding="utf-8"))))
    return "\n\n".join(parts)


STREAMED = {
    "loader": "one epoch of the loader, no backend",
    "training": "`yamlnet train`, JAX, the whole process",
    "torch": "`torch.utils.data`, hand-written, one worker (its own memory is not counted)",
}


DECODED = {
    "needed": "one epoch of the loader, each image decoded when it is needed",
    "held": "the same, all decoded once and held",
    "torch": "`torch.utils.data`, hand-written, two workers (their own memory is not counted)",
}


def _stream_table(result: dict[str, Any]) -> str:
    title = f"**Streaming** a Parquet file of {result['file_gb']:.1f} GB, {result['rows']:,} rows, in memory:"
    ready = result["loader"]["preparing_seconds"]
    lines = _resident_lines(title, STREAMED, result)
    return "\n".join(
        [*lines, "", f"*Before the first epoch, {ready:.0f} s: dividing, fitting, looking for gaps.*"]
    )


def _images_table(result: dict[str, Any]) -> str:
    title = f"**Decoding** {result['images']:,} JPEG images of 128 × 128, in memory:"
    ready = [f"{result[name]['preparing_seconds']:.0f} s" for name in ("needed", "held")]
    before = f"*Before the first epoch, {ready[0]} and {ready[1]}: each image is decoded once.*"
    return "\n".join([*_resident_lines(title, DECODED, result), "", before])


def _resident_lines(title: str, rows: dict[str, str], result: dict[str, Any]) -> list[str]:
    lines = [
        title,
        "",
        "| | rows a second | at most | first quarter | last quarter |",
        "|---|---|---|---|---|",
    ]
    for name, what in rows.items():
        row = result[name]
        speed = f"{row['rows_a_second']:,}" if "rows_a_second" in row else ""
        memory = " | ".join(f"{row[key]:,} MB" for key in ("peak_mb", "first_quarter_mb", "last_quarter_mb"))
        lines.append(f"| {what} | {speed} | {memory} |")
    return lines


def _speed_table(title: str, result: dict[str, Any]) -> str:
    beside = result["rows"][0]["beside_what"]
    same = all(row["beside_what"] == beside for row in result["rows"])
    lines = [
        f"{title}:",
        "",
        f"| | yamlnet | {beside if same else 'beside it'} | ratio |",
        "|---|---|---|---|",
    ]
    for row in result["rows"]:
        other = _seconds(row["beside_median"]) + ("" if same else f" ({row['beside_what']})")
        lines.append(f"| {row['what']} | {_seconds(row['ours_median'])} | {other} | {row['ratio']:.2f} |")
    versions = result["versions"]
    taken_with = ", ".join(f"{package} {versions[package]}" for package in versions if package != "yamlnet")
    machine = f"{result['machine']['processor']}, {result['machine']['cores']} cores"
    lines += ["", f"*{result['taken']}, {machine}, Python {result['machine']['python']}, {taken_with}.*"]
    return "\n".join(lines)


def _seconds(value: float) -> str:
    if value < SHORT:
        return f"{value * 1000:.1f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


GENERATORS: dict[str, Callable[[Path], str]] = {
    "commands": help_text,
    "gallery": gallery_table,
    "pictures": pictures,
    "results": results_table,
    "speed": speed_tables,
}


def generated(page: Path) -> str:
    """The page with its generated parts as they should be."""

    def fill(part: re.Match[str]) -> str:
        return f"{part[1]}{GENERATORS[part['name']](page)}\n{part[3]}"

    return PART.sub(fill, page.read_text(encoding="utf-8"))


def main() -> int:
    """Write the pages, or with `--check` say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [page for page in PAGES if generated(page) != page.read_text(encoding="utf-8")]
    for page in stale:
        if not check:
            page.write_text(generated(page), encoding="utf-8")
        print(
            f"{page.relative_to(ROOT)} {'is stale: run python benchmarks/readme.py' if check else 'written'}"
        )
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
