"""Explanations never fail, whatever was refused, and what they suggest is accepted."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import yamlnet
from yamlnet.catalog.load import catalog
from yamlnet.compiler.explanations.explain import explain, unseen
from yamlnet.compiler.explanations.refusal import Read, Refusal
from yamlnet.compiler.explanations.reshaping import nearest
from yamlnet.compiler.explanations.unseen import UNSEEN
from yamlnet.compiler.lower import infer
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.report import locate
from yamlnet.pipeline import infer_shapes

pytestmark = pytest.mark.backend

CALLEES = [
    *(name for name in catalog().canonical_names("layer") if name[0].isupper()),
    "ops.add", "ops.matmul", "ops.dot", "ops.reshape", "ops.einsum", "ops.squeeze", "ops.split",
    "ops.transpose", "ops.concatenate", "this slice", "encoder",
]  # fmt: skip
TEXTS = [
    "", "broadcast", "fully-defined", "NoneType", "too many indices", "out-of-bounds",
    "expected ndim=4, found ndim=2", "expected axis -1 of input shape to have value 8",
    "expected shape=(None, 4), found shape=(None, 5)",
    "missing a required argument: 'value'", "Received: nothing", "Something. Received: x=(1, 2)",
]  # fmt: skip

shapes = st.lists(st.none() | st.integers(1, 12), max_size=4).map(lambda axes: (None, *axes))
numbers = st.integers(-3, 12)
texts = st.sampled_from(["valid", "same", "channels_first", "bij,bkj->bik"])
values = numbers | st.lists(numbers, max_size=4) | texts
ARGUMENTS = [
    "units", "groups", "kernel_size", "pool_size", "dilation_rate", "padding", "data_format", "axis", "axes",
    "dims", "target_shape", "cropping", "newshape", "subscripts", "indices_or_sections", "shared_axes",
    "filters",
]  # fmt: skip


@st.composite
def reads(draw: st.DrawFn) -> Read:
    order = draw(st.integers(-1, 5))
    callee = draw(st.sampled_from(["Input", "Flatten", "LSTM", "Bidirectional", "Conv2D", "Embedding"]))
    shape = draw(shapes)
    return Read(f"t{order}", callee, {}, shape, "float32", order, ("model", "layers", order))


@st.composite
def refusals(draw: st.DrawFn) -> Refusal:
    tensors = tuple(draw(st.lists(reads(), max_size=3)))
    arguments = draw(st.dictionaries(st.sampled_from(ARGUMENTS), values, max_size=4))
    call: Mapping[str, tuple[Read, ...]] = {"initial_state": tensors} if draw(st.booleans()) else {}
    layer = draw(st.sampled_from([None, "a layer"]))
    callee = draw(st.sampled_from([*CALLEES, *UNSEEN]))
    return Refusal(callee, arguments, tensors, draw(st.sampled_from(TEXTS)), layer, call)


@settings(max_examples=600, deadline=None)
@given(refusals())
def test_an_explanation_is_one_line_whatever_was_refused(refusal: Refusal) -> None:
    for found in (explain(refusal), unseen(refusal)):
        if found is not None:
            told = found.message
            assert told.startswith((refusal.callee, "ops.")) and "\n" not in told and "(None" not in told
            assert all(-len(one.read.shape) < axis < 0 for one in found.blames for axis in one.axes)


@given(st.integers(1, 5000), st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_the_nearest_shape_has_the_same_product(count: int, target: list[int]) -> None:
    found = nearest(count, target)
    assert math.prod(found) == count
    if math.prod(target) == count:
        assert found == target


@given(st.integers(1, 5000), st.lists(st.integers(1, 40), min_size=1, max_size=3))
def test_the_nearest_shape_keeps_its_free_axis(count: int, target: list[int]) -> None:
    found = nearest(count, [-1, *target])
    assert found[0] == -1 or -1 not in found
    assert count % math.prod(axis for axis in found if axis != -1) == 0


MEND = re.compile(r'give "(?P<name>\w+)" a (?P<layer>Conv\dD|Dense) with (?P<arguments>.+)')

sides = st.integers(2, 12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    axes=st.lists(sides, min_size=1, max_size=3),
    left=st.integers(1, 9),
    right=st.integers(1, 9),
    stride=st.integers(1, 3),
)
def test_what_is_suggested_for_a_sum_is_accepted(
    axes: list[int], left: int, right: int, stride: int, tmp_path: Path
) -> None:
    """The mend, taken out of the message and put into the file, leaves no problem."""
    one, other = [*axes, left + 1], [*(-(-axis // stride) for axis in axes), right + 1]
    head = f"yamlnet: 1\nmodel:\n  inputs: {{x: {one}, y: {other}}}\n  layers:\n"
    head += "    - Identity: {from: x, as: a}\n    - Identity: {from: y, as: b}\n"
    path = tmp_path / "sum.yaml"

    def problems(mend: str, a: str) -> tuple[str, ...]:
        path.write_text(f"{head}{mend}    - Add: {{from: [{a}, b]}}\n", encoding="utf-8")
        return tuple(problem.message for problem in infer(yamlnet.load(path).plan).problems)

    found = problems("", "a")
    if not found:
        return
    mend = MEND.search(found[0])
    if mend is None:
        assert "padding: same" in found[0] or "UpSampling" in found[0]
        return
    layer = f"    - {mend['layer']}: {{{mend['arguments']}, from: {mend['name']}, as: mended}}\n"
    assert problems(layer, "mended") == ()


def test_all_independent_mistakes_are_told_by_build(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "yamlnet: 1\nmodel:\n  inputs: {x: [8], y: [4, 4, 3]}\n  layers:\n"
        "    - LSTM: {units: 3, from: x, as: a}\n    - Dense: {units: 3, from: a}\n"
        "    - Conv1D: {filters: 3, kernel_size: 3, from: y}\n"
    )
    with pytest.raises(BlueprintError) as refused:
        yamlnet.load(path).build()
    lines = [problem.path[2] for problem in refused.value.diagnostics]
    assert lines == [0, 2], "what reads a refused layer is not told"


WIDE = """\
yamlnet: 1
params: {width: 4}
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: "${width}", as: a}
    - ReLU
    - Add: {from: [_, x]}
