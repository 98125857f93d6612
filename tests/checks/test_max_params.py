"""Above the cap the answer comes without Keras, whatever stands before the layer that is too large."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import yamlnet
from yamlnet.catalog.own_layers import OWN_LAYERS
from yamlnet.checks.shapes.walk import MOST_SHAPES, Walk
from yamlnet.checks.sizes import least
from yamlnet.verdicts.limits import MAX_PARAMS

DENSE = "Dense: 100000"
"""Too large where it reads 16,384 numbers, and small where it is not known how many it reads."""

STEPS = "x: [4, 16384]"
CASES: dict[str, tuple[str, str, str]] = {
    "EinsumDense": (
        "x: [4, 8]",
        "EinsumDense: {equation: 'abc,cd->abd', output_shape: [null, 16384]}",
        DENSE,
    ),
    "ConvLSTM2D": ("x: [3, 66, 66, 1]", "ConvLSTM2D: {filters: 4, kernel_size: 3}; Flatten", DENSE),
    "GroupQueryAttention": (
        STEPS,
        "GroupQueryAttention: {head_dim: 1, num_query_heads: 1, num_key_value_heads: 1, from: [x, x]}",
        DENSE,
    ),
    "MultiHeadAttention": (
        "x: [4, 8]",
        "MultiHeadAttention: {num_heads: 1, key_dim: 1, output_shape: [16384], from: [x, x]}",
        DENSE,
    ),
    "Attention": (STEPS, "Attention: {from: [x, x]}", DENSE),
    "RNN of cells": (
        "x: [4, 8]",
        "RNN: {cell: {StackedRNNCells: {cells: [{GRUCell: 2}, {LSTMCell: 4096}]}}, return_sequences: true}; "
        "Flatten",
        DENSE,
    ),
    "the state of an LSTM": (
        "x: [4, 8]",
        "LSTM: {units: 4096, return_state: true, as: [out, h, c]}; Concatenate: {from: [h, c, out, h]}",
        DENSE,
    ),
    "Bidirectional": ("x: [4, 8]", "Bidirectional: {layer: {LSTM: 8192}, merge_mode: concat}", DENSE),
    "TimeDistributed": ("x: [4, 64, 64, 4]", "TimeDistributed: {layer: Flatten}", DENSE),
    "SpectralNormalization": ("x: [8]", "SpectralNormalization: {layer: {Dense: 16384}}", DENSE),
    "Permute": ("x: [16384, 8]", "Permute: [2, 1]", DENSE),
    "RepeatVector": ("x: [4]", "RepeatVector: 4096; Flatten", DENSE),
    "Resizing": ("x: [8, 8, 1]", "Resizing: {height: 128, width: 128}; Flatten", DENSE),
    "CategoryEncoding": ("x: {shape: [4], dtype: int32}", "CategoryEncoding: {num_tokens: 16384}", DENSE),
    "ops.matmul": (STEPS + ", y: [16384, 16384]", "ops.matmul: {from: [x, y]}", DENSE),
    "ops.reshape": ("x: [128, 128]", "ops.reshape: [-1, 16384]", DENSE),
    "ops.einsum": ("x: [4, 16384]", "ops.einsum: {subscripts: 'bij,bij->bj', from: [x, x]}", DENSE),
    "ops.split": (
        "x: [32768]",
        "ops.split: {indices_or_sections: 2, axis: 1, as: [one, two]}; Identity: {from: two}",
        DENSE,
    ),
    "ops.concatenate": ("x: [8192]", "ops.concatenate: {from: [x, x], axis: -1}", DENSE),
    "ops.one_hot": ("x: {shape: [], dtype: int32}", "ops.one_hot: {num_classes: 16384}", DENSE),
    "ops.mean": ("x: [8, 8, 16384]", "ops.mean: {axis: [1, 2]}", DENSE),
    "random.normal": ("x: [3]", "random.normal: {shape: [16384]}", DENSE),
    "a slice": ("x: [4, 32768]", "Identity: {from: 'x[:, 0, ::2]'}", DENSE),
    "a block": ("x: [128, 128]", "wide: {size: 8192}", DENSE),
    "a called model": ("x: [64, 8]", "encoder; Flatten", DENSE),
    "Parameter": ("x: [3]", "Parameter: {shape: [16384]}", DENSE),
    "Sampling": ("x: [16384]", "Sampling: {from: [x, x]}", DENSE),
    "PositionEmbedding": (STEPS, "PositionEmbedding: 4", DENSE),
    "SinePositionEncoding": (STEPS, "SinePositionEncoding", DENSE),
    "RotaryEmbedding": (STEPS, "RotaryEmbedding", DENSE),
    "PatchEmbedding": ("x: [64, 64, 3]", "PatchEmbedding: {patch_size: 4, embed_dim: 64}; Flatten", DENSE),
    "StopGradient": ("x: [16384]", "StopGradient", DENSE),
    "a transposed image": (
        "x: [3, 8, 8]",
        "ops.transpose: {axes: [0, 2, 3, 1]}; EinsumDense: {equation: '...c,cd->...d', output_shape: 16384}",
        "Conv2D: {filters: 10000, kernel_size: 3}",
    ),
    "a gate": (
        "x: [8, 8192]",
        "ops.concatenate: {from: [x, x], axis: -1}; ops.sigmoid",
        "LSTM: {units: 16384}",
    ),
    "an embedding": (
        "x: {shape: [128, 128], dtype: int32}",
        "ops.reshape: [-1, 16384]",
        "Embedding: {input_dim: 100000, output_dim: 16384}",
    ),
    "a kernel": (
        "x: [8, 16384]",
        "ops.relu",
        "EinsumDense: {equation: 'abc,cd->abd', output_shape: [null, 100000]}",
    ),
    "queries": (
        "x: [8, 16384]",
        "ops.relu",
        "MultiHeadAttention: {num_heads: 100, key_dim: 1000, from: [_, _]}",
    ),
    "cells": ("x: [8, 16384]", "ops.relu", "RNN: {cell: {LSTMCell: 16384}}"),
}
"""By what stands before: the inputs, the entries, and the layer that is too large."""

REST = """\
blocks:
  wide:
    params: {size: null}
    layers: [Flatten, {Dense: "${size}"}, {ops.concatenate: {from: [_, _], axis: 1}}]
