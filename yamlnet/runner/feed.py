"""Where training's batches come from: rows, or what an agent meets in an environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import keras
import numpy as np
from msgspec.structs import replace

from yamlnet.data.batches import Batch, row_shapes, steps_per_epoch
from yamlnet.data.dataset import Dataset, way
from yamlnet.data.units import output_units
from yamlnet.resolver.plan import Plan
from yamlnet.runner.augment import Augmenter
from yamlnet.runner.evaluate import measure
from yamlnet.runner.steps.devices import ALONE, Devices
from yamlnet.runner.steps.stepper import Stepper


class Feed(Protocol):
    """What the loop asks of either.

    Attributes:
        per_epoch: how many batches make an epoch.
        notes: what there is to know before training begins.
        parts: what is measured when training has ended; `validation` after every epoch, too.
        callbacks: what listens besides the blueprint's own.
    """

    per_epoch: int
    notes: Sequence[str]
    parts: tuple[str, ...]
    callbacks: Sequence[keras.callbacks.Callback]

    def first(self) -> Batch:
        """A batch of the shapes to come."""

    def batches(self, stepper: Stepper, epoch: int) -> Iterator[Batch]:
        """Batches of an epoch, counted from 0: at least `per_epoch` of them."""

    def told(self) -> dict[str, float]:
        """What it has to say of itself, for the history."""

    def measure(self, stepper: Stepper, part: str) -> dict[str, float]:
        """How well the weights that the stepper holds do on a part."""

    def in_units(self, model: keras.Model, part: str, outputs: Sequence[str]) -> dict[str, float]:
        """The same in the units of the data, of the model's own weights; nothing where there are no such.

        Raises:
            DataError: there is no way back to the units.
        """

    def close(self) -> None:
        """Give back what it holds."""


class Rows:
    """A data set's training rows, shuffled, weighted and augmented; its other parts measure."""

    callbacks: Sequence[keras.callbacks.Callback] = ()

    def __init__(self, dataset: Dataset, plan: Plan, devices: Devices = ALONE) -> None:
        data, train = plan.data, plan.train
        assert data is not None and train is not None, "the checks require both to train"
        self.dataset, self.data, self.seed, self.shard = dataset, data, plan.seed, devices.shard
        self.class_weight, self.units = train.class_weight, output_units(plan, dataset.fitted)
        self.augment = Augmenter(data.augment, plan.seed, row_shapes(dataset.train.first()), devices.process)
        self.per_epoch = steps_per_epoch(dataset.train.rows, data.batch_size)
        self.notes: Sequence[str] = [
            note for note in (way(dataset.train), devices.told(data.batch_size)) if note
        ]
        measuring = {"validation": dataset.validation, "test": dataset.test}
        self.splits = {part: split for part, split in measuring.items() if split is not None}
        self.parts = tuple(self.splits)

    def first(self) -> Batch:
        """The first batch, as it is before layers change it."""
        return next(self._weighted_batches(0))

    def batches(self, stepper: Stepper, epoch: int) -> Iterator[Batch]:
        """All rows once, in an order that the seed and the epoch decide."""
        for step, batch in enumerate(self._weighted_batches(epoch)):
            yield self.augment(batch, epoch, step)

    def _weighted_batches(self, epoch: int) -> Iterator[Batch]:
        size, shuffle, weight = self.data.batch_size, self.data.shuffle, self.class_weight
        for batch in self.dataset.train.batches(size, self.seed, epoch, shuffle=shuffle, shard=self.shard):
            yield _weighted(batch, weight) if weight else batch

    def told(self) -> dict[str, float]:
        """Nothing: its rows stay as they are."""
        return {}

    def measure(self, stepper: Stepper, part: str) -> dict[str, float]:
        """Loss and metrics over a whole part."""
        stepper.reset_metrics()
        for batch in self.splits[part].batches(self.data.batch_size, shuffle=False, shard=self.shard):
            stepper.evaluate(batch)
        return stepper.results()

    def in_units(self, model: keras.Model, part: str, outputs: Sequence[str]) -> dict[str, float]:
        """How far outputs are off in the units of their targets' columns."""
        return measure(model, outputs, self.splits[part], self.units)

    def close(self) -> None:
        """Nothing to do."""


def _weighted(batch: Batch, class_weight: Mapping[int, float]) -> Batch:
    """A batch with each row weighted by its class, as `Model.fit` does it: classes without one weigh 1."""
    target = next(iter(batch.targets.values()))
    classes = target.reshape(len(target), -1)
    classes = classes.argmax(axis=1) if classes.shape[1] > 1 else classes[:, 0]
    weights = np.ones(len(target), dtype=np.float32)
    for label, weight in class_weight.items():
        weights[classes == label] = weight
    return replace(batch, sample_weight=weights)
