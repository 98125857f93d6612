"""`yamlnet train`: from a blueprint to a run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from yamlnet.cli.failures import handles_failures
from yamlnet.cli.opened import opened, telling
from yamlnet.cli.options import (
    backend_option,
    blueprint_argument,
    lock_option,
    max_bytes_option,
    max_params_option,
    quiet_option,
    set_option,
    strict_option,
)

if TYPE_CHECKING:
    from yamlnet.folds import Folds
    from yamlnet.runner.run import Run


@click.command("train", short_help="Train a blueprint and keep the run.")
@blueprint_argument
@click.option(
    "--out", "-o", type=click.Path(file_okay=False), help="The run folder; default runs/<name>-<time>."
)
@backend_option
@set_option
@lock_option
@strict_option
@max_params_option
@quiet_option
@max_bytes_option
@handles_failures
def command(
    blueprint: str,
    out: str | None,
    backend: str | None,
    overrides: tuple[str, ...],
    locked: bool,
    strict: bool,
    max_params: int,
    quiet: bool,
) -> None:
    """Train a blueprint, measure it on its test rows, and keep everything in a run folder.

    The folder holds the blueprint as written and as resolved, model.keras, history.csv, metrics.json,
    curves.png and a manifest. Ctrl-C ends training and keeps what was learnt. Where the data says folds: 5,
    five such folders, fold-1 to fold-5, lie below one, with folds.json, which says what they tell together.

    \b
    Example:
      yamlnet train digits.yaml
      yamlnet train digits.yaml --backend torch --set train.epochs=3 --out runs/try
    """
    from yamlnet.pipeline import train

    loaded = opened(blueprint, overrides, locked, strict, max_params)
    data = loaded.plan.data
    if data is not None and data.folds is not None and data.fold is None:
        from yamlnet.folds import train_folds

        folds = train_folds(loaded, backend, out, "none" if quiet else "auto", telling(loaded))
        click.echo(folds_table(folds))
        if not quiet:
            click.echo(next_steps_of_folds(folds))
        return
    run = train(loaded, backend, out, "none" if quiet else "auto", telling(loaded))
    if run.manifest["devices"]["process"]:
        return  # the first of several processes tells what all of them trained
    click.echo(results(run))
    if not quiet:
        click.echo(next_steps(run, loaded.plan.objective.name))


PREDICT = "predict {}         predict its test rows, or your own: … rows.csv"
PLAY = "play {} -o play.gif   watch it"
TELL = 'predict {} --text "…"   tell a text of your own'
MAKE = {
    "tokens": 'generate {} --prompt "…"   let it go on with a text',
    "rows": "generate {}         make new rows",
}


def results(run: Run) -> str:
    """The kept weights' metrics, a line for each part of the data."""
    lines = []
    for part in ("test", "validation", "train"):
        if part in run.metrics and (part != "train" or len(run.metrics) == 1):
            values = "  ".join(f"{name} {value:.4g}" for name, value in run.metrics[part].items())
            lines.append(f"{part:<10} {values}")
    return "\n".join(lines)


def next_steps(run: Run, objective: str) -> str:
    """What to do with a finished run, by what its objective makes of it."""
    word = "interrupted; kept" if run.manifest["status"] == "interrupted" else "kept"
    used = use_of(objective).format(run.folder)
    return (
        f"\n{word} in {run.folder}\n"
        f"  yamlnet evaluate {run.folder}        measure it again\n"
        f"  yamlnet {used}\n"
        f"  yamlnet export {run.folder} onnx     use it elsewhere\n"
        f"  {run.folder / 'curves.png'}   how it learnt"
    )


def use_of(objective: str) -> str:
    """How the model of an objective is used: it acts, makes something up, tells texts or predicts."""
    from yamlnet.schema.objective_words import known_words

    words = known_words(objective)
    if words.episodes:
        return PLAY
    if words.generates is not None:
        return MAKE[words.generates]
    return TELL if words.answers == "texts" else PREDICT


def folds_table(folds: Folds) -> str:
    """Each metric's mean and deviation over the finished folds, and its value in each of them."""
    finished = [run for run in folds.runs if run.status == "finished"]
    head = ["", "", "mean", "", "deviation", *(f"fold {run.fold}" for run in finished)]
    rows = [
        [
            part,
            name,
            f"{found.mean:.4g}",
            "±",
            f"{found.deviation:.2g}",
            *(f"{one:.4g}" for one in found.values),
        ]
        for part in ("test", "validation")
        for name, found in folds.metrics.get(part, {}).items()
    ]
    widths = [max(len(row[index]) for row in (head, *rows)) for index in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines) if rows else "no fold was finished"


def next_steps_of_folds(folds: Folds) -> str:
    """What to do with trained folds."""
    done = sum(run.status == "finished" for run in folds.runs)
    word = (
        f"interrupted after {done} of {folds.folds} folds; kept" if folds.status == "interrupted" else "kept"
    )
    first = folds.folder / folds.runs[0].folder
    left = f"  yamlnet train … --out {folds.folder}        go on with the other folds\n"
    return (
        f"\n{word} in {folds.folder}\n"
        f"{left if folds.status == 'interrupted' else ''}"
        f"  yamlnet evaluate {first}        measure one of the folds again\n"
        f"  yamlnet train … --set data.folds=null        train one model on all of these rows"
    )
