"""What an objective is: a pure function from models and a batch to a loss, written in `keras.ops`.

An objective never touches a backend: gradients, the optimizer's step, precision and dispatch live in
`runner/steps`. So a new objective is one file, and every improvement of the seam reaches all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import keras
from msgspec import Struct

from yamlnet.data.batches import Batch, Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.plan import ObjectSpec, TrainPlan

Models = Mapping[str, keras.Model]
Construct = Callable[[ObjectSpec], Any]


class Phase(Struct, frozen=True):
    """One update of a training step: which models' weights it changes, and by which optimizer.

    Supervised training has one phase; a GAN has two, and each sees the other model fixed.
    """

    name: str
    trains: tuple[str, ...]
    optimizer: keras.optimizers.Optimizer


class Objective(Protocol):
    """What the runner needs of an objective."""

    @property
    def phases(self) -> Sequence[Phase]:
        """The updates of one step, in order."""

    @property
    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """Every metric that `losses` updates: their variables are part of the training state."""

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss to minimise, a scalar tensor; metrics are updated on the way.

        It is traced by the backend: only `keras.ops`, layers and metrics, no side effects.
        """

    def results(self) -> dict[str, Any]:
        """The metrics' values by name, as scalar tensors."""

    def predict(self, models: Models, inputs: Mapping[str, Any]) -> Any:
        """What the trained model answers: outputs in the model's own structure."""


class ObjectiveClass(Protocol):
    """How an objective is made from a plan."""

    def __call__(self, models: Models, plan: TrainPlan, construct: Construct) -> Objective:
        """Prepare the objective; called once, before the first step."""

    def problems(self, models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """What in the models, the plan and the training rows does not fit together; nothing is made yet."""
