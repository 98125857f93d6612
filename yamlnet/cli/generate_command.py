"""`yamlnet generate`: new rows of a run that learnt to make them, texts of one that learnt to write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.generated_rows import write_rows
from yamlnet.cli.generated_texts import LENGTH, LINES, TEXT, write_texts
from yamlnet.cli.options import backend_option, data_option, quiet_option, run_argument

CHANCE = ("temperature", "top_k", "top_p", "seed")


@click.command("generate", short_help="Make new rows or texts with a run.")
@run_argument
@click.option(
    "-p", "--prompt", "prompts", multiple=True, metavar="TEXT", help="How a text begins; several are allowed."
)
@click.option(
    "-n", "--count", type=click.IntRange(1, 10_000), help="How many: 16 rows, or 1 text after each prompt."
)
@click.option(
    "--length", type=click.IntRange(1, 1_000_000), help=f"Tokens of a text at most; default: {LENGTH}."
)
@click.option(
    "--temperature",
    type=click.FloatRange(0),
    help="More than 1: more chance; 0: the likeliest token; default: 1.",
)
@click.option("--top-k", type=click.IntRange(1), help="Chance decides among so many of the likeliest tokens.")
@click.option(
    "--top-p",
    type=click.FloatRange(0, 1, min_open=True),
    help="Chance decides among the likeliest tokens that have this share together.",
)
@click.option(
    "--beam", type=click.IntRange(2, 1000), help="Look for the likeliest text, so many beginnings at a time."
)
@click.option("--seed", type=click.IntRange(0), help="Decides what is left to chance; default: 0.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="Where to: .png (images), .npz; texts .txt, .jsonl.",
)
@data_option
@backend_option
@quiet_option
@handles_failures
def command(
    run: str,
    count: int | None,
    seed: int | None,
    output: str | None,
    data: str | None,
    backend: str | None,
    quiet: bool,
    **texts: Any,
) -> None:
    """Make new rows or texts with a run whose objective generates: a GAN, a Diffusion, a CausalLM.

    Images are written as one picture, side by side, other rows as numbers. Of a conditional model the
    conditions are those of the run's test rows. A text goes on from a prompt, or as some of the test rows
    begin; a run without a tokenizer reads and writes the numbers of tokens.

    \b
    Example:
      yamlnet generate runs/vae-20260101-120000
      yamlnet generate runs/vae-20260101-120000 -n 64 --seed 7 -o samples.png
      yamlnet generate runs/char_rnn-20260101-120000 --prompt "KING HENRY." --temperature 0.8
    """
    from yamlnet.generating import generates

    objective, made = generates(run)
    if made != "tokens":
        _refuse(texts, f"means nothing for a run of objective {objective}, which writes no texts")
        told: str | None = write_rows(run, count, seed or 0, output, data, backend)
    else:
        told = _texts(run, count, seed, output, data, backend, texts)
    if told is not None and not quiet:
        click.echo(told)


def _refuse(options: Mapping[str, Any], why: str) -> None:
    """Refuse options that were given though they mean nothing."""
    for name, value in options.items():
        if value is not None and value != ():
            written = "--prompt" if name == "prompts" else f"--{name.replace('_', '-')}"
            raise click.UsageError(f"{written} {why}")


def _texts(
    run: str,
    count: int | None,
    seed: int | None,
    output: str | None,
    data: str | None,
    backend: str | None,
    texts: Mapping[str, Any],
) -> str | None:
    if output is not None and Path(output).suffix not in (TEXT, LINES):
        raise click.BadParameter(f'"{output}" ends in neither .txt nor .jsonl', param_hint="--output")
    given = {**texts, "seed": seed}
    if texts["beam"] is not None:
        chance = {name: given[name] for name in CHANCE}
        _refuse({**chance, "count": count}, "means nothing with --beam, which leaves nothing to chance")
    from yamlnet.generating import text_writer
    from yamlnet.runs import open_run

    writer = text_writer(open_run(run, backend), data)
    from yamlnet.decoding.choice import Choice

    temperature = 1.0 if texts["temperature"] is None else texts["temperature"]
    choice = Choice(temperature, texts["top_k"], texts["top_p"], texts["beam"] or 1, seed or 0)
    return write_texts(writer, texts["prompts"], count or 1, texts["length"] or LENGTH, choice, output)
