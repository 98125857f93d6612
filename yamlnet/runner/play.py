"""A trained agent in its environment: its episodes measured, played again, and recorded."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import BlueprintError, YamlnetError
from yamlnet.resolver.plan import Plan
from yamlnet.runner.experience.copies import Copies
from yamlnet.runner.experience.episodes import Choose, Episode, episode_of_each, play_episodes
from yamlnet.runner.experience.experience import Experience, acting
from yamlnet.runner.experience.observations import RECORDED
from yamlnet.runner.experience.world import World, find_world
from yamlnet.runner.run import Run
from yamlnet.runner.steps import make_objective, make_stepper
from yamlnet.runner.steps.stepper import Stepper

PICTURES = "rgb_array"
"""What Gymnasium calls frames that are arrays."""
MOST_FRAMES = 3000
"""Frames that are recorded; what follows is played, and not shown."""
WIDEST = 320
"""Pixels of a recorded frame: larger ones are drawn smaller."""
COLOURS = 64
FASTEST = 50
"""Frames of a second, as most programs show a GIF."""


class Played(Struct, frozen=True):
    """Episodes, and how they looked.

    Attributes:
        episodes: step by step.
        frames: of all of them, one after another, (height, width, 3) uint8; empty where none were asked for.
        rate: frames of a second.
    """

    episodes: Sequence[Episode]
    frames: Sequence[Array] = ()
    rate: int = 30

    def arrays(self) -> dict[str, Array]:
        """All steps of all episodes, one after another, with the number of the episode that each is of."""
        lengths = [len(one.rewards) for one in self.episodes]
        last = np.cumsum(lengths) - 1
        terminated = np.zeros(sum(lengths), bool)
        terminated[last] = [one.terminated for one in self.episodes]
        return {
            "episode": np.repeat(np.arange(len(lengths)), lengths),
            RECORDED: np.concatenate([one.seen for one in self.episodes]),
            "action": np.concatenate([one.actions for one in self.episodes]),
            "reward": np.concatenate([one.rewards for one in self.episodes]),
            "terminated": terminated,
        }


def evaluate_agent(run: Run, plan: Plan, part: str) -> dict[str, float]:
    """The episodes of a part, as they were played when training ended.

    Raises:
        YamlnetError: there are no such episodes.
    """
    experience = Experience(plan)
    try:
        if part not in experience.parts:
            message = f'the run learnt in an environment, and plays no episodes for "{part}"'
            raise YamlnetError(message, hint=f"it does for {', '.join(experience.parts)}")
        return experience.measure(_stepper(run, plan), part)
    finally:
        experience.close()


def play_run(run: Run, plan: Plan, count: int, seed: int, by_chance: bool, frames: bool) -> Played:
    """Episodes of a run's model in its environment, in which it always takes the action that it thinks best.

    Args:
        run: trained.
        plan: of its blueprint.
        count: how many episodes.
        seed: decides where they begin.
        by_chance: whether each action is drawn at random instead.
        frames: whether pictures of them are kept.

    Raises:
        YamlnetError: the run learnt from rows, or its environment cannot be made or drawn.
    """
    if not plan.objective.acts:
        message = f"a run of objective {plan.objective.name} learnt from rows, and there is nothing to play"
        raise YamlnetError(message, hint="yamlnet predict answers rows")
    try:
        world = find_world(plan.objective)
    except BlueprintError as error:
        raise YamlnetError(error.diagnostics[0].message) from error
    choose = _by_chance(world, seed) if by_chance else acting(_stepper(run, plan), plan)
    return (
        _recorded(world, choose, count, seed) if frames else Played(play_episodes(world, choose, count, seed))
    )


def _stepper(run: Run, plan: Plan) -> Stepper:
    assert plan.train is not None, "a run was trained"
    return make_stepper(make_objective(run.models, plan.train, plan.seed), run.models)


def _by_chance(world: World, seed: int) -> Choose:
    numbers = np.random.default_rng([seed, 2])
    return lambda seen: world.actions.by_chance(len(seen), numbers)


def _recorded(world: World, choose: Choose, count: int, seed: int) -> Played:
    copies = _drawn(world, seed)
    (environment,) = copies.environments
    frames: list[Array] = []

    def watched(seen: Array) -> Array:
        if len(frames) < MOST_FRAMES:
            frames.append(_smaller(np.asarray(environment.render())))
        return choose(seen)

    try:
        episodes = [episode for _ in range(count) for episode in episode_of_each(copies, watched)]
    finally:
        copies.close()
    return Played(episodes, frames, int(environment.metadata.get("render_fps") or 30))


def _drawn(world: World, seed: int) -> Copies:
    """One copy that draws what happens.

    Raises:
        YamlnetError: it cannot be drawn, or not here.
    """
    hint = "write the steps: -o episode.npz"
    try:
        copies = Copies(world, 1, seed, render=True)
    except Exception as error:  # whatever an environment's code raises of what it draws with
        text = " ".join(str(error).split())[:300]
        raise YamlnetError(f'"{world.id}" cannot be drawn: {text}', hint) from error
    if PICTURES not in copies.environments[0].metadata.get("render_modes", ()):
        copies.close()
        raise YamlnetError(f'"{world.id}" gives no pictures of itself', hint)
    return copies


def _smaller(frame: Array) -> Array:
    step = -(-frame.shape[1] // WIDEST)
    return frame[::step, ::step].copy()


def animation(played: Played) -> bytes:
    """A GIF of what was played."""
    from PIL import Image

    first, *others = [Image.fromarray(frame).quantize(COLOURS) for frame in played.frames]
    file = io.BytesIO()
    wait = round(1000 / min(played.rate, FASTEST))
    first.save(file, format="GIF", save_all=True, append_images=others, duration=wait, loop=0)
    return file.getvalue()
