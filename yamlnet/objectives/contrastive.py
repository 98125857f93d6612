"""Contrastive learning: vectors of what belongs together point into one direction, others elsewhere.

Vectors are compared by their directions: each is divided by its length, and s(a, b) is the cosine of two.
Rows are compared with the others of their batch, which a larger `batch_size` makes harder.

`nt-xent` (SimCLR, Chen et al. 2020, https://arxiv.org/abs/2002.05709): two views of each row are drawn by
layers that change it at random; the 2N views of N rows have vectors zᵢ, and for a view i with partner j

    loss = -log (exp(s(zᵢ, zⱼ)/T) / Σ_{k ≠ i} exp(s(zᵢ, zₖ)/T)), a mean over all 2N.

`triplet` (FaceNet, Schroff et al. 2015, https://arxiv.org/abs/1503.03832): with d the squared distance of
vectors of length 1, an anchor a, a row p of its class and a row n of another give

    max(0, d(a, p) - d(a, n) + margin)

`semi-hard`: of every pair (a, p) the nearest n that lies farther away than p, or where there is none the
farthest n. `hard` (Hermans et al. 2017, https://arxiv.org/abs/1703.07737): of every a the farthest p and the
nearest n. The loss is the mean over those pairs, or anchors; what has no p or no n does not count.

`two-tower` (Yi et al. 2019, https://doi.org/10.1145/3298689.3346996): of N rows, qᵢ is the vector of one side
and cᵢ that of the other; candidate i is told among all candidates of the batch, and `symmetric` the
query among all queries, too, the two halved (CLIP, Radford et al. 2021, https://arxiv.org/abs/2103.00020):

    loss = -log (exp(s(qᵢ, cᵢ)/T) / Σₖ exp(s(qᵢ, cₖ)/T)), a mean over the rows.

A row whose candidate is the same as that of row i is no wrong answer, and is left out of i's sums, where
candidates are told apart by whole numbers alone (ids, tokens). The temperature T is fixed; CLIP learns it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from yamlnet.compiler.structure import input_names, model_inputs
from yamlnet.data.batches import Batch, Split
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.objectives.objective import Models, Objective, Phase, Setting, compiled
from yamlnet.resolver.plan import TrainPlan
from yamlnet.schema.words import DEFAULT_MODEL

NEVER = -1e9
"""Stands for the likeness of what is not to be compared."""


class Contrastive(Objective):
    """Minimise one of three losses of vectors; accuracy is how often the nearest vector is a right one."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.kind = str(setting.argument("loss"))
        self.temperature = float(setting.argument("temperature", 1.0))
        views = setting.argument("views", [])
        self.views = [setting.drawing(spec, number) for number, spec in enumerate(views)]
        self.roles = setting.plan.objective.models
        optimizer = setting.optimizer()
        compiled(setting.models[DEFAULT_MODEL], optimizer)
        # Of two towers the model that is saved with the optimizer has both: it is loaded in that order.
        learnt = (DEFAULT_MODEL,) if "query" in self.roles else tuple(self.roles.values())
        self.phases: Sequence[Phase] = (Phase("train", learnt, optimizer),)

    @staticmethod
    def problems(models: Models, plan: TrainPlan, rows: Split) -> list[Diagnostic]:
        """Towers that are one model, and classes that are no numbers of classes."""
        objective = plan.objective
        if "query" in objective.models and objective.models["query"] == objective.models["candidate"]:
            message = (
                f'"{objective.models["query"]}" would read the same for both sides; write two models, '
                "each with inputs of its own (both may call a third one)"
            )
            return [Diagnostic("objective", message, (*objective.path, "candidate"))]
        if objective.arguments["loss"] != "triplet":
            return []
        if len(rows.targets) != 1:
            message = f"triplet needs one target, the classes of rows; the data has {len(rows.targets)}"
            return [Diagnostic("objective", message, objective.path, "key")]
        (name, classes), *_ = rows.targets.items()
        if classes.dtype.kind not in "iub" or classes.size != len(classes):
            message = (
                f'the target "{name}" is the class of a row, a whole number; it has rows of '
                f"{list(classes.shape[1:])} {classes.dtype}"
            )
            return [Diagnostic("objective", message, objective.path, "key")]
        return []

    def losses(self, models: Models, batch: Batch, phase: Phase, training: bool) -> Any:
        """The loss over the rows of a batch."""
        match self.kind:
            case "nt-xent":
                loss, accuracy, rows = self._of_views(models, batch, training)
            case "triplet":
                loss, accuracy, rows = self._of_classes(models, batch, training)
            case _:
                loss, accuracy, rows = self._of_sides(models, batch, training)
        self.track(rows, loss=loss, accuracy=accuracy)
        return loss

    @staticmethod
    def encoders(roles: Mapping[str, str]) -> Sequence[str]:
        """The encoder; of two towers the query's first."""
        return [roles[role] for role in ("encoder", "query", "candidate") if role in roles]

    @property
    def variables(self) -> Sequence[Any]:
        """Where views are drawn from."""
        return [variable for layer in self.views for variable in layer.variables]

    def _of_views(self, models: Models, batch: Batch, training: bool) -> tuple[Any, Any, Any]:
        """NT-Xent of two views of each row, both in one call of the encoder."""
        encoder = models[self.roles["encoder"]]
        first = input_names(encoder)[0]
        both = {name: ops.concatenate([values, values]) for name, values in batch.inputs.items()}
        both[first] = ops.concatenate([self._view(batch.inputs[first]) for _ in range(2)])
        vectors = _vectors(encoder, both, training)
        if "projection" in self.roles:
            vectors = _first(models[self.roles["projection"]](vectors, training=training))
        unit = _directions(vectors)
        count = ops.shape(unit)[0]
        likeness = ops.matmul(unit, ops.transpose(unit)) / self.temperature
        likeness = ops.where(ops.eye(count, dtype="bool"), NEVER, likeness)
        rows = count // 2
        partners = ops.concatenate([ops.arange(rows) + rows, ops.arange(rows)])
        loss, accuracy = _told(likeness, partners)
        return loss, accuracy, rows

    def _view(self, rows: Any) -> Any:
        """Rows, changed at random."""
        rows = ops.cast(rows, "float32")
        for layer in self.views:
            rows = layer(rows, training=True)
        return rows

    def _of_classes(self, models: Models, batch: Batch, training: bool) -> tuple[Any, Any, Any]:
        """The triplet loss of rows of known classes."""
        unit = _directions(_vectors(models[self.roles["encoder"]], batch.inputs, training))
        classes = ops.reshape(next(iter(batch.targets.values())), (-1,))
        distances = ops.maximum(2 - 2 * ops.matmul(unit, ops.transpose(unit)), 0.0)
        same = ops.equal(classes[:, None], classes[None, :])
        itself = ops.eye(ops.shape(unit)[0], dtype="bool")
        positive = ops.logical_and(same, ops.logical_not(itself))
        negative = ops.logical_not(same)
        mined = _hard if self.setting.argument("mining") == "hard" else _semi_hard
        loss = mined(distances, positive, negative, float(self.setting.argument("margin")))
        nearest = ops.argmin(ops.where(itself, -NEVER, distances), axis=1)
        right = ops.take_along_axis(positive, nearest[:, None], axis=1)[:, 0]
        counted = ops.cast(ops.any(positive, axis=1), "float32")
        accuracy = _mean(ops.cast(right, "float32"), counted)
        return loss, accuracy, ops.shape(unit)[0]

    def _of_sides(self, models: Models, batch: Batch, training: bool) -> tuple[Any, Any, Any]:
        """The softmax of each row's right candidate in its batch, and the other way round."""
        query, candidate = (models[self.roles[role]] for role in ("query", "candidate"))
        queries = _directions(_vectors(query, batch.inputs, training))
        candidates = _directions(_vectors(candidate, batch.inputs, training))
        likeness = ops.matmul(queries, ops.transpose(candidates)) / self.temperature
        rows = ops.shape(likeness)[0]
        own = ops.arange(rows)
        if (same := _same(candidate, batch.inputs)) is not None:
            others = ops.logical_and(same, ops.logical_not(ops.eye(rows, dtype="bool")))
            likeness = ops.where(others, NEVER, likeness)
        loss, accuracy = _told(likeness, own)
        if self.setting.argument("symmetric"):
            loss = (loss + _told(ops.transpose(likeness), own)[0]) / 2
        return loss, accuracy, rows


