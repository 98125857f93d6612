"""The `data` and `train` sections, filled in and read a second time with every value known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgspec.structs import replace
from pydantic_core import ValidationError

from yamlnet.catalog.entry import Kind
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.data_files import check_data_files
from yamlnet.resolver.evaluate import Scope, Unknown, has_template
from yamlnet.resolver.filling import Filling, without_unknown
from yamlnet.resolver.plan import DataPlan, Graph, ObjectSpec, SourcePlan, SplitPlan, TensorPlan, TrainPlan
from yamlnet.resolver.tensor_words import augment_plan, window_plan
from yamlnet.schema.data_forms import COLUMN_WORDS, check_data, source_arguments
from yamlnet.schema.data_words import SOURCES, WINDOWS, in_full
from yamlnet.schema.objects import split_form
from yamlnet.schema.pydantic_errors import report
from yamlnet.schema.sections import DataSection, TrainSection, read_section
from yamlnet.schema.train_forms import by_output, check_train, is_by_output, metric_specs


def _refilled(
    section: type, written: Mapping[str, object], values: Scope, filling: Filling, path: KeyPath
) -> dict[str, object]:
    """A section's words with expressions filled in, checked again where there were any."""
    filled = cast(dict[str, object], filling.value(dict(written), values, path))
    if has_template(dict(written)):
        try:
            read_section(section, without_unknown(filled))
        except ValidationError as error:
            report(error, section, filled, path, filling.problems)
    return filled


def data_plan(
    written: Mapping[str, object] | None, model: Graph | None, values: Scope, filling: Filling
) -> DataPlan | None:
    """The data section of a blueprint as a plan.

    An input or output that the section does not mention reads the column of its own name.
    """
    if written is None:
        return None
    path: KeyPath = ("data",)
    filled = _refilled(DataSection, written, values, filling, path)
    if has_template(dict(written)):
        check_data(without_unknown(filled), path, filling.problems)
    if isinstance(filled.get("train"), Unknown):
        message = "the training rows are named here, not computed: steps and data are read from them"
        filling.problems.add("expression", message, (*path, "train"))
    for word in ("split", "folds", "fold"):
        if _is_unknown(filled.get(word)):
            message = "rows are divided before anything is known of them; write what divides them"
            filling.problems.add("expression", message, (*path, word))
    if filling.problems.failed_in("data") or "train" not in filled:
        return None
    source = _source(filled["train"], (*path, "train"))
    parts = {name: _part(filled.get(name), (*path, name)) for name in ("validation", "test")}
    check_data_files([source, *parts.values()], filling.token_files.tree, filling.problems)
    return DataPlan(
        train=source,
        **parts,
        inputs=_tensors(
            filled.get("inputs"), [i.name for i in model.inputs] if model else [], (*path, "inputs")
        ),
        targets=_tensors(filled.get("targets"), list(model.outputs) if model else [], (*path, "targets")),
        batch_size=cast(int, filled.get("batch_size", 32)),
        shuffle=bool(filled.get("shuffle", True)),
        path=path,
        stream=cast("bool | None", filled.get("stream")),
        split=_split(filled.get("split"), (*path, "split")),
        folds=cast("int | None", filled.get("folds")),
        fold=cast("int | None", filled.get("fold")),
        augment=augment_plan(filled.get("augment"), model, filling, (*path, "augment")),
        on_error=str(filled.get("on_error", "raise")),
    )


def _is_unknown(value: object) -> bool:
    return isinstance(value, Unknown) or (isinstance(value, dict) and any(map(_is_unknown, value.values())))


def _split(value: object, path: KeyPath) -> SplitPlan:
    if not isinstance(value, dict):
        return SplitPlan(path=path)
    kind, column = next(iter(value.items()))
    return SplitPlan(kind, str(column), (*path, kind))


def _part(value: object, path: KeyPath) -> SourcePlan | float | None:
    if value is None or isinstance(value, Unknown):
        return None
    return float(value) if isinstance(value, int | float) else _source(value, path)


def _source(value: object, path: KeyPath) -> SourcePlan:
    name, body, place = split_form(value, path)
    return SourcePlan(name, source_arguments(SOURCES[name], body), place)


def _tensors(value: object, names: list[str], path: KeyPath) -> dict[str, TensorPlan]:
    given = value if isinstance(value, dict) else {}
    wanted = given if given else dict.fromkeys(names)
    return {name: _tensor(name, form, (*path, name)) for name, form in wanted.items()}


def _tensor(name: str, form: object, path: KeyPath) -> TensorPlan:
    if not isinstance(form, dict):
        return TensorPlan(name, (str(form) if form is not None else name,), (), path)
    columns = form.get("columns") or [form.get("column", name)]
    transforms = tuple(
        (word, in_full(word, value)) for word, value in form.items() if word not in (*COLUMN_WORDS, *WINDOWS)
    )
    return TensorPlan(name, tuple(columns), transforms, path, window_plan(form))


def train_plan(
    written: Mapping[str, object] | None, model: Graph | None, values: Scope, filling: Filling
) -> TrainPlan | None:
    """The train section of a blueprint as a plan."""
    if written is None:
        return None
    path: KeyPath = ("train",)
    outputs = tuple(model.outputs) if model else ()
    filled = _refilled(TrainSection, written, values, filling, path)
    if has_template(dict(written)):
        check_train(without_unknown(filled), outputs, path, filling.problems)
    if filling.problems.failed_in("train"):
        return None
    reading = _Reading(filled, outputs, filling, path)
    epochs, steps = filled.get("epochs"), filled.get("steps")
    return TrainPlan(
        objective=_objective(filled.get("objective", "Supervised")),
        objective_arguments={},
        loss=reading.loss(),
        loss_weights=_weights(filled.get("loss_weights"), outputs),
        metrics=reading.metrics(),
        optimizer=reading.spec("optimizer", filled.get("optimizer", "adam"), (*path, "optimizer")),
        epochs=cast(int, epochs) if epochs is not None or steps is not None else 1,
        steps=cast("int | None", steps),
        callbacks=reading.callbacks(),
        class_weight=_class_weight(filled.get("class_weight")),
        precision=cast("str | None", filled.get("precision")),
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
        if is_by_output("loss", value, self.outputs):
            found = by_output("loss", value, self.outputs, path)
            return {str(place[-1]): self.spec("loss", spec, place) for spec, place in found}
        return self.spec("loss", value, path)

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


def _objective(value: object) -> str:
    return str(next(iter(value))) if isinstance(value, dict) else str(value)


def _weights(value: object, outputs: tuple[str, ...]) -> dict[str, float] | float | None:
    if isinstance(value, list):
        return dict(zip(outputs, value, strict=False))
    return cast("dict[str, float] | float | None", value)


def _class_weight(value: object) -> dict[int, float] | None:
    if not isinstance(value, dict):
        return None
    # A weight that follows from `steps` is a number once the data has said how many there are.
    return {int(name): float(weight) for name, weight in value.items() if not isinstance(weight, Unknown)}
