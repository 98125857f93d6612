"""What objectives share that compare the outputs of `model` with something, by Keras's losses and metrics.

The meaning of losses, weights, masks and metrics is Keras's own: the model is compiled with them, and
`Model.compute_loss` and `Model.compute_metrics` are what is called
(https://keras.io/api/models/model_training_apis/). So numbers agree with `Model.fit`, and a saved
model carries its compilation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from yamlnet.compiler.objects import construct
from yamlnet.compiler.structure import by_output, model_inputs
from yamlnet.data.batches import Batch, Split
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.objectives.metric_shapes import BY_SHAPE, check_metric, unnumbered
from yamlnet.objectives.objective import Construct, Models, Objective, Phase, Setting
from yamlnet.objectives.target_shapes import check_target
from yamlnet.resolver.plan import ObjectSpec, TrainPlan
from yamlnet.schema.words import DEFAULT_MODEL

LOSS = "loss"


class Compared(Objective):
    """Minimise the losses of the outputs of `model` against the targets of a batch."""

    default_loss: ObjectSpec | None = None

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        plan, construct = setting.plan, setting.construct
        self.model = setting.models[DEFAULT_MODEL]
        self.names = tuple(plan.outputs)
        if not isinstance(
            self.model.output, dict
        ):  # metrics are called as the file calls outputs, not layers
            self.model.output_names = list(self.names)
        self.model.compile(
            optimizer=setting.optimizer(),
            loss=self._by_output(plan.loss or self.default_loss, construct),
            loss_weights=self._weights(plan),
            metrics=self._metrics(plan, construct),
        )
        self.tracker = next(metric for metric in self.model.metrics if metric.name == LOSS)
        self.phases: Sequence[Phase] = (Phase("train", (DEFAULT_MODEL,), self.model.optimizer),)

    @staticmethod
    def problems(models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """What Keras refuses to make; else what losses, else what metrics, cannot compare."""
        if refused := _refused(plan):
            return refused
        outputs = by_output(models["model"].output, plan.outputs)
        losses = plan.loss if isinstance(plan.loss, Mapping) else dict.fromkeys(outputs, plan.loss)
        found = [
            check_target(name, loss, outputs[name].shape, rows.targets[name])
            for name, loss in losses.items()
            if loss is not None and name in rows.targets
        ]
        if problems := [problem for problem in found if problem is not None]:
            return problems  # of metrics that do not fit either it would be the same mistake
        found = [
            check_metric(name, metric, outputs[name].shape, rows.targets[name])
            for name in outputs
            for metric in _metrics_of(name, plan)
            if name in rows.targets
        ]
        return [problem for problem in found if problem is not None]

    @property
    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """The loss's mean, each output's loss where there are several, and the plan's metrics."""
        return list(self.model.metrics)

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The total loss: weighted sum over outputs, plus what layers add (regularisation)."""
        model = models["model"]
        x = model_inputs(model, batch.inputs)
        y = self._targets(batch.targets)
        predicted = model(x, training=training)
        total = model.compute_loss(x, y, predicted, batch.sample_weight, training=training)
        rows = keras.ops.shape(next(iter(batch.inputs.values())))[0]
        self.tracker.update_state(total, sample_weight=rows)
        model.compute_metrics(x, y, predicted, batch.sample_weight)
        return total

    def results(self) -> dict[str, Any]:
        """Metrics by the names that Keras's own history uses."""
        return dict(self.model.get_metrics_result())

    def _targets(self, targets: Mapping[str, Any]) -> Any:
        """Targets in the structure of the model's outputs; an output without a loss has None."""
        if isinstance(self.model.output, dict):
            return {name: targets.get(name) for name in self.model.output}
        if isinstance(self.model.output, list | tuple):
            return [targets.get(name) for name in self.names]
        return next(iter(targets.values()))

    def _by_output(self, loss: object, construct: Construct) -> Any:
        if isinstance(loss, ObjectSpec):
            if not isinstance(self.model.output, dict | list | tuple):
                return construct(loss)
            return self._structured({name: construct(loss) for name in self.names})
        if isinstance(loss, Mapping):
            made = {name: construct(spec) for name, spec in loss.items()}
            return self._structured(made)
        return None

    def _weights(self, plan: TrainPlan) -> Any:
        if isinstance(plan.loss_weights, Mapping):
            return self._structured(dict(plan.loss_weights))
        return plan.loss_weights

    def _metrics(self, plan: TrainPlan, construct: Construct) -> Any:
        if not plan.metrics:
            return None
        made = {name: [_metric(spec, construct) for spec in _metrics_of(name, plan)] for name in self.names}
        return self._structured(made)

    def _structured(self, values: dict[str, Any]) -> Any:
        """Values by output name in the structure that Keras compiles for: as the model's outputs."""
        if isinstance(self.model.output, dict):
            return {name: values.get(name) for name in self.model.output}
        if isinstance(self.model.output, list | tuple):
            return [values.get(name) for name in self.names]
        return next(iter(values.values()), None)


def _refused(plan: TrainPlan) -> list[Diagnostic]:
    """Optimizers, losses and metrics whose arguments Keras refuses, found by making them once."""
    losses = list(plan.loss.values()) if isinstance(plan.loss, Mapping) else [plan.loss]
    metrics = [spec for specs in plan.metrics.values() for spec in specs if spec.name not in BY_SHAPE]
    found: list[Diagnostic] = []
    for spec in (*plan.optimizers.values(), *losses, *metrics):
        try:
            if spec is not None:
                construct(unnumbered(spec))
        except BlueprintError as error:
            found.extend(error.diagnostics)
    return found


def _metrics_of(name: str, plan: TrainPlan) -> tuple[ObjectSpec, ...]:
    """An output's metrics; those that name no output are for each that is learnt."""
    learnt = not isinstance(plan.loss, Mapping) or name in plan.loss
    return plan.metrics.get(name, plan.metrics.get("", ()) if learnt else ())


def _metric(spec: ObjectSpec, construct: Construct) -> Any:
    """A metric object; `accuracy` and `crossentropy` stay names, since Keras chooses by the shapes."""
    if spec.name in BY_SHAPE:
        return str(spec.arguments.get("name", spec.name))
    return construct(spec)