models:
  encoder:
    inputs: {x: [null, 8]}
    layers: [{Conv1D: {filters: 256, kernel_size: 3, padding: same}}]
"""

TELL_WHAT_IS_IMPORTED = """\
import sys
from yamlnet.cli.main import main
try:
    main()
finally:
    print(*sorted({"keras", "numpy", "jax", "tensorflow", "torch"} & set(sys.modules)), file=sys.stderr)
"""


def blueprint(inputs: str, before: str, large: str) -> tuple[str, int]:
    """A blueprint, and the line that is too large."""
    lines = ["yamlnet: 1", "model:", f"  inputs: {{{inputs}}}", "  layers:"]
    lines += [f"    - {entry.strip()}" for entry in before.split(";")]
    lines.append(f"    - {large}")
    used = [part for part in REST.split("models:") if part]
    rest = f"{used[0] if 'wide' in before else ''}{'models:' + used[1] if 'encoder' in before else ''}"
    return "\n".join(lines) + "\n" + rest, len(lines)


@cache
def told() -> tuple[dict[str, list[dict[str, object]]], str]:
    """What one `yamlnet validate` says of all cases, by case, and what it imported."""
    with TemporaryDirectory() as folder:
        names = {str(Path(folder, f"{index}.yaml")): name for index, name in enumerate(CASES)}
        for path, name in names.items():
            Path(path).write_text(blueprint(*CASES[name])[0], encoding="utf-8")
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            TELL_WHAT_IS_IMPORTED,
            "validate",
            *names,
            "--format",
            "json",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 1, done.stderr
        found: dict[str, list[dict[str, object]]] = {name: [] for name in CASES}
        for problem in json.loads(done.stdout):
            found[names[problem["file"]]].append(problem)
        return found, done.stderr.strip()


@pytest.mark.parametrize("name", CASES)
def test_a_layer_above_the_cap_is_refused_at_its_line(name: str) -> None:
    (problem,) = [one for one in told()[0][name] if one["severity"] == "error"]
    assert problem["check"] == "max-params"
    assert problem["line"] == blueprint(*CASES[name])[1]
    assert str(problem["message"]).startswith(CASES[name][2].partition(":")[0])


def test_nothing_heavy_is_imported_for_that() -> None:
    assert told()[1] == ""


def test_each_of_our_own_layers_is_tried() -> None:
    assert set(OWN_LAYERS) <= set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_what_stands_before_is_not_too_large_by_itself(name: str, tmp_path: Path) -> None:
    """Were the width not known, the last layer would be small, and nothing would be refused."""
    inputs, before, _ = CASES[name]
    path = tmp_path / "one.yaml"
    path.write_text(blueprint(inputs, before, "Dense: 2")[0], encoding="utf-8")
    assert least(yamlnet.load(path).plan).parameters <= MAX_PARAMS


@pytest.mark.parametrize(
    ("layer", "precision", "told"),
    [
        ("Dense: 1000", "", "float32"),
        ("Dense: 1000", "train: {loss: mse, precision: float16}", "float16"),
        ("Dense: 1000", "train: {loss: mse, precision: mixed_float16}", "float32"),
        ("Dense: {units: 1000, dtype: float64}", "train: {loss: mse, precision: float16}", "float64"),
        ("Dense: {units: 1000, dtype: mixed_bfloat16}", "train: {loss: mse, precision: float16}", "float32"),
    ],
)
def test_memory_follows_the_type_of_the_weights(
    layer: str, precision: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "one.yaml"
    data = "data: {train: {Sklearn: iris}, targets: {y: {column: target}}}" if precision else ""
    path.write_text(
        f"yamlnet: 1\nmodel:\n  inputs: {{x: [9]}}\n  layers: [{{{layer}}}]\n  outputs: {{y: _}}\n"
        f"{data}\n{precision}\n",
        encoding="utf-8",
    )
    sizes = least(yamlnet.load(path).plan)
    assert (sizes.parameters, sizes.dtype) == (10_000, told)
    assert sizes.weight_bytes == 10_000 * {"float16": 2, "float32": 4, "float64": 8}[told]


LEVEL = """\
  m{index}:
    inputs: {{x: [null]}}
    layers:
      - {below}: {{as: one}}
      - ops.pad: {{from: x, pad_width: [[0, 0], [0, {width}]]}}
      - {below}
      - ops.concatenate: {{from: [_, one], axis: 1}}
"""


def test_a_model_that_is_called_on_ever_new_shapes_is_followed_for_a_while(tmp_path: Path) -> None:
    """Each level calls the one below on two shapes: in twelve levels the last is called on thousands."""
    below = ["ReLU", *(f"m{index}" for index in range(11))]
    levels = "".join(
        LEVEL.format(index=index, below=name, width=2**index) for index, name in enumerate(below)
    )
    path = tmp_path / "one.yaml"
    text = f"yamlnet: 1\nmodels:\n{levels}model:\n  inputs: {{x: [3]}}\n  layers: [m11]\n"
    path.write_text(text, encoding="utf-8")
    plan = yamlnet.load(path).plan
    walk = Walk(plan.models)
    steps = sum(len(list(walk.steps(name))) for name in plan.models)
    assert steps == sum(len(graph.nodes) for graph in plan.models.values())
    assert {len(told) for told in walk.called.values()} <= set(range(MOST_SHAPES + 1))
