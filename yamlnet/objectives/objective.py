"""What an objective is: a pure function from models and a batch to a loss, written in `keras.ops`.

An objective never touches a backend: gradients, the optimizer's step, precision and dispatch live in
`runner/steps`. So a new objective is one file, and every improvement of the seam reaches all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from msgspec import Struct

from yamlnet.compiler.structure import model_inputs
from yamlnet.data.batches import Batch, Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import ObjectSpec, TrainPlan
from yamlnet.schema.objective_words import known_words
from yamlnet.schema.words import DEFAULT_MODEL

Models = Mapping[str, keras.Model]
Construct = Callable[[ObjectSpec], Any]
Gradient = Callable[[Callable[[Any], Any], Any], Any]
"""(function, x) → the gradient of the sum of function(x) by x, of the shape of x; it has a gradient itself.

Variables may be read meanwhile, not written: layers are called with `training=False`.
"""


Draw = Callable[[tuple[int, ...]], Any]


class Phase(Struct, frozen=True):
    """One update of a training step: which models' weights it changes, and by which optimizer.

    Supervised training has one phase; a GAN has two, and each sees the other model fixed. A phase that is not
    due at `every` step is left out of the others: a critic learns five times before the generator does once.
    """

    name: str
    trains: tuple[str, ...]
    optimizer: keras.optimizers.Optimizer
    every: int = 1


class Setting(Struct, frozen=True):
    """What an objective is made from.

    Attributes:
        models: by their names in the plan.
        plan: the train section.
        construct: makes a Keras object of a spec.
        gradient: the backend's gradient of a function, for losses that have one in them.
        seed: the run's.
    """

    models: Models
    plan: TrainPlan
    construct: Construct
    gradient: Gradient
    seed: int = 0

    def role(self, name: str) -> str:
        """The model of a role, by its name in the plan."""
        return self.plan.objective.models[name]

    def argument(self, name: str, default: Any = None) -> Any:
        """What the objective was given under a name."""
        return self.plan.objective.arguments.get(name, default)

    def drawing(self, spec: ObjectSpec, number: int = 0) -> Any:
        """A layer that changes rows at random: what it draws follows from the run's seed and its number."""
        layer = self.construct(spec)
        for index, state in enumerate(layer.non_trainable_variables):
            if "seed_generator" in state.path:
                state.assign(np.random.SeedSequence([self.seed, number, index]).generate_state(2))
        return layer

    def loss(self, default: ObjectSpec) -> Any:
        """The loss that is written, or the one that is meant where none is."""
        written = self.plan.loss
        spec = next(iter(written.values())) if isinstance(written, Mapping) else written
        return self.construct(spec or default)

    def optimizer(self, phase: str = "") -> keras.optimizers.Optimizer:
        """A phase's own optimizer: the one that is written for it, or a copy of the one that is for all."""
        specs = self.plan.optimizers
        made: keras.optimizers.Optimizer = self.construct(specs[phase] if phase in specs else specs[""])
        return made


class Objective(ABC):
    """What the runner needs. A new one says its `phases` and its `losses`; the rest has an answer here."""

    phases: Sequence[Phase]

    def __init__(self, setting: Setting) -> None:
        """Prepare; called once, before the first step."""
        self.setting = setting
        measures = known_words(setting.plan.objective.name).measures
        self.means = {one.name: keras.metrics.Mean(name=one.name) for one in measures}

    @staticmethod
    def problems(models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """What in the models, the plan and the training rows does not fit together; nothing is made yet."""
        return []

    @abstractmethod
    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss to minimise, a scalar tensor; metrics are updated on the way.

        It is traced by the backend: only `keras.ops`, layers and metrics, no side effects.
        """

    def evaluate(self, models: Models, batch: Batch) -> None:
        """Update the metrics with rows that are not learnt from."""
        for phase in self.phases:
            self.losses(models, batch, phase, training=False)

    @property
    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """Every metric that `losses` updates: their variables are part of the training state."""
        return list(self.means.values())

    @property
    def variables(self) -> Sequence[Any]:
        """What else is part of the training state: where random numbers are drawn from, means of weights."""
        return []

    def results(self) -> dict[str, Any]:
        """The metrics' values by name, as scalar tensors."""
        return {name: mean.result() for name, mean in self.means.items()}

    def predict(self, models: Models, inputs: Mapping[str, Any]) -> Any:
        """What the trained model answers: outputs in the model's own structure."""
        model = models[DEFAULT_MODEL]
        return model(model_inputs(model, inputs), training=False)

    def generate(self, models: Models, rows: Mapping[str, Any], draw: Draw) -> Any:
        """New rows, as many as there are of conditions; None for an objective that makes none.

        Args:
            models: trained.
            rows: inputs of real rows, of which what is generated may read its conditions.
            draw: gives standard normal numbers of a shape without the rows' axis: (rows, *shape).
        """
        return None

    @staticmethod
    def given_back(outputs: Sequence[str], inputs: Sequence[str]) -> Mapping[str, str]:
        """The input that each output of `model` gives back, by name; none for who reconstructs nothing."""
        return {}

    @staticmethod
    def encoders(roles: Mapping[str, str]) -> Sequence[str]:
        """Models whose first output is a row's vector, by their names in the plan, the likeliest first."""
        return []

    def track(self, rows: Any, **values: Any) -> None:
        """Add scalars, means over a batch of so many rows, to the metrics of their names."""
        for name, value in values.items():
            self.means[name].update_state(value, sample_weight=rows)


def compiled(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
    """Tell a model its optimizer: callbacks look for it there, and it is saved with the model."""
    model.compile(optimizer=optimizer, loss=None)
