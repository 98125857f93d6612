"""What training would stop at, looked for before there is a run folder: objects and rows that do not fit."""

from __future__ import annotations

import keras

from yamlnet.compiler.objects import construct
from yamlnet.data.batches import row_shapes
from yamlnet.data.dataset import Dataset
from yamlnet.data.indices import check_indices, looks_up
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.objectives import implementation
from yamlnet.resolver.plan import Plan
from yamlnet.runner.augment import Augmenter
from yamlnet.runner.callbacks import refused_callbacks
from yamlnet.runner.steps.devices import Devices, layout_problems, require_same_rows


def require_trainable(plan: Plan, models: dict[str, keras.Model], dataset: Dataset, devices: Devices) -> None:
    """Refuse objects that Keras cannot make, and rows that the model cannot look up or be compared with.

    Raises:
        BlueprintError: with every problem of the objective and the callbacks, and the first wrong index.
    """
    assert plan.train is not None, "train() looked"
    require_same_rows(dataset.digest, devices)
    problems = implementation(plan.objective.name).problems(models, plan.train, dataset.train.first())
    problems += layout_problems(models, devices)
    fed = plan.models.get(plan.objective.feeds) or plan.models["model"]
    problems += refused_callbacks(plan.train.callbacks, construct)
    parts = [part for part in (dataset.train, dataset.validation, dataset.test) if part is not None]
    if looks_up(fed, parts[0].first()):  # all rows are looked at
        pieces = (piece for part in parts for piece in part.pieces())
        problems += next(filter(None, (list(check_indices(fed, piece)) for piece in pieces)), [])
    if plan.data is not None and not problems:
        Augmenter(
            plan.data.augment, plan.seed, row_shapes(dataset.train.first())
        )  # refuses what cannot be made
    if problems:
        raise BlueprintError(problems)
