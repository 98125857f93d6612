"""What the checks know of Keras and of data sets by heart is so."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from yamlnet.catalog.load import catalog
from yamlnet.checks import monitor
from yamlnet.checks.mask_lost import ways
from yamlnet.checks.metric_fit import AT_ONE_HALF
from yamlnet.checks.targets import CLASSES, NUMBERS
from yamlnet.pipeline import load

pytestmark = pytest.mark.backend

BLUEPRINTS = Path(__file__).parents[1] / "blueprints"

REQUIRED: dict[str, dict[str, Any]] = {
    "IoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "MeanIoU": {"num_classes": 3}, "OneHotMeanIoU": {"num_classes": 3}, "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5}, "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}  # fmt: skip


def metrics() -> list[str]:
    names = catalog().canonical_names("metric")
    usable = [name for name in names if (entry := catalog().find("metric", name)) and not entry.refused]
    return [name for name in usable if name[0].isupper() and name not in ("Metric", "MeanMetricWrapper")]


@pytest.mark.parametrize("name", metrics())
def test_a_metric_is_named_and_directed_as_the_check_believes(name: str) -> None:
    import keras

    made = getattr(keras.metrics, name)(**REQUIRED.get(name, {}))
    given = catalog().find("metric", name)
    assert given is not None
    default = given.by_name["name"].default if "name" in given.by_name else None
    believed = default or monitor.UNNAMED.get(name, name.lower())
    assert made.name.startswith(str(believed))
    direction = getattr(made, "_direction", None)
    if name in monitor.WITHOUT_DIRECTION:
        assert direction is None
    else:
        assert direction == ("down" if name in monitor.FALL else "up")


@pytest.mark.parametrize("name", AT_ONE_HALF)
def test_a_threshold_of_zero_is_taken(name: str) -> None:
    import keras
    import numpy as np

    word = AT_ONE_HALF[name]
    extra = {"target_class_ids": [0, 1]} if name == "BinaryIoU" else {}
    made = getattr(keras.metrics, name)
    at_zero, at_half = made(**{word: 0}, **extra), made(**extra)
    given = np.array([[1.0], [1.0], [1.0], [0.0], [0.0]])
    logits = np.array([[0.3], [0.4], [4.0], [0.2], [-1.0]])
    for metric in (at_zero, at_half):
        metric.update_state(given, logits)
    assert float(at_zero.result()) != float(at_half.result())


LAYERS: dict[str, dict[str, Any]] = {
    "Dense": {"units": 2}, "Conv1D": {"filters": 2, "kernel_size": 1}, "LSTM": {"units": 2},
    "GRU": {"units": 2}, "Embedding": {"input_dim": 3, "output_dim": 2, "mask_zero": True},
    "Discretization": {"num_bins": 3},
    "MultiHeadAttention": {"num_heads": 1, "key_dim": 2},
    "Reshape": {"target_shape": [2]}, "Rescaling": {"scale": 2.0}, "RepeatVector": {"n": 2},
    "Activation": {"activation": "relu"}, "Permute": {"dims": [1]}, "CategoryEncoding": {"num_tokens": 3},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 2},
}  # fmt: skip


def test_layers_support_masking_as_the_catalogue_says() -> None:
    import keras

    seen = 0
    for name in catalog().canonical_names("layer"):
        entry = catalog().find("layer", name)
        found = getattr(keras.layers, name, None)
        if entry is None or entry.refused or found is None:
            continue
        required = [argument.name for argument in entry.arguments if argument.required]
        if name in LAYERS or not required:
            made = found(**LAYERS.get(name, {}))
            assert made.supports_masking == entry.masking, name
            seen += 1
    assert seen > 75


@pytest.mark.parametrize("file", ["warn/mask_lost.yaml", "ok/masks.yaml"])
def test_masks_are_where_the_check_believes(file: str) -> None:
    """Keras attaches masks to symbolic tensors as a model is built: they are compared call by call."""
    loaded = load(BLUEPRINTS / file)
    model = loaded.build()
    graph = loaded.plan.models["model"]
    believed = {name for name, way in ways(graph).items() if way.lost is None}
    found = set()
    for node in graph.nodes:
        layer = next((one for one in model.layers if one.name == node.name), None)
        tensors = layer._inbound_nodes[-1].output_tensors if layer is not None else []
        if any(getattr(tensor, "_keras_mask", None) is not None for tensor in tensors):
            found.add(node.name)
    assert found == believed


@pytest.mark.parametrize("data_set", [pair for pair in (*CLASSES, *NUMBERS) if pair[0] == "Sklearn"], ids=str)
def test_data_sets_hold_what_is_known_of_them(data_set: tuple[str, str], tmp_path: Path) -> None:
    from yamlnet.data.sources import read_source
    from yamlnet.resolver.plan import SourcePlan

    target = read_source(SourcePlan(data_set[0], {"name": data_set[1]}, ()), tmp_path).column("target", ())
    if data_set in CLASSES:
        assert sorted(set(target.tolist())) == list(range(CLASSES[data_set]))
    else:
        assert (target.min(), target.max()) == NUMBERS[data_set]


def test_the_rest_of_the_data_sets_is_of_keras() -> None:
    import keras

    others = {name for source, name in (*CLASSES, *NUMBERS) if source == "Keras"}
    assert all(inspect.ismodule(getattr(keras.datasets, name)) for name in others)
