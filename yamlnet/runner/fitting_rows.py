"""Rows that the model can look up and be compared with: looked at before there is a run folder."""

from __future__ import annotations

import keras

from yamlnet.data.dataset import Dataset
from yamlnet.data.indices import check_indices
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.objectives import OBJECTIVES
from yamlnet.resolver.plan import Plan


def require_fitting_rows(plan: Plan, models: dict[str, keras.Model], dataset: Dataset) -> None:
    """Refuse rows that the model cannot look up or be compared with.

    Raises:
        BlueprintError: with every problem that the objective finds, and the first wrong index.
    """
    assert plan.train is not None, "train() looked"
    problems = OBJECTIVES[plan.train.objective].problems(models, plan.train, dataset.train)
    parts = [part for part in (dataset.train, dataset.validation, dataset.test) if part is not None]
    problems += next(filter(None, (list(check_indices(plan.models["model"], part)) for part in parts)), [])
    if problems:
        raise BlueprintError(problems)