def _vectors(model: keras.Model, inputs: Mapping[str, Any], training: bool) -> Any:
    """The first output of a model, (rows, …)."""
    return _first(model(model_inputs(model, inputs), training=training))


def _first(found: Any) -> Any:
    return keras.tree.flatten(found)[0]


def _directions(vectors: Any) -> Any:
    """Vectors of length 1: (rows, …) → (rows, numbers), float32."""
    flat = ops.cast(ops.reshape(vectors, (ops.shape(vectors)[0], -1)), "float32")
    return flat / ops.sqrt(ops.maximum(ops.sum(ops.square(flat), axis=1, keepdims=True), 1e-12))


def _told(logits: Any, right: Any) -> tuple[Any, Any]:
    """The mean surprise at what is right in each line, and the share of lines where it is the largest."""
    right = ops.cast(right, "int32")
    loss = ops.mean(keras.losses.sparse_categorical_crossentropy(right, logits, from_logits=True))
    found = ops.equal(ops.cast(ops.argmax(logits, axis=1), "int32"), right)
    return loss, ops.mean(ops.cast(found, "float32"))


def _mean(values: Any, counted: Any) -> Any:
    """The mean of those that count, 0 where none does."""
    return ops.sum(values * counted) / ops.maximum(ops.sum(counted), 1.0)


