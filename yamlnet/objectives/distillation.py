"""Distillation: a student learns what a teacher says of rows, beside what is true of them.

With the logits z of the student and v of the teacher and a temperature T (Hinton et al. 2015,
https://arxiv.org/abs/1503.02531),

    loss = alpha · T² · KL(softmax(v/T) ‖ softmax(z/T)) + (1 - alpha) · hard

where hard is `train.loss` of the student against the targets. The divergence has the gradient of the paper's
cross entropy, and is 0 where the two agree; T² keeps its gradient as large whatever T. Outputs are logits
where the loss says `from_logits: true`, else chances, whose logarithms are logits: of teacher and student
alike. No update changes the teacher, which is called as it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from yamlnet.compiler.structure import input_names, model_inputs
from yamlnet.data.batches import Batch, Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.objectives.compared import Compared
from yamlnet.objectives.objective import Models, Phase, Setting
from yamlnet.resolver.plan import ObjectSpec, TrainPlan
from yamlnet.schema.words import DEFAULT_MODEL

OF_CLASSES = ("CategoricalCrossentropy", "SparseCategoricalCrossentropy")
"""The losses of which likelihoods of classes are learnt."""


class Distillation(Compared):
    """Minimise the student's distance from its teacher and from the targets."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.teacher = setting.role("teacher")
        self.temperature, self.alpha = (float(setting.argument(one)) for one in ("temperature", "alpha"))
        self.logits = bool(_spec(setting.plan).arguments.get("from_logits", False))

    @staticmethod
    def problems(models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """A loss that is not of classes, several outputs, a teacher that reads what no row has."""
        path = plan.objective.path
        if len(plan.outputs) != 1 or _spec(plan).name not in OF_CLASSES:
            message = (
                "a student has one output, the likelihoods of classes, and learns it by "
                f"{OF_CLASSES[0]} or {OF_CLASSES[1]}"
            )
            return [Diagnostic("objective", message, path, "key")]
        read = input_names(models[plan.objective.models["teacher"]])
        if missing := [name for name in read if name not in rows.inputs]:
            message = f'the teacher reads "{missing[0]}", and rows have {", ".join(rows.inputs)}'
            return [Diagnostic("objective", message, (*path, "teacher"))]
        return Compared.problems(models, plan, rows)

    @property
    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """Those of the student, and the means of both losses."""
        return [*super().metrics, self.means["hard_loss"], self.means["soft_loss"]]

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The weighted sum of both losses."""
        student, teacher = models[DEFAULT_MODEL], models[self.teacher]
        x, y = model_inputs(student, batch.inputs), self._targets(batch.targets)
        found = student(x, training=training)
        said = ops.stop_gradient(teacher(model_inputs(teacher, batch.inputs), training=False))
        hard = student.compute_loss(x, y, found, batch.sample_weight, training=training)
        soft = self.temperature**2 * ops.mean(self._divergence(_only(said), _only(found)))
        total = self.alpha * soft + (1 - self.alpha) * hard
        rows = ops.shape(next(iter(batch.inputs.values())))[0]
        self.tracker.update_state(total, sample_weight=rows)
        self.track(rows, hard_loss=hard, soft_loss=soft)
        student.compute_metrics(x, y, found, batch.sample_weight)
        return total

    def results(self) -> dict[str, Any]:
        """The student's metrics, and both losses."""
        return super().results() | {name: self.means[name].result() for name in ("hard_loss", "soft_loss")}

    def _divergence(self, said: Any, found: Any) -> Any:
        """KL(teacher ‖ student) of each row at the temperature: (rows, …, classes) twice → (rows, …)."""
        wanted, told = (ops.log_softmax(self._logits(one) / self.temperature) for one in (said, found))
        return ops.sum(ops.exp(wanted) * (wanted - told), axis=-1)

    def _logits(self, outputs: Any) -> Any:
        outputs = ops.cast(outputs, "float32")
        return outputs if self.logits else ops.log(ops.maximum(outputs, keras.config.epsilon()))


def _spec(plan: TrainPlan) -> ObjectSpec:
    """The loss of the one output."""
    loss = next(iter(plan.loss.values())) if isinstance(plan.loss, Mapping) else plan.loss
    assert loss is not None, "the checks require it"
    return loss


def _only(found: Any) -> Any:
    return keras.tree.flatten(found)[0]
