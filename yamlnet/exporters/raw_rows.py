"""What an export needs to take raw rows, kept beside it: no export needs the run that it came from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from yamlnet.data.fitting import require_fitted
from yamlnet.data.tensors import Fitted, Shape
from yamlnet.data.transforms import TRANSFORMS
from yamlnet.data.units import Units, output_units
from yamlnet.diagnostics.diagnostic import DataError, YamlnetError
from yamlnet.diagnostics.problems import Problems
from yamlnet.ordinary import NotOrdinary, read_ordinary
from yamlnet.resolver.plan import DataPlan, ObjectSpec, Plan, TensorPlan
from yamlnet.runner.files import PIPELINE
from yamlnet.schema import data_words
from yamlnet.schema.objective_words import known_words
from yamlnet.schema.objects import check_value
from yamlnet.schema.words import DEFAULT_MODEL

MAX_BYTES = 64 << 20
BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")


class Pipeline(Struct, frozen=True):
    """From raw rows to a model's inputs, and what its outputs mean.

    Attributes:
        inputs: the columns of each input, and what makes a tensor of them.
        fitted: what the transforms of each learnt from the training rows.
        shapes: of each input that states one, without the batch axis.
        outputs: the names of the model's outputs, in order.
        labels: the classes of each output that has them, in the order of its numbers.
        units: of each output whose target was changed on the way from its column, what undoes that.
        tells: the input that the run tells as texts; "" for one that tells none.
        above: of each output that is one number for two classes, what it is above for the second.
    """

    inputs: dict[str, TensorPlan]
    fitted: dict[str, Fitted]
    shapes: dict[str, Shape]
    outputs: tuple[str, ...]
    labels: dict[str, list[Any]]
    units: dict[str, Units] = {}
    tells: str = ""
    above: dict[str, float] = {}


def make_pipeline(
    plan: Plan, fitted: Mapping[str, Fitted], shapes: Mapping[str, Shape], outputs: tuple[str, ...]
) -> Pipeline:
    """The pipeline of a trained run, whose blueprint has data."""
    assert plan.data is not None, "whoever calls this looked"
    inputs = dict(plan.data.inputs)
    kept = {name: fitted[name] for name in inputs}
    labels = output_labels(plan.data, fitted)
    texts = known_words(plan.objective.name).answers == "texts"
    tells = str(plan.objective.arguments["target"]) if texts else ""
    units, above = output_units(plan, fitted), second_class_above(plan)
    return Pipeline(inputs, kept, dict(shapes), outputs, labels, units, tells, above)


def output_labels(plan: DataPlan, fitted: Mapping[str, Fitted]) -> dict[str, list[Any]]:
    """The classes of each target that was encoded, in the order of its numbers."""
    found = {}
    for name, tensor in plan.targets.items():
        for word, argument in tensor.transforms:
            state = fitted[name][0].get(word, {}) if name in fitted and len(tensor.columns) == 1 else {}
            labels = TRANSFORMS[word].facts(argument, state).get("labels") if state else None
            if isinstance(labels, list):
                found[name] = labels
    return found


def output_losses(plan: Plan) -> dict[str, ObjectSpec]:
    """The loss of each output that has one of Keras's."""
    loss = plan.train.loss if plan.train is not None else None
    by_output = loss if isinstance(loss, Mapping) else dict.fromkeys(plan.models[DEFAULT_MODEL].outputs, loss)
    return {name: spec for name, spec in by_output.items() if spec is not None}


def second_class_above(plan: Plan) -> dict[str, float]:
    """Of each output that says by one number which of two classes it is: what it is above for the second."""
    return {
        name: 0.0 if spec.arguments.get("from_logits") else 0.5
        for name, spec in output_losses(plan).items()
        if spec.name in BINARY
    }


def keep_pipeline(folder: Path, pipeline: Pipeline) -> None:
    """Write it beside the exports of a folder."""
    beside = folder / f".part-{PIPELINE}"
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(pipeline)) + b"\n")
    os.replace(beside, folder / PIPELINE)


def read_pipeline(folder: Path) -> Pipeline:
    """The pipeline beside the exports of a folder.

    Raises:
        YamlnetError: there is none, or it says what none says: it may come from somebody else.
    """
    path = folder / PIPELINE
    try:
        pipeline = msgspec.json.decode(read_ordinary(path, MAX_BYTES), type=Pipeline)
    except FileNotFoundError:
        message = f"{folder} has no {PIPELINE}, which says how raw rows become the model's inputs"
        raise YamlnetError(message, hint="export the run again: yamlnet export RUN") from None
    except (OSError, NotOrdinary, msgspec.DecodeError) as error:
        raise YamlnetError(f"{path} is damaged: {error}") from None
    _require_known(pipeline, path)
    return pipeline


def _require_known(pipeline: Pipeline, path: Path) -> None:
    for name, tensor in pipeline.inputs.items():
        _require_tensor(tensor, pipeline.fitted.get(name), path)
    for name, units in pipeline.units.items():
        if name not in pipeline.outputs:
            raise YamlnetError(f'{path} is damaged: there is no output "{name}"')
        _require_tensor(units.tensor, units.fitted, path)


def _require_tensor(tensor: TensorPlan, fitted: object, path: Path) -> None:
    problems = Problems()
    for word, argument in tensor.transforms:
        if word not in TRANSFORMS:
            raise YamlnetError(f'{path} is damaged: there is no transform "{word}"')
        check_value(data_words.TRANSFORMS[word], argument, (), problems, f'"{word}"')
    if problems.diagnostics:
        raise YamlnetError(f"{path} is damaged: {problems.diagnostics[0].message}")
    try:
        require_fitted(tensor, fitted)
    except DataError as error:
        raise YamlnetError(f"{path} is damaged: {error}") from None