def _hard(distances: Any, positive: Any, negative: Any, margin: float) -> Any:
    """The loss of each anchor's farthest positive and nearest negative; all arguments are (rows, rows)."""
    farthest = ops.max(ops.where(positive, distances, NEVER), axis=1)
    nearest = ops.min(ops.where(negative, distances, -NEVER), axis=1)
    counted = ops.logical_and(ops.any(positive, axis=1), ops.any(negative, axis=1))
    counted = ops.cast(counted, "float32")
    return _mean(ops.relu(farthest - nearest + margin) * counted, counted)


def _semi_hard(distances: Any, positive: Any, negative: Any, margin: float) -> Any:
    """The loss of each pair and the nearest negative beyond it; (rows, rows, rows) distances are compared."""
    beyond = ops.logical_and(negative[:, None, :], distances[:, None, :] > distances[:, :, None])
    nearest = ops.min(ops.where(beyond, distances[:, None, :], -NEVER), axis=2)
    farthest = ops.max(ops.where(negative, distances, NEVER), axis=1, keepdims=True)
    chosen = ops.where(ops.any(beyond, axis=2), nearest, farthest)
    counted = ops.cast(ops.logical_and(positive, ops.any(negative, axis=1, keepdims=True)), "float32")
    return _mean(ops.relu(distances - chosen + margin) * counted, counted)


def _same(candidate: keras.Model, inputs: Mapping[str, Any]) -> Any:
    """Which rows have the same candidate, (rows, rows); None where it reads more than whole numbers."""
    read = [inputs[name] for name in input_names(candidate)]
    if any(keras.backend.standardize_dtype(values.dtype).startswith(("float", "bfloat")) for values in read):
        return None
    flat = [ops.reshape(values, (ops.shape(values)[0], -1)) for values in read]
    alike = [ops.all(ops.equal(values[:, None, :], values[None, :, :]), axis=2) for values in flat]
    same = alike[0]
    for other in alike[1:]:
        same = ops.logical_and(same, other)
    return same
