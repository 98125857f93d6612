"""What is known of the shapes that operations give is what Keras infers: for every one of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import keras
import pytest
import yaml
from msgspec.structs import replace

from yamlnet.catalog.load import catalog
from yamlnet.checks.shapes.call import Call, Read
from yamlnet.checks.shapes.rules import OPERATIONS_WITHOUT_RULE, given_by_function
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
    "a": "[6, 4]",
    "b": "[6, 4]",
    "one": "[1, 4]",
    "row": "[4]",
    "free": "[null, 4]",
    "image": "[8, 9, 3]",
    "planes": "[3, 8, 9]",
    "bits": "[8, 8, 4]",
    "volume": "[4, 5, 6, 2]",
    "fixed": "{shape: [4], batch_size: 3}",
    "square": "{shape: [4, 4], batch_size: 3}",
    "tall": "{shape: [6, 4], batch_size: 3}",
    "matrix": "{shape: [4], batch_size: 6}",
    "column": "{shape: [1], batch_size: 6}",
    "three": "[6, 3]",
    "two": "[6, 2]",
    "ids": "{shape: [6], dtype: int32}",
    "few": "{shape: [2], dtype: int32}",
    "places": "{shape: [6, 2], dtype: int32}",
    "spot": "{shape: [2], dtype: int32, batch_size: 5}",
    "mask": "{shape: [6, 4], dtype: bool}",
    "whole": "{shape: [6, 4], dtype: int32}",
    "sound": "[100]",
    "spectrum": "[12, 9]",
    "kernel": "{shape: [3, 3, 7], batch_size: 2}",
    "kernel_of_few": "{shape: [3, 3, 2], batch_size: 2}",
    "point": "{shape: [1, 6, 5], batch_size: 1}",
    "back": "{shape: [3, 7, 3], batch_size: 2}",
    "long": "{shape: [], batch_size: 7}",
    "short": "{shape: [], batch_size: 4}",
    "steps": "{shape: [], batch_size: 7, dtype: int32}",
    "lengths": "{shape: [], dtype: int32}",
    "logits": "[5, 4]",
    "labels": "{shape: [3], dtype: int32}",
    "heads": "[6, 2, 4]",
    "short_matrix": "{shape: [5], batch_size: 4}",
    "long_six": "{shape: [], batch_size: 6}",
    "fives": "{shape: [], batch_size: 5}",
    "numbers": "{shape: [5], dtype: complex64}",
}
"""By name; the batch comes first, free unless `batch_size` says otherwise."""

ONE = ("{from: a}", "{from: free}", "{from: fixed}")
"""Of an operation that reads one tensor and takes nothing else."""

TWO = ("{from: [a, b]}", "{from: [a, one]}", "{from: [one, a]}", "{from: [free, one]}", "{from: a, x2: 2}")
"""Of an operation that reads two tensors and takes nothing else."""

REDUCED_BY_ONE = (
    "{from: a}", "{from: a, axis: 1}", "{from: free, axis: -1, keepdims: true}", "{from: a, keepdims: true}",
)  # fmt: skip
REDUCED = (*REDUCED_BY_ONE, "{from: image, axis: [1, -2]}", "{from: image, axis: [2, 1], keepdims: true}")
ALONG = ("{from: a}", "{from: a, axis: 1}", "{from: fixed}", "{from: fixed, axis: null}")
POOLS = (
    "{from: image, pool_size: 2}", "{from: image, pool_size: [3, 2], strides: 2, padding: same}",
    "{from: free, pool_size: 2}", "{from: planes, pool_size: 3, data_format: channels_first}",
    "{from: volume, pool_size: [2, 1, 3], strides: [1, 2, 1]}",
)  # fmt: skip
SPACED = (
    "{start: 1.0, stop: 9.0}", "{start: 1.0, stop: 9.0, num: 7}",
)  # fmt: skip
SEGMENTS = ("{from: [long, steps], num_segments: 3}", "{from: [long, steps]}")
QUANTILES = (
    "{from: a, q: 0.5}", "{from: a, q: [0.1, 0.9], axis: 1}", "{from: a, q: [0.5], axis: -1}",
    "{from: a, q: [0.1, 0.5, 0.9], axis: 1, keepdims: true}", "{from: image, q: 0.5, axis: [1, 2]}",
)  # fmt: skip
SPLIT = ("{from: tall, indices_or_sections: 3}", "{from: tall, indices_or_sections: [1]}")

CASES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "all",
            "amax",
            "amin",
            "any",
            "logsumexp",
            "max",
            "mean",
            "median",
            "min",
            "nanmax",
            "nanmean",
            "nanmedian",
            "nanmin",
            "nanprod",
            "nanstd",
            "nansum",
            "nanvar",
            "prod",
            "ptp",
            "std",
            "sum",
            "var",
            "norm",
        ),
        REDUCED,
    ),
    **dict.fromkeys(("argmax", "argmin", "nanargmax", "nanargmin"), REDUCED_BY_ONE),
    **dict.fromkeys(("cumprod", "cumsum", "nancumprod", "nancumsum"), ALONG),
    **dict.fromkeys(("argsort", "sort"), ALONG[:3]),
    **dict.fromkeys(
        (
            "bitwise_and",
            "bitwise_or",
            "bitwise_xor",
            "bitwise_left_shift",
            "bitwise_right_shift",
            "left_shift",
            "right_shift",
        ),
        ("{from: [whole, whole]}",),
    ),
    **dict.fromkeys(("bitwise_invert", "bitwise_not"), ("{from: whole}",)),
    **dict.fromkeys(("gcd", "lcm", "ldexp"), ("{from: [whole, whole]}",)),
    **dict.fromkeys(("heaviside", "hypot"), TWO[:4]),
    **dict.fromkeys(("average_pool", "max_pool"), POOLS),
    **dict.fromkeys(("geomspace", "linspace", "logspace"), SPACED),
    **dict.fromkeys(("segment_max", "segment_min", "segment_prod", "segment_sum"), SEGMENTS),
    **dict.fromkeys(("quantile", "nanquantile", "percentile", "nanpercentile"), QUANTILES),
    **dict.fromkeys(
        ("cholesky", "cholesky_inverse", "det", "eig", "eigh", "inv", "slogdet", "logdet"),
        ("{from: square}",),
    ),
    **dict.fromkeys(
        ("matrix_rank", "pinv", "lu_factor"), ("{from: square}", "{from: tall}", "{from: kernel}")
    ),
    **dict.fromkeys(("fft", "fft2", "ifft2"), ("{from: {x: [a, b]}}",)),
    **dict.fromkeys(("ones", "zeros", "empty"), ("{shape: [3, 4]}", "{shape: [5]}")),
    **dict.fromkeys(("eye", "tri"), ("{N: 3}", "{N: 3, M: 5, k: 1}")),
    "append": ("{from: [a, b]}", "{from: [fixed, fixed]}", "{from: [fixed, fixed], axis: -1}"),
    "arange": ("{start: 7}", "{start: 1, stop: 8, step: 3}", "{start: 0.0, stop: 1.0, step: 0.3}"),
    "argpartition": ("{from: a, kth: 2}", "{from: fixed, kth: 1, axis: 0}"),
    "array_split": (
        "{from: a, indices_or_sections: 4, axis: 1}",
        "{from: a, indices_or_sections: 2}",
        "{from: tall, indices_or_sections: 3, axis: -1}",
    ),
    "average": ("{from: a}", "{from: a, axis: 1}", "{from: a, axis: -1}"),
    "batch_normalization": ("{from: {x: a, mean: short, variance: short}, axis: -1}",),
    "binary_crossentropy": ("{from: [a, b]}",),
    "bincount": ("{from: ids}",),
    "broadcast_to": ("{from: fixed, shape: [2, 3, 4]}", "{from: one, shape: [3, 6, 4]}"),
    "cast": ("{from: a, dtype: int32}",),
    "categorical_crossentropy": ("{from: [a, b]}",),
    "cdist": ("{from: [a, b]}", "{from: [tall, tall]}", "{from: [free, a]}"),
    "clip": ("{from: a, x_min: 0.0, x_max: 1.0}",),
    "concatenate": (
        "{from: [a, b]}",
        "{from: [a, one, b], axis: 1}",
        "{from: [a, three], axis: -1}",
        "{from: [free, a], axis: 1}",
        "{from: [fixed, fixed]}",
    ),
    "conv": (
        "{from: [image, kernel]}",
        "{from: [image, kernel], strides: 2, padding: same}",
        "{from: [image, kernel], strides: [1, 2], dilation_rate: [1, 2]}",
        "{from: [planes, kernel], data_format: channels_first}",
    ),
    "conv_transpose": (
        "{from: [image, back]}",
        "{from: [image, back], strides: 2, padding: same}",
        "{from: [image, back], strides: 3, output_padding: 1}",
        "{from: [image, back], dilation_rate: 2}",
        "{from: [planes, back], data_format: channels_first, strides: [2, 1]}",
    ),
    "correlate": (
        "{from: [long, short]}",
        "{from: [long, short], mode: same}",
        "{from: [short, long], mode: full}",
    ),
    "count_nonzero": ("{from: a}", "{from: a, axis: 1}", "{from: image, axis: [1, 2]}"),
    "cross": ("{from: [three, three]}", "{from: [three, two]}", "{from: [two, two]}"),
    "ctc_decode": (
        "{from: [logits, lengths]}",
        "{from: [logits, lengths], strategy: beam_search, top_paths: 2}",
    ),
    "ctc_loss": ("{from: {target: labels, output: logits, target_length: lengths, output_length: lengths}}",),
    "depth_to_space": (
        "{from: bits, block_size: 2}",
        "{from: bits, block_size: 2, data_format: channels_first}",
    ),
    "depthwise_conv": (
        "{from: [image, kernel_of_few]}",
        "{from: [image, kernel_of_few], strides: 2, padding: same}",
        "{from: [planes, kernel_of_few], data_format: channels_first}",
    ),
    "diag": (
        "{from: long}",
        "{from: long, k: -2}",
        "{from: fixed}",
        "{from: fixed, k: 2}",
        "{from: matrix, k: -3}",
    ),
    "diagflat": ("{from: long}", "{from: fixed, k: 1}", "{from: a}"),
    "diagonal": (
        "{from: square}",
        "{from: a, axis1: 1, axis2: 2, offset: 1}",
        "{from: tall, axis1: -1, axis2: -2}",
    ),
    "diff": ("{from: a}", "{from: a, n: 2, axis: 1}", "{from: free, axis: 1}"),
    "dot": (
        "{from: [a, short]}",
        "{from: [a, square]}",
        "{from: [long, long]}",
        "{from: a, x2: 2}",
        "{from: [free, short_matrix]}",
    ),
    "dot_product_attention": ("{from: [heads, heads, heads]}",),
    "dsplit": ("{from: image, indices_or_sections: 3}", "{from: image, indices_or_sections: [2, 5]}"),
    "dstack": ("{from: [long, long]}", "{from: [fixed, fixed]}", "{from: [a, b]}"),
    "einsum": (
        "{subscripts: 'bij,bkj->bik', from: [a, b]}",
        "{subscripts: 'bij,bij', from: [a, b]}",
        "{subscripts: '...ij,kj->...ik', from: [a, fixed]}",
        "{subscripts: 'bi...->b...', from: [image]}",
        "{subscripts: 'bij,jk', from: [a, short_matrix]}",
        "{subscripts: 'bii->bi', from: [square]}",
    ),
    "expand_dims": ("{from: a, axis: 1}", "{from: a, axis: -1}", "{from: a, axis: [0, 2]}"),
    "extract_sequences": (
        "{from: sound, sequence_length: 10, sequence_stride: 7}",
        "{from: a, sequence_length: 2, sequence_stride: 1}",
    ),
    "flip": ("{from: a}", "{from: a, axis: [1]}"),
    "fold": ("{from: spectrum, output_size: 4, kernel_size: 2}",),
    "full": ("{shape: [2, 3], fill_value: 1.5}",),
    "full_like": ("{from: a, fill_value: 2}",),
    "glu": ("{from: a}", "{from: a, axis: 1}"),
    "histogram": ("{from: a}", "{from: a, bins: 4}"),
    "hsplit": ("{from: tall, indices_or_sections: 2}", "{from: long, indices_or_sections: [2, 3]}"),
    "hstack": ("{from: [a, b]}", "{from: [free, a]}", "{from: [fixed, fixed]}"),
    "identity": ("{n: 4}",),
    "in_top_k": ("{from: [lengths, row], k: 2}",),
    "inner": ("{from: [a, fixed]}", "{from: [long, long]}", "{from: a, x2: 3}"),
    "irfft": ("{from: {x: [a, b]}}", "{from: {x: [a, b]}, fft_length: 5}"),
    "isin": ("{from: [a, row]}",),
    "istft": tuple(
        "{from: {x: [spectrum, spectrum]}, sequence_length: 16, sequence_stride: 4, "
        f"fft_length: 16{more}}}"
        for more in ("", ", center: false", ", length: 50")
    ),
    "kron": ("{from: [tall, square]}", "{from: [a, b]}"),
    "layer_normalization": ("{from: a}",),
    "lstsq": ("{from: [matrix, column]}", "{from: [matrix, long_six]}"),
    "matmul": (
        "{from: [a, square]}",
        "{from: [a, short]}",
        "{from: [short, square]}",
        "{from: [tall, square]}",
        "{from: [free, short_matrix]}",
        "{from: [long, long]}",
    ),
    "max": (*REDUCED, "{from: a, axis: 1, initial: 0.0}"),
    "meshgrid": ("{from: [long, short]}", "{from: [long, short, fixed], indexing: ij}"),
    "moments": ("{from: a, axes: [1]}", "{from: image, axes: [1, 2], keepdims: true}"),
    "moveaxis": (
        "{from: image, source: 1, destination: -1}",
        "{from: image, source: [0, 1], destination: [2, 0]}",
    ),
    "multi_hot": (
        "{from: ids, num_classes: 9}",
        "{from: places, num_classes: 9}",
        "{from: lengths, num_classes: 3}",
    ),
    "one_hot": ("{from: ids, num_classes: 9}", "{from: ids, num_classes: 9, axis: 1}"),
    "pad": (
        "{from: a, pad_width: 2}",
        "{from: a, pad_width: [1, 2]}",
        "{from: a, pad_width: [[0, 0], [1, 2], [3, 0]]}",
        "{from: fixed, pad_width: [[1, 1]]}",
    ),
    "polar": ("{from: [a, b]}",),
    "psnr": ("{from: [a, b], max_val: 1.0}",),
    "qr": ("{from: tall}", "{from: tall, mode: complete}", "{from: kernel}"),
    "rearrange": ("{from: tall, pattern: 'b h w -> b (w h)'}", "{from: tall, pattern: 'b h w -> w b h'}"),
    "repeat": (
        "{from: a, repeats: 3}",
        "{from: fixed, repeats: 3}",
        "{from: a, repeats: 2, axis: 1}",
        "{from: fixed, repeats: [1, 2, 3, 4], axis: 1}",
        "{from: free, repeats: 2, axis: 1}",
    ),
    "reshape": (
        "{from: a, newshape: [-1, 24]}",
        "{from: tall, newshape: [-1, 8]}",
        "{from: tall, newshape: [9, 8]}",
        "{from: a, newshape: [-1, 2, 3, 4]}",
    ),
    "rfft": ("{from: a}", "{from: a, fft_length: 9}"),
    "rms_normalization": ("{from: a}",),
    "roll": ("{from: a, shift: 1}", "{from: a, shift: 1, axis: 1}"),
    "rot90": ("{from: tall}", "{from: image, axes: [1, 2]}"),
    "saturate_cast": ("{from: a, dtype: int8}",),
    "scatter": ("{from: [spot, fives], shape: [7, 8]}",),
    "scatter_update": ("{from: [matrix, spot, fives]}",),
    "searchsorted": ("{from: [long, a]}",),
    "select": ("{from: {condlist: [mask, mask], choicelist: [a, b]}}",),
    "separable_conv": (
        "{from: [image, kernel_of_few, point]}",
        "{from: [image, kernel_of_few, point], strides: 2, padding: same}",
    ),
    "slice": (
        "{from: tall, start_indices: [0, 1, 2], shape: [2, 3, -1]}",
        "{from: a, start_indices: [0, 1, 0], shape: [-1, 2, -1]}",
    ),
    "slice_update": ("{from: {inputs: tall, updates: tall}, start_indices: [0, 0, 0]}",),
    "solve": ("{from: [square, fixed]}",),
    "solve_triangular": ("{from: [square, fixed]}",),
    "space_to_depth": (
        "{from: bits, block_size: 4}",
        "{from: bits, block_size: 2, data_format: channels_first}",
    ),
    "sparse_categorical_crossentropy": ("{from: [ids, a]}",),
    "split": (
        *SPLIT,
        "{from: a, indices_or_sections: 2, axis: 1}",
        "{from: a, indices_or_sections: [1, 3], axis: -1}",
        "{from: a, indices_or_sections: [2]}",
        "{from: a, indices_or_sections: 2}",
    ),
    "squareplus": ("{from: a}",),
    "squeeze": ("{from: one, axis: 1}", "{from: one}", "{from: column, axis: [1]}"),
    "digitize": ("{from: a, bins: [0.0, 1.0]}",),
    "stack": (
        "{from: [a, b]}",
        "{from: {x: [a, b]}}",
        "{from: {x: [a, b]}, axis: 1}",
        "{from: {x: [a, b, a]}, axis: -1}",
    ),
    "stft": tuple(
        f"{{from: sound, sequence_length: 16, sequence_stride: 4, fft_length: 16{more}}}"
        for more in ("", ", center: false")
    ),
    "svd": ("{from: tall}", "{from: tall, full_matrices: false}", "{from: kernel, compute_uv: false}"),
    "swapaxes": ("{from: image, axis1: 1, axis2: -1}",),
    "take": ("{from: [a, few], axis: 1}", "{from: [a, few]}", "{from: a, indices: [0, 2, 3], axis: -1}"),
    "take_along_axis": (
        "{from: [a, whole], axis: 1}",
        "{from: [fixed, steps]}",
        "{from: [free, whole], axis: 1}",
    ),
    "tensordot": (
        "{from: [a, b], axes: 0}",
        "{from: [a, square], axes: [[2], [1]]}",
        "{from: [tall, matrix], axes: 2}",
        "{from: [tall, tall], axes: [[1, 2], [1, 2]]}",
    ),
    "threshold": ("{from: a, threshold: 0.5, default_value: 0.0}",),
    "tile": (
        "{from: a, repeats: [1, 2, 3]}",
        "{from: fixed, repeats: 2}",
        "{from: fixed, repeats: [2, 1, 3]}",
    ),
    "top_k": ("{from: a, k: 2}",),
    "trace": ("{from: square}", "{from: a, axis1: 1, axis2: 2}"),
    "transpose": ("{from: tall}", "{from: image, axes: [0, 3, 1, 2]}", "{from: a, axes: [0, -1, 1]}"),
    "trapezoid": ("{from: a}", "{from: a, axis: 1}"),
    "tril": ("{from: a, k: 1}",),
    "triu": ("{from: a, k: 1}",),
    "unfold": (
        "{from: planes, kernel_size: 3}",
        "{from: planes, kernel_size: [2, 3], stride: 2, padding: 1, dilation: [1, 2]}",
    ),
    "unravel_index": ("{from: ids, shape: [3, 4, 5]}",),
    "unstack": (
        "{from: a, axis: 1}",
        "{from: a, axis: -1}",
        "{from: fixed}",
        "{from: free, num: 3, axis: 1}",
    ),
    "vander": ("{from: long}", "{from: long, N: 3}"),
    "vdot": ("{from: [long, long]}",),
    "view": ("{from: whole}", "{from: whole, dtype: float32}", "{from: whole, dtype: int16}"),
    "view_as_complex": ("{from: two}",),
    "view_as_real": ("{from: numbers}",),
    "vsplit": SPLIT,
    "vstack": ("{from: [a, b]}", "{from: [fixed, fixed]}"),
    "where": ("{from: [mask, a, b]}", "{from: [mask, one, b]}", "{from: mask, x1: 1, x2: 0}"),
}
"""What an operation takes; any other takes tensors alone: `ONE` or `TWO`."""


MADE = (
    "arange",
    "empty",
    "eye",
    "full",
    "geomspace",
    "identity",
    "linspace",
    "logspace",
    "ones",
    "tri",
    "zeros",
)
"""They give numbers at once, and no tensor of a graph."""

Shapes = tuple[tuple[int | None, ...], ...]


def usable() -> list[str]:
    entries = {name: catalog().find("op", name) for name in catalog().canonical_names("op")}
    return [name for name, entry in entries.items() if entry is not None and entry.refused is None]


def calls(name: str) -> tuple[str, ...]:
    """How an operation is called."""
    entry = catalog().find("op", name)
    assert entry is not None
    required = [one for one in entry.arguments if one.required]
    if name in CASES:
        return CASES[name]
    assert all(one.tensor == "one" for one in required), f"what does {name} take?"
    return ONE if len(required) == 1 else TWO


def planned(text: str) -> Plan:
    """The plan of a blueprint; that most of its layers lead nowhere is not told here."""
    tree, problems = parse(text, "net.yaml"), Problems()
    plan = resolve(validate(tree, problems), problems=problems, tree=tree)
    problems.raise_if_failed()
    return plan


CALLS: dict[str, list[Call | None]] = {}
"""By operation: its calls as the rules see them, once all were inferred."""


@cache
def inferred() -> dict[str, list[tuple[str, Shapes, Shapes]]]:
    """By operation: each of its calls, the shapes that Keras infers, and those that are known without."""
    names = [(name, call) for name in usable() if name not in OPERATIONS_WITHOUT_RULE for call in calls(name)]
    inputs = "".join(f"    {name}: {shape}\n" for name, shape in INPUTS.items())
    entries = "".join(
        f"    - ops.{name}: {{as: case_{index}, {call[1:]}\n" for index, (name, call) in enumerate(names)
    )
    text = f"yamlnet: 1\nmodel:\n  inputs:\n{inputs}  layers:\n{entries}    - Identity: {{from: a}}\n"
    plan = planned(text)
    verdict = infer(plan)
    assert not verdict.problems, [(names[one.path[2]], one.message) for one in verdict.problems]
    steps = {step.node.name: step for step in Walk(plan.models).steps("model")}
    known = {name: tuple(flat(step.given)) for name, step in steps.items()}
    found: dict[str, list[tuple[str, Shapes, Shapes]]] = {}
    for index, (name, call) in enumerate(names):
        theirs = verdict.nodes["model"][f"case_{index}"].shapes
        CALLS.setdefault(name, []).append(steps[f"case_{index}"].call)
        found.setdefault(name, []).append((call, theirs, known[f"case_{index}"]))
    return found


def flat(given: Given) -> Iterator[tuple[int | None, ...] | None]:
    if isinstance(given, list):
        for one in given:
            yield from flat(one)
    else:
        yield given


@pytest.mark.parametrize("name", [name for name in usable() if name not in OPERATIONS_WITHOUT_RULE])
def test_the_shape_of_an_operation_is_keras_own(name: str) -> None:
    for call, theirs, ours in inferred()[name]:
        if name in MADE:
            theirs = (tuple(getattr(keras.ops, name)(**yaml.safe_load(call)).shape),)
        if name == "view":
            assert known_in_part(ours, theirs), call
        else:
            assert ours == theirs, call


def known_in_part(ours: Shapes, theirs: Shapes) -> bool:
    """The size of numbers of another type is not looked up, so the last axis of a `view` is not known."""
    return all(
        one[:-1] == other[:-1] and one[-1] in (None, other[-1])
        for one, other in zip(ours, theirs, strict=True)
    )


def test_every_case_is_of_an_operation_with_a_rule() -> None:
    assert {*CASES} <= set(usable()) - set(OPERATIONS_WITHOUT_RULE)


@pytest.mark.parametrize("name", sorted(OPERATIONS_WITHOUT_RULE))
def test_the_reason_holds(name: str) -> None:
    with pytest.raises(TypeError, match="does not support symbolic tensors"):
        getattr(keras.ops, name)(keras.KerasTensor(()), *((1.0,) if name == "kaiser" else ()))


RANDOM = (
    *(f"random.{name}: {{from: a}}" for name in ("normal", "truncated_normal", "uniform")),
    *(f"random.{name}: {{from: a, shape: [2, 7]}}" for name in ("normal", "truncated_normal", "uniform")),
    "random.normal: {from: fixed, shape: [2]}",
    "random.beta: {from: a, alpha: 1.0, beta: 2.0}",
    "random.binomial: {from: a, counts: 3.0, probabilities: 0.5, shape: [5]}",
    "random.gamma: {from: free, alpha: 1.0}",
    "random.randint: {from: a, minval: 0, maxval: 5, shape: [3]}",
    "random.categorical: {from: row, num_samples: 3}",
    "random.dropout: {from: a, rate: 0.5}",
    "random.shuffle: {from: a}",
)

SLICES = (
    "a[:, 0]", "a[..., 1:3]", "a[:, -1, :]", "a[:, ::2]", "a[:, ::-1, 1]", "a[:, 4:1:-2]", "a[:, 10:]",
    "free[:, 0]", "free[:, 1:]", "free[..., 0]", "image[:, 1:-1, ..., 0]", "image[..., :2, :]", "fixed[0]",
    "fixed[1:3, ...]", "fixed[-1, 0]", "a[...]", "a[0]",
)  # fmt: skip


def test_random_functions_and_slices_give_what_keras_infers() -> None:
    inputs = "".join(f"    {name}: {shape}\n" for name, shape in INPUTS.items())
    entries = [*RANDOM, *(f"Identity: {{from: '{one}'}}" for one in SLICES)]
    layers = "".join(f"    - {entry}\n" for entry in (*entries, "Identity: {from: a}"))
    plan = planned(f"yamlnet: 1\nmodel:\n  inputs:\n{inputs}  layers:\n{layers}")
    verdict = infer(plan)
    assert not verdict.problems
    walked = list(Walk(plan.models).steps("model"))
    assert len(walked) == len(RANDOM) + 2 * len(SLICES) + 1
    for step in walked:
        theirs = verdict.nodes["model"][step.node.name].shapes
        assert tuple(flat(step.given)) == theirs, entries[step.node.path[2]]


def test_every_random_function_is_tried() -> None:
    drawn = {entry.partition(":")[0] for entry in RANDOM}
    assert drawn == {f"random.{name}" for name in catalog().canonical_names("random")}


def known_less(less: Given, given: Given) -> bool:
    """Whether nothing is claimed that is not so."""
    if less is None or isinstance(less, list) != isinstance(given, list) or given is None:
        return less is None
    if isinstance(less, list) and isinstance(given, list):
        return len(less) == len(given) and all(map(known_less, less, given))
    return len(less) == len(given) and all(
        one in (None, other) for one, other in zip(less, given, strict=True)
    )


def less_known(call: Call) -> Iterator[Call]:
    """The call with one argument, one axis, or one whole shape fewer known."""
    for name, value in call.arguments.items():
        for other in (Unknown("data.x.y"), *less_read(value)):
            yield replace(call, arguments={**call.arguments, name: other})


def less_read(read: object) -> Iterator[object]:
    if isinstance(read, list):
        for index, one in enumerate(read):
            yield from ([*read[:index], other, *read[index + 1 :]] for other in less_read(one))
    if isinstance(read, Read) and read.shape is not None:
        yield Read(None)
        for axis in range(len(read.shape)):
            yield Read((*read.shape[:axis], None, *read.shape[axis + 1 :]))


@pytest.mark.parametrize("name", [name for name in usable() if name not in OPERATIONS_WITHOUT_RULE])
def test_what_is_not_known_is_never_guessed(name: str) -> None:
    """A value that only the data tell may be any: with it unknown, no shape says more."""
    inferred()
    for call in filter(None, CALLS[name]):
        given = given_by_function("op", call)
        for less in less_known(call):
            assert known_less(given_by_function("op", less), given), less
