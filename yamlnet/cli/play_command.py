"""`yamlnet play`: episodes of a run whose model acts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yamlnet.cli.failures import handles_failures, style_asked
from yamlnet.cli.options import backend_option, quiet_option, run_argument

if TYPE_CHECKING:
    from yamlnet.runner.play import Played

PICTURES, NUMBERS = ".gif", ".npz"
SHOWN = 20
"""Episodes that are told one by one."""


@click.command("play", short_help="Play episodes with a run that acts.")
@run_argument
@click.option(
    "-n", "--episodes", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many."
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Decides where they begin."
)
@click.option(
    "--random", "chance", is_flag=True, help="Play as many beside them with actions drawn at random."
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Record them: .gif (pictures) or .npz (steps)."
)
@backend_option
@quiet_option
@handles_failures
def command(
    run: str, episodes: int, seed: int, chance: bool, output: str | None, backend: str | None, quiet: bool
) -> None:
    """Play episodes with a run of DQN or PolicyGradient, which takes the actions that it thinks best.

    A .gif shows them (3,000 steps at most); the environment has to be one that is drawn. A .npz holds what
    was seen, the action and the reward of each step, and can be given to yamlnet predict.

    \b
    Example:
      yamlnet play runs/dqn-20260101-120000 -n 10 --random
      yamlnet play runs/dqn-20260101-120000 -o cartpole.gif
    """
    if output is not None and Path(output).suffix not in (PICTURES, NUMBERS):
        raise click.BadParameter(f'"{output}" ends in neither .gif nor .npz', param_hint="--output")
    from yamlnet.runs import open_run, play

    opened = open_run(run, backend)
    frames = output is not None and output.endswith(PICTURES)
    played = play(opened, episodes, seed, frames=frames)
    players = {"agent": played}
    if chance:
        players["random"] = play(opened, episodes, seed, by_chance=True)
    if style_asked() == "json":
        click.echo(json.dumps({who: _told(one) for who, one in players.items()}, indent=2))
    else:
        click.echo("\n".join(line for who, one in players.items() for line in _lines(who, one)))
    if output is not None:
        _write(Path(output), played)
        if not quiet:
            click.echo(f"wrote {output}", err=True)


def _told(played: Played) -> list[dict[str, float]]:
    return [{"return": one.total, "length": len(one.rewards)} for one in played.episodes]


def _lines(who: str, played: Played) -> Iterator[str]:
    """The return and the length of each episode, and the mean of all."""
    from statistics import fmean, pstdev

    told = _told(played)
    for number, one in enumerate(told[:SHOWN], start=1):
        yield f"{who:<6}  episode {number:<4}  return {one['return']:.6g}  length {one['length']}"
    if len(told) > 1:
        returns = [one["return"] for one in told]
        count = f"{len(told):,} episodes"
        yield f"{who:<6}  {count:<12}  return {fmean(returns):.6g} ± {pstdev(returns):.3g}"


def _write(path: Path, played: Played) -> None:
    if path.suffix == PICTURES:
        from yamlnet.runner.play import animation

        path.write_bytes(animation(played))
        return
    import numpy as np

    np.savez(path, allow_pickle=False, **played.arrays())
