"""Sizes from shapes are those of the model that is really built: for every layer of the catalogue."""

from __future__ import annotations

import math
import resource
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest

import yamlnet
from yamlnet.catalog.load import catalog
from yamlnet.catalog.own_layers import OWN_LAYERS
from yamlnet.checks.shapes.shape import Given
from yamlnet.checks.shapes.walk import Walk
from yamlnet.checks.sizes import lower_bounds
from yamlnet.compiler.lower import infer, lower
from yamlnet.compiler.sizes import dtype_bytes, output_bytes
from yamlnet.resources import gallery

pytestmark = pytest.mark.backend

ROW, SEQUENCE, IMAGE, VOLUME = "x: [5]", "x: [6, 5]", "x: [8, 8, 3]", "x: [6, 6, 6, 2]"
TWO = "x: [6, 5], y: [6, 5]"
CASES: dict[str, tuple[str, str]] = {
    "ActivityRegularization": ("{l2: 0.1}", ROW),
    "AdaptiveAveragePooling1D": ("{output_size: 2}", SEQUENCE),
    "AdaptiveAveragePooling2D": ("{output_size: 2}", IMAGE),
    "AdaptiveAveragePooling3D": ("{output_size: 2}", VOLUME),
    "AdaptiveMaxPooling1D": ("{output_size: 2}", SEQUENCE),
    "AdaptiveMaxPooling2D": ("{output_size: 2}", IMAGE),
    "AdaptiveMaxPooling3D": ("{output_size: 2}", VOLUME),
    "Add": ("{from: [x, y]}", TWO),
    "AdditiveAttention": ("{from: [x, y]}", TWO),
    "Attention": ("{use_scale: true, score_mode: concat, from: [x, y]}", TWO),
    "AugMix": ("{}", IMAGE),
    "Average": ("{from: [x, y]}", TWO),
    "AveragePooling1D": ("{pool_size: 2}", SEQUENCE),
    "AveragePooling2D": ("{pool_size: 2}", IMAGE),
    "AveragePooling3D": ("{pool_size: 2}", VOLUME),
    "BatchNormalization": ("{renorm: true}", ROW),
    "Bidirectional": ("{layer: {LSTM: 3}}", SEQUENCE),
    "CategoryEncoding": ("{num_tokens: 4}", ROW),
    "Concatenate": ("{from: [x, y]}", TWO),
    "Conv1D": ("{filters: 4, kernel_size: 3}", SEQUENCE),
    "Conv1DTranspose": ("{filters: 4, kernel_size: 3}", SEQUENCE),
    "Conv2D": ("{filters: 6, kernel_size: 3, groups: 3}", IMAGE),
    "Conv2DTranspose": ("{filters: 4, kernel_size: 3}", IMAGE),
    "Conv3D": ("{filters: 4, kernel_size: 3}", VOLUME),
    "Conv3DTranspose": ("{filters: 4, kernel_size: 3}", VOLUME),
    "ConvLSTM1D": ("{filters: 3, kernel_size: 3}", "x: [4, 6, 2]"),
    "ConvLSTM2D": ("{filters: 3, kernel_size: 3}", "x: [4, 6, 6, 2]"),
    "ConvLSTM3D": ("{filters: 3, kernel_size: 2}", "x: [3, 4, 4, 4, 2]"),
    "Cropping1D": ("{}", SEQUENCE),
    "Cropping2D": ("{cropping: 1}", IMAGE),
    "Cropping3D": ("{}", VOLUME),
    "CutMix": ("{}", IMAGE),
    "Dense": ("{units: 4}", ROW),
    "DepthwiseConv1D": ("{kernel_size: 3}", SEQUENCE),
    "DepthwiseConv2D": ("{kernel_size: 3}", IMAGE),
    "Discretization": ("{bin_boundaries: [0.5, 1.5]}", ROW),
    "Dot": ("{axes: 1, from: [x, y]}", TWO),
    "EinsumDense": ('{equation: "ab,bc->ac", output_shape: 4, bias_axes: c}', ROW),
    "Embedding": ("{input_dim: 10, output_dim: 4}", "x: {shape: [5], dtype: int32}"),
    "GRU": ("{units: 3}", SEQUENCE),
    "GlobalAveragePooling1D": ("{}", SEQUENCE),
    "GlobalAveragePooling3D": ("{}", VOLUME),
    "GlobalMaxPooling1D": ("{}", SEQUENCE),
    "GlobalMaxPooling3D": ("{}", VOLUME),
    "GroupNormalization": ("{groups: 1}", ROW),
    "GroupQueryAttention": (
        "{head_dim: 4, num_query_heads: 4, num_key_value_heads: 2, from: [x, y]}",
        TWO,
    ),
    "LSTM": ("{units: 3, return_state: true, as: [out, h, c]}\n    - Identity: {from: h}", SEQUENCE),
    "MaxPooling1D": ("{}", SEQUENCE),
    "MaxPooling3D": ("{}", VOLUME),
    "Maximum": ("{from: [x, y]}", TWO),
    "Minimum": ("{from: [x, y]}", TWO),
    "MultiHeadAttention": ("{num_heads: 2, key_dim: 3, value_dim: 4, from: [x, y]}", TWO),
    "Multiply": ("{from: [x, y]}", TWO),
    "Normalization": ("{mean: 0.5, variance: 2.0}", ROW),
    "Permute": ("{dims: [2, 1]}", SEQUENCE),
    "PositionEmbedding": ("{sequence_length: 6}", SEQUENCE),
    "RNN": ("{cell: {LSTMCell: 3}}", SEQUENCE),
    "RandomCrop": ("{height: 4, width: 4}", IMAGE),
    "RandomZoom": ("{height_factor: 0.2}", IMAGE),
    "RepeatVector": ("{n: 3}", ROW),
    "Reshape": ("{target_shape: [5, 6]}", SEQUENCE),
    "Resizing": ("{height: 4, width: 4}", IMAGE),
    "ReversibleEmbedding": (
        "{input_dim: 10, output_dim: 4, tie_weights: false}",
        "x: {shape: [5], dtype: int32}",
    ),
    "RotaryEmbedding": ("{}", "x: [6, 4]"),
    "STFTSpectrogram": ("{frame_length: 8, frame_step: 4, fft_length: 8}", "x: [32, 1]"),
    "Sampling": ("{from: [x, y]}", TWO),
    "SeparableConv1D": ("{filters: 4, kernel_size: 3}", SEQUENCE),
    "SeparableConv2D": ("{filters: 4, kernel_size: 3}", IMAGE),
    "SimpleRNN": ("{units: 3, stateful: true}", "x: {shape: [6, 5], batch_size: 2}"),
    "SpatialDropout1D": ("{rate: 0.5}", SEQUENCE),
    "SpatialDropout3D": ("{rate: 0.5}", VOLUME),
    "SpectralNormalization": ("{layer: {Dense: 4}}", ROW),
    "Subtract": ("{from: [x, y]}", TWO),
    "TimeDistributed": ("{layer: {Dense: 4}}", SEQUENCE),
    "UpSampling1D": ("{}", SEQUENCE),
    "UpSampling3D": ("{}", VOLUME),
    "ZeroPadding1D": ("{}", SEQUENCE),
    "ZeroPadding3D": ("{}", VOLUME),
    "Activation": ("{activation: relu}", IMAGE),
    "CenterCrop": ("{height: 4, width: 4}", IMAGE),
    "Hashing": ("{num_bins: 5}", "x: {shape: [5], dtype: int32}"),
    "IntegerLookup": ("{vocabulary: [1, 2, 3]}", "x: {shape: [5], dtype: int32}"),
    "MelSpectrogram": ("{sequence_stride: 16, fft_length: 32}", "x: [256]"),
    "Parameter": ("{shape: [2, 5]}", SEQUENCE),
    "PatchEmbedding": ("{patch_size: 4, embed_dim: 6}", IMAGE),
    "PReLU": ("{shared_axes: [1]}", IMAGE),
    "RandomPosterization": ("{factor: 3}", IMAGE),
    "RandomTranslation": ("{height_factor: 0.1, width_factor: 0.1}", IMAGE),
    "Rescaling": ("{scale: 0.5}", IMAGE),
    "SinePositionEncoding": ("{}", SEQUENCE),
}
"""What each layer is given, and the inputs; any other takes its required arguments and an image."""

