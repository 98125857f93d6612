"""The `train` section, filled in and read a second time with every value known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgspec.structs import replace

from yamlnet.catalog.entry import Kind
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.evaluate import Scope, Unknown, has_template
from yamlnet.resolver.filling import Filling, without_unknown
from yamlnet.resolver.plan import DistributionPlan, Graph, ObjectivePlan, ObjectSpec, TrainPlan
from yamlnet.resolver.sections import holds_unknown, refilled
from yamlnet.schema.objective_forms import phases_written
from yamlnet.schema.objects import split_form
from yamlnet.schema.sections import TrainSection
from yamlnet.schema.train_forms import by_output, check_train, is_by_output, metric_specs


def train_plan(
    written: Mapping[str, object] | None,
    model: Graph | None,
    objective: ObjectivePlan,
    values: Scope,
    filling: Filling,
) -> TrainPlan | None:
    """The train section of a blueprint as a plan; `model` is the one whose outputs losses may name."""
    if written is None:
        return None
    path: KeyPath = ("train",)
    outputs = tuple(model.outputs) if model else ()
    filled = refilled(TrainSection, written, values, filling, path)
    if has_template(dict(written)):
        check_train(without_unknown(filled), outputs, path, filling.problems)
    if filling.problems.failed_in("train"):
        return None
    reading = _Reading(filled, outputs, filling, path)
    epochs, steps = filled.get("epochs"), filled.get("steps")
    return TrainPlan(
        objective=objective,
        loss=reading.loss(),
        loss_weights=_weights(filled.get("loss_weights"), outputs),
        metrics=reading.metrics(),
        optimizers=reading.optimizers(),
        epochs=cast(int, epochs) if epochs is not None or steps is not None else 1,
        steps=cast("int | None", steps),
        callbacks=reading.callbacks(),
        class_weight=_class_weight(filled.get("class_weight")),
        precision=cast("str | None", filled.get("precision")),
        distribution=_distribution(filled.get("distribution"), filling, (*path, "distribution")),
        outputs=outputs,
        path=path,
    )


class _Reading:
    """Reads the objects of a filled `train` section."""

    def __init__(
        self, filled: dict[str, object], outputs: tuple[str, ...], filling: Filling, path: KeyPath
    ) -> None:
        self.filled, self.outputs, self.filling, self.path = filled, outputs, filling, path

    def spec(self, kind: Kind, value: object, path: KeyPath) -> ObjectSpec:
        return self.filling.spec(kind, value, {}, path)

    def loss(self) -> ObjectSpec | dict[str, ObjectSpec] | None:
        value, path = self.filled.get("loss"), (*self.path, "loss")
        if value is None:
            return None
        if isinstance(value, list):
            return self._losses_in_order(value, path)
        if is_by_output("loss", value, self.outputs):
            found = by_output("loss", value, self.outputs, path)
            return {str(place[-1]): self.spec("loss", spec, place) for spec, place in found}
        return self.spec("loss", value, path)

    def _losses_in_order(self, value: list[object], path: KeyPath) -> dict[str, ObjectSpec]:
        """Losses of the outputs one after another, as Keras takes them."""
        if self.outputs and len(value) != len(self.outputs):
            message = (
                f"there are {len(value)} losses and {len(self.outputs)} outputs; give each its own: "
                f"{{{', '.join(f'{name}: …' for name in self.outputs)}}}"
            )
            self.filling.problems.add("losses", message, path)
        pairs = enumerate(zip(self.outputs, value, strict=False))
        return {name: self.spec("loss", spec, (*path, index)) for index, (name, spec) in pairs}

    def metrics(self) -> dict[str, tuple[ObjectSpec, ...]]:
        value, path = self.filled.get("metrics"), (*self.path, "metrics")
        if value is None:
            return {}
        if is_by_output("metric", value, self.outputs) and isinstance(value, dict):
            return {
                str(name): self._metric_list(inner, (), (*path, str(name)))
                for name, inner in value.items()
                if inner is not None
            }
        return {"": self._metric_list(value, self.outputs, path)}

    def _metric_list(self, value: object, outputs: tuple[str, ...], path: KeyPath) -> tuple[ObjectSpec, ...]:
        return tuple(
            _named_as_written(self.spec("metric", spec, place), spec)
            for spec, place in metric_specs(value, outputs, path)
        )

    def optimizers(self) -> dict[str, ObjectSpec]:
        """One for all updates of a step, under "", or one for each by its name."""
        path = (*self.path, "optimizer")
        if (by_phase := phases_written(self.filled)) is not None:
            return {phase: self.spec("optimizer", one, (*path, phase)) for phase, one in by_phase.items()}
        return {"": self.spec("optimizer", self.filled.get("optimizer", "adam"), path)}

    def callbacks(self) -> tuple[ObjectSpec, ...]:
        value = self.filled.get("callbacks") or []
        if not isinstance(value, list):
            return ()
        path = (*self.path, "callbacks")
        return tuple(self.spec("callback", item, (*path, index)) for index, item in enumerate(value))


def _named_as_written(metric: ObjectSpec, written: object) -> ObjectSpec:
    """A metric called `mae` is `mae` in the history, as in Keras; a class keeps Keras's name."""
    if isinstance(written, str) and written != metric.name and written.islower():
        return replace(metric, arguments={**metric.arguments, "name": written})
    return metric


def _distribution(value: object, filling: Filling, path: KeyPath) -> DistributionPlan | None:
    if holds_unknown(value):
        message = "devices meet before anything is known of the rows; write which they are"
        filling.problems.add("expression", message, path)
    if value is None or holds_unknown(value):
        return None
    name, arguments, _ = split_form(value, path)
    return DistributionPlan(name, cast("dict[str, object]", arguments or {}), path)


def _weights(value: object, outputs: tuple[str, ...]) -> dict[str, float] | float | None:
    if isinstance(value, list):
        return dict(zip(outputs, value, strict=False))
    return cast("dict[str, float] | float | None", value)


def _class_weight(value: object) -> dict[int, float] | None:
    if not isinstance(value, dict):
        return None
    # A weight that follows from `steps` is a number once the data has said how many there are.
    return {int(name): float(weight) for name, weight in value.items() if not isinstance(weight, Unknown)}
