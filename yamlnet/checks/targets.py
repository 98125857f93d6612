"""What an output is compared with: as the blueprint says it, and as the rows tell once they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.plan import Plan, TensorPlan
from yamlnet.schema.data_words import in_full

Encoding = Literal["index", "one-hot", "number"]

CLASSES: Mapping[tuple[str, str], int] = {
    ("Sklearn", "breast_cancer"): 2, ("Sklearn", "digits"): 10, ("Sklearn", "iris"): 3,
    ("Sklearn", "wine"): 3, ("Keras", "cifar10"): 10, ("Keras", "cifar100"): 100,
    ("Keras", "fashion_mnist"): 10, ("Keras", "mnist"): 10,
}  # fmt: skip
"""How many classes the column `target` of a known data set has; the tests hold it against the data sets."""

NUMBERS: Mapping[tuple[str, str], tuple[float | None, float | None]] = {
    ("Sklearn", "diabetes"): (25, 346), ("Keras", "boston_housing"): (5, 50),
    ("Keras", "california_housing"): (None, None),
}  # fmt: skip
"""Data sets whose column `target` is a measurement, with its range."""

ROUNDING = 1e-3
"""How far beyond a bound a value may lie that was scaled to it."""

BELOW_THE_MEAN = -1.0
"""Stands for the least of values that were shifted to mean 0: some lie below it."""


class Target(Struct, frozen=True):
    """What is known of one output's target.

    Attributes:
        encoding: the number of a class, a one-hot row, or a measurement; None where nothing says it.
        classes: how many classes there are, or None.
        counted: whether `classes` is certain; otherwise it is the greatest number in the rows, plus one.
        least, most: the range of the training rows' values; before they were read, where it is sure.
        single: whether a row has one value (or one one-hot row), not a sequence or an image of them.
        rows: how many training rows there are, once they were read.
        path: where the data section says what it is.
        encoded: where its `encode` stands, or None.
    """

    encoding: Encoding | None = None
    classes: int | None = None
    counted: bool = False
    least: float | None = None
    most: float | None = None
    single: bool = False
    rows: int | None = None
    path: KeyPath = ()
    encoded: KeyPath | None = None


def target_of(plan: Plan, name: str) -> Target | None:
    """What is known of the target of an output, or None where the data has none."""
    tensor = plan.data.targets.get(name) if plan.data is not None else None
    if tensor is None:
        return None
    words = dict(tensor.transforms)
    windowed = tensor.window is not None and tensor.window.length is not None
    single = len(tensor.columns) == 1 and not {"reshape", "length"} & words.keys() and not windowed
    known = Target(path=tensor.path, single=single)
    if "encode" in words:
        kind = cast("Mapping[str, object]", in_full("encode", words["encode"]))["as"]
        encoding: Encoding | None = (
            "one-hot" if kind == "one-hot" else None if kind == "multi-hot" else "index"
        )
        known = replace(known, encoding=encoding, encoded=(*tensor.path, "encode"), counted=True)
    if "tokenize" in words:
        known = replace(known, encoding="index", encoded=(*tensor.path, "tokenize"), counted=True)
        known = replace(known, single=False)
    known = _with_source(known, plan, tensor)
    if "normalize" in words or "scale" in words:
        # A class that was divided is a class no more; what `normalize` gives was measured.
        numbers = "normalize" in words and known.encoding != "one-hot"
        known = replace(known, encoding="number" if numbers else None, classes=None, least=None, most=None)
        if words.get("normalize") == "standard" and "scale" not in words and numbers:
            known = replace(known, least=BELOW_THE_MEAN)
    return _with_facts(known, plan, name)


def _with_source(known: Target, plan: Plan, tensor: TensorPlan) -> Target:
    """With what is known of the data sets that have a name."""
    assert plan.data is not None
    source = plan.data.train
    data_set = (source.name, str(source.arguments.get("name")))
    if tensor.columns != ("target",) or (plan.facts is not None and known.counted):
        return known
    if data_set in CLASSES:
        classes = CLASSES[data_set]
        most = float(classes - 1 if known.encoding != "one-hot" else 1)
        known = replace(known, encoding=known.encoding or "index", classes=classes, counted=True)
        return replace(known, least=0.0, most=most)
    if data_set in NUMBERS and known.encoding is None:
        least, greatest = NUMBERS[data_set]
        return replace(known, encoding="number", least=least, most=greatest)
    return known


def _with_facts(known: Target, plan: Plan, name: str) -> Target:
    """With what the training rows told."""
    data = (plan.facts or {}).get("data")
    facts = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(facts, Mapping):
        return known
    shape, classes = facts.get("shape"), facts.get("classes")
    axes = 1 if known.encoding == "one-hot" else 0
    single = isinstance(shape, list) and (len(shape) == axes or shape == [1])
    known = replace(
        known, single=single, least=facts.get("min"), most=facts.get("max"), rows=facts.get("rows")
    )
    if known.classes is None and isinstance(classes, int) and known.encoding != "number":
        known = replace(known, classes=classes)
    return known
