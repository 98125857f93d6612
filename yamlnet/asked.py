"""What is asked of a blueprint before anything heavy happens: a model to build, something to train."""

from __future__ import annotations

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.resolver.plan import Plan


def require_model(plan: Plan, verb: str) -> None:
    """Refuse a file that has blocks and models for others alone."""
    if "model" not in plan.models:
        message = f"there is no model to {verb}: this file has blocks and models for others to import"
        raise BlueprintError([Diagnostic("missing-key", message)])


def require_training(plan: Plan) -> None:
    """Refuse a file that says nothing of training, and one that means several trainings."""
    if plan.train is None:
        message = "there is nothing to train: add a train section, e.g. train: {loss: mse, epochs: 10}"
        raise BlueprintError([Diagnostic("losses", message)])
    if plan.data is not None and plan.data.folds and plan.data.fold is None:
        message = (
            "these are several trainings: yamlnet.train_folds does them all, and fold: 1 the first alone"
        )
        raise BlueprintError([Diagnostic("folds", message, ("data", "folds"), "key")])