ARGUMENTS = {"rate": "0.5", "stddev": "0.5", "factor": "0.5"}
"""Of arguments that many layers require."""

NOT_BUILT = {
    "Equalization": "Keras 3.15.1 infers the very tensor that it reads, which no model can hold",
    "GRUCell": "a cell: it stands in RNN",
    "LSTMCell": "a cell: it stands in RNN",
    "SimpleRNNCell": "a cell: it stands in RNN",
    "StackedRNNCells": "a cell: it stands in RNN",
    "MaxNumBoundingBoxes": "reads bounding boxes, which no tensor of a graph is",
    "Pipeline": "a list of layers for `augment`",
    "StringLookup": "reads texts, which only TensorFlow has as tensors",
    "TextVectorization": "reads texts, which only TensorFlow has as tensors",
    "HashedCrossing": "Keras calls TensorFlow on symbolic tensors of the other backends",
    "Hashing": "Keras calls TensorFlow on symbolic tensors of the other backends",
}
"""Why a layer has no test of its own; none of them has weights in a graph."""


def blueprint(name: str, folder: Path) -> Path:
    entry = catalog().find("layer", name)
    assert entry is not None
    required = [one.name for one in entry.arguments if one.required and name not in CASES]
    given = "{" + ", ".join(f"{one}: {ARGUMENTS[one]}" for one in required) + "}"
    arguments, inputs = CASES.get(name, (given, IMAGE))
    path = folder / "one.yaml"
    text = f"yamlnet: 1\nmodel:\n  inputs: {{{inputs}}}\n  layers:\n    - {name}: {arguments}\n"
    path.write_text(text, encoding="utf-8")
    return path


