"""What is known of the shapes and sizes of layers is what Keras infers: for every one of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import keras
import pytest
from msgspec.structs import replace

from yamlnet.catalog.load import catalog
from yamlnet.catalog.own_layers import OWN_LAYERS
from yamlnet.checks.known_parameters import parameters_at_least
from yamlnet.checks.shapes.call import Call, Read
from yamlnet.checks.shapes.rules import LAYERS_WITHOUT_RULE, given_by_layer
from yamlnet.checks.shapes.shape import Given
from yamlnet.checks.shapes.walk import Walk
from yamlnet.compiler.lower import infer
from yamlnet.diagnostics.problems import Problems
from yamlnet.resolver.expression_values import Unknown
from yamlnet.resolver.plan import Plan
from yamlnet.resolver.resolve import resolve
from yamlnet.schema.validate import validate
from yamlnet.syntax.parse import parse

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]

INPUTS = {
    "image": "[8, 9, 4]",
    "any_image": "[null, null, 4]",
    "planes": "[4, 8, 9]",
    "one_pixel": "[1, 1, 4]",
    "bits": "[8, 8, 4]",
    "colours": "[8, 8, 3]",
    "steps": "[7, 5]",
    "any_steps": "[null, 5]",
    "turned": "[5, 7]",
    "more": "[7, 5]",
    "wide": "[7, 6]",
    "even": "[7, 4]",
    "others": "[3, 5]",
    "single": "[1, 5]",
    "volume": "[6, 5, 4, 2]",
    "turned_volume": "[2, 6, 5, 4]",
    "film": "[3, 6, 5, 2]",
    "turned_film": "[3, 2, 6, 5]",
    "lines": "[3, 6, 2]",
    "blocks": "[2, 4, 4, 4, 2]",
    "row": "[5]",
    "batch": "{shape: [7, 5], batch_size: 2}",
    "ids": "{shape: [5], dtype: int32}",
    "any_ids": "{shape: [null], dtype: int32}",
    "one_id": "{shape: [1], dtype: int32}",
    "logits": "[5, 4]",
    "sound": "[256]",
    "tracks": "[256, 2]",
    "turned_tracks": "[2, 256]",
    "deep": "[3, 7, 5]",
}
"""By name; the batch comes first, free unless `batch_size` says otherwise."""

POOLED = {
    1: ("{from: steps, X}", "{from: any_steps, X}", "{from: turned, data_format: channels_first, X}"),
    2: ("{from: image, X}", "{from: any_image, X}", "{from: planes, data_format: channels_first, X}"),
    3: ("{from: volume, X}", "{from: turned_volume, data_format: channels_first, X}"),
}
"""By the number of axes beside batch and channels: an image with arguments in the place of X."""


def images(axes: int, *arguments: str) -> tuple[str, ...]:
    """Each of the arguments with images of each kind."""
    return tuple(form.replace(", X", f", {one}" if one else "") for one in arguments for form in POOLED[axes])


CONVOLVED = (
    "filters: 6, kernel_size: 3",
    "filters: 6, kernel_size: 2, strides: 2, padding: same",
    "filters: 4, kernel_size: 2, dilation_rate: 2, use_bias: false",
)
CELLS = ("SimpleRNNCell", "GRUCell", "LSTMCell")
RECURRENT = (
    "{units: 3, from: steps}",
    "{units: 3, from: any_steps, return_sequences: true}",
    "{units: 3, from: steps, return_state: true, use_bias: false}",
    "{units: 3, from: batch, stateful: true}",
)
MERGED = (
    "{from: [steps, more]}",
    "{from: [steps, any_steps]}",
    "{from: [single, steps]}",
    "{from: [steps, single]}",
    "{from: [batch, steps]}",
)
CONVOLVED_STEPS = {
    1: ("lines", "lines"),
    2: ("film", "turned_film"),
    3: ("blocks", "blocks"),
}


def over_cells() -> Iterator[str]:
    """RNNs of each cell and of several."""
    for cell in CELLS:
        yield f"{{cell: {{{cell}: 3}}, from: steps}}"
        yield f"{{cell: {{{cell}: 3}}, from: any_steps, return_sequences: true, return_state: true}}"
    stacked = ", ".join(f"{{{cell}: {index + 2}}}" for index, cell in enumerate(CELLS))
    yield f"{{cell: {{StackedRNNCells: {{cells: [{stacked}]}}}}, from: steps}}"
    yield f"{{cell: {{StackedRNNCells: {{cells: [{stacked}]}}}}, from: steps, return_state: true}}"
    yield "{cell: {StackedRNNCells: {cells: [{LSTMCell: 3}]}}, from: steps, return_sequences: true}"
    yield "{cell: {GRUCell: {units: 3, reset_after: false}}, from: batch, stateful: true}"


def steps_convolved(axes: int) -> Iterator[str]:
    """Convolutional LSTMs."""
    last, first = CONVOLVED_STEPS[axes]
    for more in (
        "",
        ", return_sequences: true, padding: same",
        ", return_state: true, strides: 2, use_bias: false",
    ):
        yield f"{{filters: 3, kernel_size: 2, from: {last}{more}}}"
    if first != last:
        yield f"{{filters: 3, kernel_size: 3, from: {first}, data_format: channels_first}}"


CASES: dict[str, tuple[str, ...]] = {
    **{f"Conv{axes}D": images(axes, *CONVOLVED) for axes in (1, 2, 3)},
    **{
        f"SeparableConv{axes}D": images(axes, CONVOLVED[0], f"{CONVOLVED[1]}, depth_multiplier: 2")
        for axes in (1, 2)
    },
    **{
        f"DepthwiseConv{axes}D": images(
            axes, "kernel_size: 3", "kernel_size: 2, depth_multiplier: 3, strides: 2"
        )
        for axes in (1, 2)
    },
    **{
        f"Conv{axes}DTranspose": images(
            axes,
            CONVOLVED[0],
            CONVOLVED[1],
            "filters: 3, kernel_size: 2, strides: 3",
            "filters: 3, kernel_size: 3, strides: 2, output_padding: 1",
            "filters: 3, kernel_size: 3, strides: 2, output_padding: 1, padding: same",
            "filters: 3, kernel_size: 3, dilation_rate: 2",
        )
        for axes in (1, 2, 3)
    },
    **{
        f"{kind}Pooling{axes}D": images(axes, "pool_size: 2", "pool_size: 3, strides: 2, padding: same")
        for kind in ("Max", "Average")
        for axes in (1, 2, 3)
    },
    **{
        f"Global{kind}Pooling{axes}D": images(axes, "", "keepdims: true")
        for kind in ("Max", "Average")
        for axes in (1, 2, 3)
    },
    **{
        f"Adaptive{kind}Pooling{axes}D": images(axes, "output_size: 2")
        for kind in ("Max", "Average")
        for axes in (1, 2, 3)
    },
    "UpSampling1D": ("{from: steps}", "{from: any_steps, size: 3}"),
    "UpSampling2D": images(2, "", "size: [2, 3]"),
    "UpSampling3D": images(3, "", "size: [2, 1, 3]"),
    "ZeroPadding1D": images(1, "", "padding: [2, 1]"),
    "ZeroPadding2D": images(2, "", "padding: 2", "padding: [2, 1]", "padding: [[2, 1], [0, 3]]"),
    "ZeroPadding3D": images(3, "", "padding: [1, 2, 3]", "padding: [[2, 1], [0, 3], [1, 1]]"),
    "Cropping1D": ("{from: steps}", "{from: any_steps, cropping: [2, 1]}", "{from: steps, cropping: 2}"),
    "Cropping2D": images(2, "", "cropping: 1", "cropping: [2, 1]", "cropping: [[2, 1], [0, 3]]"),
    "Cropping3D": images(3, "", "cropping: [1, 2, 1]", "cropping: [[2, 1], [0, 3], [1, 1]]"),
    **dict.fromkeys(
        ("CenterCrop", "RandomCrop", "Resizing"),
        (
            "{from: image, height: 4, width: 5}",
            "{from: any_image, height: 4, width: 5}",
            "{from: planes, height: 4, width: 5, data_format: channels_first}",
        ),
    ),
    **dict.fromkeys(("SimpleRNN", "GRU", "LSTM"), RECURRENT),
    "GRU": (*RECURRENT, "{units: 3, from: steps, reset_after: false}"),
    "RNN": tuple(over_cells()),
    **{f"ConvLSTM{axes}D": tuple(steps_convolved(axes)) for axes in (1, 2, 3)},
    "Bidirectional": (
        "{layer: {LSTM: 3}, from: steps}",
        "{layer: {GRU: {units: 3, return_sequences: true}}, from: any_steps, merge_mode: sum}",
        "{layer: {LSTM: {units: 3, return_state: true}}, from: steps}",
        "{layer: {SimpleRNN: 3}, from: steps, merge_mode: null}",
        "{layer: {LSTM: 3}, backward_layer: {GRU: {units: 3, go_backwards: true}}, from: steps}",
    ),
    "TimeDistributed": (
        "{layer: {Dense: 4}, from: steps}",
        "{layer: {Conv2D: {filters: 3, kernel_size: 2}}, from: film}",
        "{layer: Flatten, from: film}",
        "{layer: {LSTM: 3}, from: deep}",
    ),
    "SpectralNormalization": (
        "{layer: {Dense: 4}, from: row}",
        "{layer: {Conv2D: {filters: 3, kernel_size: 2}}, from: image}",
        "{layer: {Embedding: {input_dim: 9, output_dim: 3}}, from: ids}",
        "{layer: {EinsumDense: {equation: 'abc,cd->abd', output_shape: [null, 3]}}, from: steps}",
        "{layer: {Conv2DTranspose: {filters: 3, kernel_size: 2}}, from: image}",
        "{layer: {DepthwiseConv2D: {kernel_size: 2, depth_multiplier: 2}}, from: image}",
    ),
    **dict.fromkeys(
        ("Add", "Average", "Maximum", "Minimum", "Multiply"), (*MERGED, "{from: [steps, more, single]}")
    ),
    "Subtract": MERGED,
    "Concatenate": (
        "{from: [steps, more]}",
        "{from: [steps, wide]}",
        "{from: [steps, others, single], axis: 1}",
        "{from: [steps, any_steps], axis: -2}",
        "{from: [any_steps, steps]}",
        "{from: [row, row], axis: 1}",
    ),
    "Dot": (
        "{axes: 1, from: [steps, more]}",
        "{axes: -1, from: [steps, others]}",
        "{axes: [2, 1], from: [steps, turned]}",
        "{axes: 1, from: [row, row]}",
    ),
    "Attention": (
        "{from: [steps, others]}",
        "{from: [steps, wide, more], use_scale: true}",
        "{from: [any_steps, others], score_mode: concat, with: {return_attention_scores: true}}",
    ),
    "AdditiveAttention": (
        "{from: [steps, others]}",
        "{from: [steps, others], use_scale: false, with: {return_attention_scores: true}}",
    ),
    "MultiHeadAttention": (
        "{num_heads: 2, key_dim: 3, from: [steps, others]}",
        "{num_heads: 2, key_dim: 3, value_dim: 4, use_bias: false, from: [steps, wide, more]}",
        "{num_heads: 2, key_dim: 3, output_shape: [6], use_gate: true, from: [any_steps, steps]}",
        "{num_heads: 2, key_dim: 3, from: [steps, more], with: {return_attention_scores: true}}",
        "{num_heads: 2, key_dim: 3, from: {query: steps, value: wide}}",
        "{num_heads: 2, key_dim: 3, attention_axes: [1, 2], from: [deep, deep]}",
    ),
    "GroupQueryAttention": (
        "{head_dim: 4, num_query_heads: 4, num_key_value_heads: 2, from: [steps, others]}",
        "{head_dim: 4, num_query_heads: 4, num_key_value_heads: 4, use_bias: false, use_gate: true, "
        "from: [any_steps, steps, more]}",
        "{head_dim: 4, num_query_heads: 4, num_key_value_heads: 2, from: [steps, others], "
        "with: {return_attention_scores: true}}",
    ),
    "Dense": (
        "{units: 4, from: row}",
        "{units: 4, use_bias: false, from: any_image}",
        "{units: 4, lora_rank: 2, from: row}",
    ),
    "EinsumDense": (
        "{equation: 'ab,bc->ac', output_shape: 4, from: row}",
        "{equation: 'abc,cd->abd', output_shape: [null, 6], bias_axes: d, from: steps}",
        "{equation: '...x,xy->...y', output_shape: 6, bias_axes: y, from: deep}",
        "{equation: '...x,xy->...y', output_shape: 6, from: any_steps}",
        "{equation: 'ab...,bc->ac...', output_shape: 6, bias_axes: c, from: steps}",
        "{equation: 'abc,cde->abde', output_shape: [null, 2, 3], bias_axes: de, from: steps}",
        "{equation: 'abc,bcd->ad', output_shape: 4, bias_axes: d, from: steps}",
        "{equation: 'abc,bd->adc', output_shape: [3, null], bias_axes: d, from: steps}",
        "{equation: 'ab,bc->ac', output_shape: 4, lora_rank: 2, from: row}",
    ),
    "Embedding": (
        "{input_dim: 10, output_dim: 4, from: ids}",
        "{input_dim: 10, output_dim: 4, lora_rank: 2, from: any_ids}",
    ),
    "ReversibleEmbedding": (
        "{input_dim: 10, output_dim: 4, from: ids}",
        "{input_dim: 10, output_dim: 4, tie_weights: false, from: ids}",
        "{input_dim: 10, output_dim: 4, from: logits, with: {reverse: true}}",
    ),
    "Flatten": ("{from: image}", "{from: any_steps}", "{data_format: channels_first, from: planes}"),
    "Reshape": (
        "{target_shape: [5, 7], from: steps}",
        "{target_shape: [-1, 9], from: image}",
        "{target_shape: [-1, 3], from: any_steps}",
        "{target_shape: [1, 35], from: any_steps}",
        "{target_shape: [35], from: batch}",
    ),
    "Permute": ("{dims: [2, 1], from: any_steps}", "{dims: [3, 1, 2], from: image}"),
    "RepeatVector": ("{n: 3, from: row}",),
    "BatchNormalization": (
        "{from: row}",
        "{renorm: true, from: row}",
        "{axis: 1, center: false, from: image}",
    ),
    "LayerNormalization": ("{from: image}", "{axis: [1, 2], from: steps}", "{scale: false, from: any_steps}"),
    "GroupNormalization": ("{groups: 2, from: image}", "{groups: -1, axis: 1, scale: false, from: planes}"),
    "RMSNormalization": ("{from: image}", "{axis: [1, 2], from: steps}"),
    "UnitNormalization": ("{from: image}", "{axis: [1, 2], from: steps}"),
    "Normalization": (
        "{from: steps}",
        "{axis: [1, 2], from: steps}",
        "{axis: null, from: steps}",
        "{mean: 0.5, variance: 2.0, from: steps}",
    ),
    "PReLU": ("{from: steps}", "{shared_axes: [1, 2], from: any_image}"),
    "Activation": ("{activation: relu, from: any_steps}",),
    "Identity": ("{from: image}", "{from: any_steps}"),
    "SpatialDropout1D": ("{rate: 0.5, from: steps}",),
    "SpatialDropout3D": ("{rate: 0.5, from: volume}",),
    "Parameter": ("{shape: [2, 5], from: any_steps}", "{shape: [3], from: batch}"),
    "PatchEmbedding": (
        "{patch_size: 4, embed_dim: 6, from: bits}",
        "{patch_size: [2, 3], embed_dim: 6, from: image}",
        "{patch_size: 4, embed_dim: 6, from: any_image}",
    ),
    "PositionEmbedding": ("{sequence_length: 9, from: steps}", "{sequence_length: 9, from: any_steps}"),
    "SinePositionEncoding": ("{from: any_steps}",),
    "RotaryEmbedding": ("{from: even}", "{sequence_axis: 2, from: bits}"),
    "Sampling": ("{from: [steps, more]}", "{from: {mean: row, log_variance: row}}"),
    "StopGradient": ("{from: steps}",),
    "CategoryEncoding": tuple(
        f"{{num_tokens: 4, output_mode: {mode}, from: {read}}}"
        for mode, read in (
            ("multi_hot", "ids"),
            ("count", "any_ids"),
            ("one_hot", "ids"),
            ("one_hot", "one_id"),
        )
    ),
    "Discretization": (
        "{bin_boundaries: [0.5, 1.5], from: steps}",
        "{bin_boundaries: [0.5, 1.5], output_mode: one_hot, from: steps}",
        "{bin_boundaries: [0.5, 1.5], output_mode: multi_hot, from: row}",
    ),
    "IntegerLookup": (
        "{vocabulary: [1, 2, 3], from: ids}",
        "{vocabulary: [1, 2, 3], output_mode: one_hot, from: ids}",
        "{vocabulary: [1, 2, 3], output_mode: multi_hot, num_oov_indices: 2, from: any_ids}",
        "{vocabulary: [1, 2, 3], output_mode: count, max_tokens: 9, pad_to_max_tokens: true, from: ids}",
    ),
    "MelSpectrogram": (
        "{sequence_stride: 16, fft_length: 32, from: sound}",
        "{sequence_stride: 50, fft_length: 32, num_mel_bins: 20, from: sound}",
    ),
    "STFTSpectrogram": (
        "{frame_length: 12, frame_step: 5, from: tracks}",
        "{frame_length: 12, frame_step: 4, fft_length: 16, mode: stft, from: tracks}",
        "{frame_length: 12, expand_dims: true, mode: real, padding: same, from: tracks}",
        "{frame_length: 12, mode: magnitude, data_format: channels_first, from: turned_tracks}",
    ),
    "RandomColorDegeneration": ("{factor: 0.5, from: colours}",),
    "RandomPosterization": ("{factor: 3, from: colours}",),
    "RandomTranslation": ("{height_factor: 0.1, width_factor: 0.1, from: colours}",),
    "RandomZoom": ("{height_factor: 0.2, from: colours}",),
    "Rescaling": ("{scale: 0.5, from: steps}",),
}
"""What a layer takes; any other takes what it requires, and an image with colours."""

ARGUMENTS = {"rate": "0.5", "stddev": "0.5", "factor": "0.5"}
"""Of arguments that many layers require."""

NOT_IN_A_GRAPH = {
    "Equalization": "Keras 3.15.1 infers the very tensor that it reads, which no model can hold",
    "HashedCrossing": "Keras calls TensorFlow on symbolic tensors of the other backends",
    "Hashing": "Keras calls TensorFlow on symbolic tensors of the other backends",
    "StringLookup": "reads texts, which only TensorFlow has as tensors",
    "TextVectorization": "reads texts, which only TensorFlow has as tensors",
}
"""Layers whose `compute_output_shape` is asked instead."""

Shapes = tuple[tuple[int | None, ...], ...]


def usable() -> list[str]:
    names = [*catalog().canonical_names("layer"), *OWN_LAYERS]
    entries = {name: catalog().find("layer", name) for name in names}
    return sorted(name for name, entry in entries.items() if entry is not None and entry.refused is None)


CALLED = [name for name in usable() if name not in {*LAYERS_WITHOUT_RULE, *NOT_IN_A_GRAPH}]


def calls(name: str) -> tuple[str, ...]:
    """How a layer is called."""
    entry = catalog().find("layer", name)
    assert entry is not None
    required = "".join(
        f"{one.name}: {ARGUMENTS[one.name]}, "
        for one in entry.arguments
        if one.required and name not in CASES
    )
    return CASES.get(name, (f"{{{required}from: colours}}",))


def planned(text: str) -> Plan:
    """The plan of a blueprint; that most of its layers lead nowhere is not told here."""
    tree, problems = parse(text, "net.yaml"), Problems()
    plan = resolve(validate(tree, problems), problems=problems, tree=tree)
    problems.raise_if_failed()
    return plan


CALLS: dict[str, list[Call]] = {}
"""By layer: its calls as the rules see them, once all were inferred."""


@cache
def inferred() -> dict[str, list[tuple[str, Shapes, Shapes, int, int]]]:
    """By layer: each of its calls, the shapes and sizes that Keras infers, and those known without."""
    names = [(name, call) for name in CALLED for call in calls(name)]
    inputs = "".join(f"    {name}: {shape}\n" for name, shape in INPUTS.items())
    layers = "".join(
        f"    - {name}: {{as: case_{index}, {call[1:]}\n" for index, (name, call) in enumerate(names)
    )
    plan = planned(
        f"yamlnet: 1\nmodel:\n  inputs:\n{inputs}  layers:\n{layers}    - Identity: {{from: row}}\n"
    )
    verdict = infer(plan)
    assert not verdict.problems, [(names[int(one.path[2])], one.message) for one in verdict.problems]
    steps = {step.node.name: step for step in Walk(plan.models).steps("model")}
    CALLS.update({name: [] for name in CALLED})
    found: dict[str, list[tuple[str, Shapes, Shapes, int, int]]] = {}
    for index, (name, call) in enumerate(names):
        theirs, step = verdict.nodes["model"][f"case_{index}"], steps[f"case_{index}"]
        assert step.call is not None
        ours = tuple(flat(step.given))
        CALLS[name].append(step.call)
        sizes = theirs.parameters, parameters_at_least(step.call)
        found.setdefault(name, []).append((call, theirs.shapes, ours, *sizes))
    return found


def flat(given: Given) -> Iterator[tuple[int | None, ...] | None]:
    if isinstance(given, list):
        for one in given:
            yield from flat(one)
    else:
        yield given


@pytest.mark.parametrize("name", CALLED)
def test_the_shape_and_the_size_of_a_layer_are_keras_own(name: str) -> None:
    for call, theirs, ours, parameters, known in inferred()[name]:
        assert ours == theirs, call
        assert known == parameters, call


def test_every_case_is_of_a_layer_with_a_rule() -> None:
    assert {*CASES, *NOT_IN_A_GRAPH} <= set(usable()) - set(LAYERS_WITHOUT_RULE)


def layer_of(name: str, arguments: dict[str, object]) -> keras.layers.Layer:
    return getattr(keras.layers, name)(**arguments)


WORDS = {"vocabulary": ["a", "b", "c"]}
ASKED: tuple[tuple[str, dict[str, object]], ...] = (
    ("Equalization", {}),
    *(("Hashing", {"num_bins": 5, "output_mode": mode}) for mode in ("int", "one_hot", "multi_hot")),
    *(
        (name, {**WORDS, "output_mode": mode})
        for name in ("StringLookup", "TextVectorization")
        for mode in ("int", "multi_hot", "count")
    ),
    ("StringLookup", {**WORDS, "output_mode": "one_hot", "num_oov_indices": 2}),
    ("StringLookup", {**WORDS, "output_mode": "multi_hot", "max_tokens": 9, "pad_to_max_tokens": True}),
    ("TextVectorization", {"output_sequence_length": 7}),
    ("TextVectorization", {**WORDS, "output_mode": "multi_hot", "split": None}),
)


@pytest.mark.parametrize(("name", "arguments"), ASKED)
@pytest.mark.parametrize("shape", [(None, 8, 8, 3), (None, 5), (2, 1), (None, None, 3)])
def test_a_layer_that_reads_no_tensor_of_a_graph_is_known_too(
    name: str, arguments: dict[str, object], shape: tuple[int | None, ...]
) -> None:
    theirs = layer_of(name, arguments).compute_output_shape(shape)
    assert given_by_layer(Call(name, arguments, (Read(shape),))) == tuple(theirs)


@pytest.mark.parametrize("mode", ["int", "one_hot"])
def test_two_columns_that_are_crossed_are_known_too(mode: str) -> None:
    arguments: dict[str, object] = {"num_bins": 5, "output_mode": mode}
    theirs = keras.layers.HashedCrossing(**arguments).compute_output_shape(((None, 3), (None, 3)))
    reads = [Read((None, 3)), Read((None, 3))]
    assert given_by_layer(Call("HashedCrossing", arguments, (reads,))) == tuple(theirs)


def known_in_part(less: Given, given: Given) -> bool:
    """Whether nothing is claimed that is not so."""
    if less is None or isinstance(less, list) != isinstance(given, list) or given is None:
        return less is None
    if isinstance(less, list) and isinstance(given, list):
        return len(less) == len(given) and all(map(known_in_part, less, given))
    return len(less) == len(given) and all(
        one in (None, other) for one, other in zip(less, given, strict=True)
    )


def less_known(call: Call) -> Iterator[Call]:
    """The call with one argument, one axis, or one whole shape fewer known."""
    for name in call.arguments:
        yield replace(call, arguments={**call.arguments, name: Unknown("data.x.y")})
    for index, read in enumerate(call.args):
        for other in less_read(read):
            yield replace(call, args=(*call.args[:index], other, *call.args[index + 1 :]))


def less_read(read: object) -> Iterator[object]:
    if isinstance(read, list):
        for index, one in enumerate(read):
            yield from ([*read[:index], other, *read[index + 1 :]] for other in less_read(one))
    if isinstance(read, Read) and read.shape is not None:
        yield Read(None)
        for axis in range(len(read.shape)):
            yield Read((*read.shape[:axis], None, *read.shape[axis + 1 :]))


@pytest.mark.parametrize("name", CALLED)
def test_what_is_not_known_is_never_guessed(name: str) -> None:
    """A value that only the data tell may be any: with it unknown, no shape and no number says more."""
    inferred()
    for call in CALLS[name]:
        given, parameters = given_by_layer(call), parameters_at_least(call)
        for less in less_known(call):
            assert known_in_part(given_by_layer(less), given), less
            assert parameters_at_least(less) <= parameters, less
