"""`yamlnet play`: episodes of a run whose model acts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from yamlnet.cli.failures import handles_failures
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
    """Play episodes with a run of DQN or PolicyGradient, which takes the action that it thinks best.

    A .gif shows them; the environment has to be one that can be drawn. A .npz holds what was seen, the action
    and the reward of each step, and can be given to yamlnet predict.

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
    click.echo(
        _table({"agent": played, **({"random": play(opened, episodes, seed, True)} if chance else {})})
    )
    if output is not None:
        _write(Path(output), played)
        if not quiet:
            click.echo(f"wrote {output}")


def _table(played: dict[str, Played]) -> str:
    """The return and the length of each episode, and their means."""
    from statistics import fmean, pstdev

    lines = []
    for who, one in played.items():
        for number, episode in enumerate(one.episodes[:SHOWN], start=1):
            lines.append(
                f"{who:<7} episode {number:>3}  return {episode.total:.6g}  length {len(episode.rewards)}"
            )
        if len(one.episodes) > 1:
            returns = [episode.total for episode in one.episodes]
            lines.append(
                f"{who:<7} of {len(returns)}       return {fmean(returns):.6g} ± {pstdev(returns):.3g}"
            )
    return "\n".join(lines)


def _write(path: Path, played: Played) -> None:
    if path.suffix == PICTURES:
        from yamlnet.runner.play import animation

        path.write_bytes(animation(played))
        return
    import numpy as np

    np.savez(path, allow_pickle=False, **played.arrays())