variants:
  big: {width: 9}
"""


@pytest.mark.parametrize(
    ("variant", "overrides", "place"),
    [
        (":big", (), "net.yaml:10:16"),
        ("", ("width=7",), "--set width:1:1"),
        (":big", ("width=7",), "--set width:1:1"),
    ],
)
def test_who_gave_a_width_is_told_wherever_it_was_set(
    variant: str, overrides: tuple[str, ...], place: str, tmp_path: Path
) -> None:
    (tmp_path / "net.yaml").write_text(WIDE, encoding="utf-8")
    with pytest.raises(BlueprintError) as refused:
        infer_shapes(yamlnet.load(f"{tmp_path / 'net.yaml'}{variant}", overrides))
    (problem,) = (locate(one, refused.value.trees) for one in refused.value.diagnostics)
    told = {note.message: note.place.removeprefix(f"{tmp_path}/") for note in problem.notes}
    assert told["the value is written here"] == place
    width = overrides[0][-1] if overrides else "9"
    assert told[f'"re_lu" gets its {width} from here'] == "net.yaml:6:22"


def test_the_largest_layers_are_told_with_what_made_them(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(WIDE.replace("[_, x]", "[a, a]").replace("[4]}", "[3000]}"), encoding="utf-8")
    with pytest.raises(BlueprintError) as refused:
        infer_shapes(yamlnet.load(f"{path}:big", ("width=5",), max_params=15_000))
    (problem,) = (locate(one, refused.value.trees) for one in refused.value.diagnostics)
    assert problem.check == "max-params" and problem.span.line == 6
    assert [note.place.removeprefix(f"{tmp_path}/") for note in problem.notes] == [
        "--set width:1:1",
        "net.yaml:4:12",
    ]