def usable() -> list[str]:
    names = [*catalog().canonical_names("layer"), *OWN_LAYERS]
    entries = {name: catalog().find("layer", name) for name in names}
    return sorted(name for name, entry in entries.items() if entry is not None and entry.refused is None)


def assert_exact(path: Path | str) -> None:
    loaded = yamlnet.load(path, max_params=10**12)
    verdict = infer(loaded.plan)
    assert not verdict.problems
    models = lower(loaded.plan)
    built = {id(layer): layer for model in models.values() for layer in model.layers}
    own = [layer for layer in built.values() if not isinstance(layer, keras.Model)]
    assert verdict.sizes.parameters == sum(layer.count_params() for layer in own)
    assert verdict.sizes.weight_bytes == sum(
        math.prod(weight.shape) * dtype_bytes(str(keras.backend.standardize_dtype(weight.dtype)))
        for layer in own
        for weight in layer.weights
    )
    assert verdict.sizes.exact
    batch = loaded.plan.data.batch_size if loaded.plan.data else 1
    named = {node.name for graph in loaded.plan.models.values() for node in graph.nodes}
    named |= {given.name for graph in loaded.plan.models.values() for given in graph.inputs}
    if {operation.name for model in models.values() for operation in model.operations} <= named:
        # Otherwise Keras added operations of its own: masks.
        assert verdict.sizes.activation_bytes == output_bytes(models["model"], batch)
    for name, model in models.items():
        for layer in model.layers:
            sizes = verdict.nodes[name].get(layer.name)
            if sizes is not None and len(layer._inbound_nodes) == 1:
                tensors = keras.tree.flatten(layer.output)
                assert sizes.shapes == tuple(tuple(tensor.shape) for tensor in tensors), layer.name


@pytest.mark.parametrize("name", [name for name in usable() if name not in NOT_BUILT])
def test_a_layer_is_counted_as_keras_counts_it(name: str, tmp_path: Path) -> None:
    assert_exact(blueprint(name, tmp_path))


def test_every_case_is_a_layer() -> None:
    assert {*CASES, *NOT_BUILT} <= set(usable())


SMALL = (
    "digits",
    "functional",
    "text/lstm_classifier",
    "recommend/two_tower",
    "sequence/seq2seq",
    "vision/unet",
)


@pytest.mark.parametrize("name", SMALL)
def test_a_gallery_model_is_counted_as_keras_counts_it(name: str) -> None:
    assert_exact(str(gallery()[name]))


@pytest.mark.parametrize(
    ("precision", "dtype", "weight", "activation"),
    [("float32", "float32", 4, 4), ("mixed_bfloat16", "float32", 4, 2), ("float16", "float16", 2, 2)],
)
def test_bytes_follow_the_precision(
    precision: str, dtype: str, weight: int, activation: int, tmp_path: Path
) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(
        "yamlnet: 1\nmodel:\n  inputs: {x: [4, null, 5]}\n"
        "  layers: [{Dense: {units: 3, as: y}}]\n  outputs: y\n"
        "data: {train: {Sklearn: iris}, inputs: {x: {column: a}}, targets: {y: {column: b}}, batch_size: 7}\n"
        f"train: {{loss: mse, epochs: 1, precision: {precision}}}\n",
        encoding="utf-8",
    )
    sizes = infer(yamlnet.load(path).plan).sizes
    assert (sizes.parameters, sizes.dtype, sizes.weight_bytes) == (18, dtype, 18 * weight)
    # by hand: a batch of 7, 4 steps, a free axis that counts as one, 5 features in and 3 out
    assert sizes.activation_bytes == 7 * 4 * 5 * 4 + 7 * 4 * 3 * activation


