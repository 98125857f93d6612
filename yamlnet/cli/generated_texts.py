"""`yamlnet generate` of a run that writes texts: to the terminal as they come, or into a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from yamlnet.decoding.choice import Choice
    from yamlnet.runner.generate_text import TextWriter, Written

TEXT, LINES = ".txt", ".jsonl"
LENGTH = 200
RULE = "-" * 40
"""Between one text and the next."""


def write_texts(
    writer: TextWriter,
    prompts: Sequence[str],
    count: int,
    length: int,
    choice: Choice,
    output: str | None,
) -> str | None:
    """Write texts and print them, or put them into a file; in a sentence, where to."""
    asked = list(prompts) or writer.openings()
    for prompt in prompts:
        _tell_unknown(prompt, writer.unknown(prompt))
    if writer.slow:
        message = "each token reads the whole text again, and takes longer the longer it is"
        click.echo(f"{writer.slow}: {message}", err=True)
    if output is not None:
        written = writer.write(asked, count, length, choice)
        Path(output).write_text(_file(written, Path(output).suffix), encoding="utf-8")
        return f"wrote {len(written)} texts to {output}"
    if count == 1 and choice.beams == 1 and sys.stdout.isatty():
        _stream(writer, asked, length, choice)
    else:
        click.echo(_told(writer.write(asked, count, length, choice)))
    return None


def _tell_unknown(prompt: str, parts: Sequence[str]) -> None:
    if parts:
        some = ", ".join(json.dumps(part, ensure_ascii=False) for part in parts[:10])
        message = f"the run's training texts have no {some}: the model reads an unknown token there"
        click.echo(message, err=True)


def _stream(writer: TextWriter, prompts: Sequence[str], length: int, choice: Choice) -> None:
    for index, prompt in enumerate(prompts):
        if index:
            click.echo(RULE)
        click.echo(prompt, nl=False)
        for piece in writer.stream(prompt, length, choice):
            click.echo(piece, nl=False)
        click.echo()


def _told(written: Sequence[Written]) -> str:
    return f"\n{RULE}\n".join(one.prompt + one.text for one in written)


def _file(written: Sequence[Written], suffix: str) -> str:
    """A text file as the terminal shows it, or a JSON object for each text."""
    if suffix == TEXT:
        return _told(written) + "\n"
    lines = ({"prompt": one.prompt, "text": one.text} for one in written)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
