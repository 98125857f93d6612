"""Agents of Gymnasium, which make their own rows: a pole to keep upright, a pendulum to swing up.

CartPole is held against several seeds, for a single one may be lucky. `benchmarks/reinforcement.py` comes
first: it trains each agent with the seeds 1 to 5 and keeps what they returned. The entry trains its own seed
once more, for its size and its time, and counts those of five whose mean return over 100 episodes is
Gymnasium's 475 or more. Acrobot and Pendulum are shown with the blueprint's own seed alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from learning.entry import ROOT, Entry, Figures, Trained, digest

SEEDS = ROOT / "benchmarks" / "results" / "reinforcement.json"
SOLVED = {"CartPole": 475.0, "Acrobot": -100.0}
"""The mean return at which Gymnasium calls an environment solved."""
ZOO = -172.2
"""What PPO returns on Pendulum by https://github.com/DLR-RM/rl-baselines3-zoo, benchmark.md."""


def seeds_of(name: str) -> Figures:
    """What the seeds of an agent returned, and how many of them solved CartPole."""

    def figures(_: Trained) -> Mapping[str, float]:
        now = digest(f"reinforcement/{name}", (), "jax")
        known = json.loads(SEEDS.read_text(encoding="utf-8"))
        runs = [one for one in known if one["blueprint"] == name and one["digest"] == now]
        returns = {f"return with seed {one['seed']}": one["return"] for one in runs}
        if len(returns) != 5:
            raise FileNotFoundError(f"first: python benchmarks/reinforcement.py {name}")
        solved = sum(reached >= SOLVED["CartPole"] for reached in returns.values())
        return {**returns, "solved": solved}

    return figures


def pole(name: str, seeds: int = 3) -> Entry:
    """An agent on CartPole, of which so many of five seeds have to solve it."""
    return Entry(
        f"reinforcement/{name}",
        task="keep a pole upright: a mean return of 475 in 100 episodes",
        data="CartPole-v1",
        metric="solved",
        bar=seeds,
        unit=" of 5 seeds",
        figures=seeds_of(name),
    )


links = partial(
    Entry,
    task="swing two links up, mean return of 100 episodes",
    data="Acrobot-v1",
    metric="return",
    bar=SOLVED["Acrobot"],
    published="-100, where Gymnasium calls it solved",
)

ENTRIES = (
    pole("ppo", seeds=4),
    pole("dqn"),
    pole("dueling_dqn"),
    links("reinforcement/ppo:acrobot"),
    links("reinforcement/dqn:acrobot"),
    Entry(
        "reinforcement/ppo:pendulum",
        task="swing a pendulum up and hold it, mean return of 100 episodes",
        data="Pendulum-v1",
        metric="return",
        bar=ZOO,
        published="-172 ± 104, Stable-Baselines3's zoo after 100,000 steps; 512,000 here",
    ),
)