def test_nothing_is_left_behind_in_keras(tmp_path: Path) -> None:
    """A later stateless scope would otherwise give every abstract weight a value."""
    from keras.src.backend.common import global_state

    before = list(global_state.get_global_attribute("uninitialized_variables") or ())
    keras.layers.Dense(2)
    infer(yamlnet.load(blueprint("LSTM", tmp_path)).plan)
    assert list(global_state.get_global_attribute("uninitialized_variables") or ()) == before
    names = keras.layers.Dense(2).name, keras.layers.Dense(2).name
    infer(yamlnet.load(blueprint("Dense", tmp_path)).plan)
    assert keras.layers.Dense(2).name == f"dense_{int(names[1].split('_')[1]) + 1}"
    assert not keras.src.backend.in_stateless_scope()


def test_a_billion_units_take_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(
        "yamlnet: 1\nmodel:\n  inputs: {x: [1000], words: [64, 1000]}\n  layers:\n"
        "    - Dense: {units: 1000000000, from: x}\n"
        "    - EinsumDense: {equation: 'ab,bc->ac', output_shape: 1000000000, from: x}\n"
        "    - LSTM: {units: 1000000, from: words, return_sequences: true}\n"
        "    - Bidirectional: {layer: {GRU: 1000000}, from: words}\n"
        "    - MultiHeadAttention: {num_heads: 1000, key_dim: 100000, from: [words, words]}\n"
        "    - SpectralNormalization: {layer: {Dense: 100000000}, from: x}\n"
        "    - Embedding: {input_dim: 1000000000, output_dim: 1000, from: x}\n",
        encoding="utf-8",
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sizes = infer(yamlnet.load(path, max_params=10**18).plan).sizes
    assert sizes.parameters > 7 * 10**12
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 512 * 1024, "half a gibibyte (in KiB): the smallest of these weights is larger"


@pytest.mark.usefixtures("on_jax")
@pytest.mark.parametrize("name", gallery())
def test_the_gallery_is_known_without_keras_as_keras_infers_it(name: str) -> None:
    """What is refused without Keras is refused rightly: every shape and every count is Keras's own."""
    plan = yamlnet.load(gallery()[name]).plan
    verdict = infer(plan)
    assert sum(lower_bounds(plan)) == verdict.sizes.parameters
    walk = Walk(plan.models)
    for model in plan.models:
        shapes = {step.node.name: tuple(flat(step.given)) for step in walk.steps(model)}
        assert shapes == {name: sizes.shapes for name, sizes in verdict.nodes[model].items()}


def flat(given: Given) -> Iterator[tuple[int | None, ...] | None]:
    if isinstance(given, list):
        for one in given:
            yield from flat(one)
    else:
        yield given


CALLED = """
models:
  encoder:
    inputs: {x: [null, 5]}
    layers: [{Dense: 4}, {LSTM: {units: 3, return_sequences: true}}]
  both:
    inputs: {x: [6], y: [6]}
    layers: [{Add: {from: [x, y], as: sum}}, {Dense: {units: 2, as: less}}]
    outputs: OUTPUTS
  column:
    inputs: {x: [6, 1]}
    layers: [{Dense: 4}]
  inner:
    inputs: {x: [null, 5]}
    layers: [{Conv1D: {filters: 2, kernel_size: 3}}]
  outer:
    inputs: {z: [null, 5]}
    layers: [inner, {Dense: 7}]
model:
  inputs: {a: [9, 5], free: [null, 5], b: [6], two_more: {shape: [9, 5], batch_size: 2}}
  layers:
    - encoder: {from: a}
    - Flatten
    - Dense: {units: 6, as: six}
    - encoder: {from: free}
    - encoder: {from: a}
    - outer: {from: a}
    - Flatten
    - both: {from: [six, b], as: [sum, less]}
    - Dense: {units: 3, from: sum}
    - Dense: {units: 3, from: less}
    - column: {from: b}
    - Flatten
    - Dense: 2
    - encoder: {from: two_more}
    - ops.reshape: [-1, 3]
    - Dense: 2
"""


@pytest.mark.usefixtures("on_jax")
@pytest.mark.parametrize("outputs", ["[sum, less]", "{one: sum, two: less}"])
def test_what_a_called_model_gives_is_known_without_keras(outputs: str, tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(f"yamlnet: 1{CALLED.replace('OUTPUTS', outputs)}", encoding="utf-8")
    plan = yamlnet.load(path).plan
    verdict = infer(plan)
    assert not verdict.problems
    assert sum(lower_bounds(plan)) == verdict.sizes.parameters
    walk = Walk(plan.models)
    for model in plan.models:
        for step in walk.steps(model):
            assert tuple(flat(step.given)) == verdict.nodes[model][step.node.name].shapes, step.node.name
