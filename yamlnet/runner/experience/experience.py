"""What an agent meets, as the training loop's feed: it acts with the weights that are being trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import keras
import numpy as np
from msgspec import Struct, convert

from yamlnet.data.batches import Batch
from yamlnet.data.table import Array
from yamlnet.resolver.plan import Plan
from yamlnet.runner.experience.actions import Actions
from yamlnet.runner.experience.collecting import Predict, Seen, make_collector
from yamlnet.runner.experience.episodes import Choose, measured, play_episodes
from yamlnet.runner.experience.world import find_world
from yamlnet.runner.steps.stepper import Stepper

APART = {"validation": 1_000_003, "test": 2_000_003}
"""What is added to the run's seed for the episodes of a part, so that none begins as one of training does."""


class Telling(Struct, frozen=True):
    """The arguments that decide what is told of training."""

    steps_per_epoch: int
    validation_episodes: int
    test_episodes: int
    goal: float | None = None


class Experience:
    """An agent in copies of its environment."""

    notes: Sequence[str] = ()

    def __init__(self, plan: Plan) -> None:
        """Make the environments.

        Raises:
            BlueprintError: as `find_world`.
        """
        objective, self.seed = plan.objective, plan.seed
        self.seen, self.world = observed(plan), find_world(objective)
        self.telling = telling_of(plan)
        self.collector = make_collector(objective.name, objective.arguments, self.world, self.seen, plan.seed)
        self.per_epoch = self.telling.steps_per_epoch
        self.episodes = {"validation": self.telling.validation_episodes, "test": self.telling.test_episodes}
        self.parts = tuple(part for part, episodes in self.episodes.items() if episodes)
        self.callbacks: Sequence[keras.callbacks.Callback] = ()
        if self.telling.goal is not None:
            self.callbacks = (Goal(self.telling.goal),)
        self.stream: Iterator[Batch] | None = None

    def first(self) -> Batch:
        """A batch of the shapes to come."""
        return self.collector.example()

    def batches(self, stepper: Stepper, epoch: int) -> Iterator[Batch]:
        """What is met from now on; an epoch goes on where the last one ended."""
        if self.stream is None:
            self.stream = self.collector.batches(_predict(stepper, self.seen))
        return self.stream

    def told(self) -> dict[str, float]:
        """The last finished episodes, and how much was left to chance."""
        return self.collector.told()

    def measure(self, stepper: Stepper, part: str) -> dict[str, float]:
        """Episodes in which the best action is always taken, from the same starts each time."""
        choose = _choosing(stepper, self.seen, self.world.actions)
        seed = self.seed + APART[part]
        found = measured(play_episodes(self.world, choose, self.episodes[part], seed))
        if part == "validation":
            del found["return_deviation"]
        return found

    def in_units(self, model: keras.Model, part: str, outputs: Sequence[str]) -> dict[str, float]:
        """Nothing: returns have no other units."""
        return {}

    def close(self) -> None:
        """Give the environments back."""
        self.collector.copies.close()


class Goal(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Ends training once an epoch's return is high enough: of its validation episodes, if there are any."""

    def __init__(self, goal: float) -> None:
        super().__init__()
        self.goal = goal

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Look at the return."""
        told = logs or {}
        if told.get("val_return", told.get("return", -np.inf)) >= self.goal:
            self.model.stop_training = True


def telling_of(plan: Plan) -> Telling:
    """What is told of a plan's training."""
    return convert(dict(plan.objective.arguments), Telling)


def observed(plan: Plan) -> Seen:
    """The input that observations feed."""
    given = plan.fed[0]
    return Seen(given.name, str(given.arguments.get("dtype") or keras.config.floatx()))


def acting(stepper: Stepper, plan: Plan) -> Choose:
    """Always the best action, by the weights that a stepper holds."""
    return _choosing(stepper, observed(plan), find_world(plan.objective).actions)


def _choosing(stepper: Stepper, seen: Seen, actions: Actions) -> Choose:
    predict = _predict(stepper, seen)
    return lambda rows: actions.best(_of_actions(predict(rows)))


def _of_actions(said: Any) -> Array:
    """What an objective says of actions, beside what else it may say: (rows, width)."""
    return cast(Array, said["policy"] if isinstance(said, Mapping) else said)


def _predict(stepper: Stepper, seen: Seen) -> Predict:
    return lambda rows: stepper.predict({seen.name: rows.astype(seen.dtype, copy=False)})
