"""Who gave an axis its size: held against graphs whose makers are known by how they were written."""

from __future__ import annotations

from pathlib import Path

import pytest

import yamlnet
from yamlnet.checks.sizes import traced
from yamlnet.resolver.plan import Plan, TensorRef
from yamlnet.verdicts.makers import Maker, Walk

HEAD = "yamlnet: 1\nparams: {width: 6, sizes: [3, 5]}\nmodel:\n  inputs: {x: [8, 8, 2], y: [7]}\n  layers:\n"


def plan(layers: str, folder: Path) -> Plan:
    path = folder / "net.yaml"
    path.write_text(HEAD + "".join(f"    {line}\n" for line in layers.splitlines()), encoding="utf-8")
    return yamlnet.load(path).plan


def walk(plan: Plan) -> Walk:
    """The main graph with the shapes that its arguments tell."""
    return traced(plan)["model"]


def makers(layers: str, folder: Path, name: str, *axes: int) -> list[tuple[str, int | None]]:
    """The name and the size of each maker."""
    return [(maker.name, maker.size) for maker in walk(plan(layers, folder)).makers(TensorRef(name), axes)]


CHANNELS = {
    "- Conv2D: {filters: 5, kernel_size: 3, as: a}\n- ReLU\n- BatchNormalization: {as: b}": [("a", 5)],
    "- Dropout: {rate: 0.5, as: b}": [("x", 2)],
    "- Conv2D: {filters: 5, kernel_size: 3, as: a}\n- GlobalAveragePooling2D: {as: b}": [("a", 5)],
    "- Conv2D: {filters: 1, kernel_size: 3, as: a}\n- GlobalAveragePooling2D: {as: b}": [("a", 1)],
    "- Dense: {units: 5, as: a}\n- Concatenate: {from: [a, a], as: b}": [("b", 10), ("a", 5)],
    "- Dense: {units: 5, as: a}\n- Dense: {units: 4, from: x, as: c}\n- Concatenate: {from: [a, c], as: b}": [
        ("a", 5),
        ("c", 4),
    ],
    "- Dense: {units: 5, as: a}\n- Reshape: {target_shape: [-1, 10], as: b}": [("b", 10)],
}
"""By layers: what made the last axis of `b`."""


@pytest.mark.parametrize("layers", CHANNELS)
def test_the_last_axis_is_traced_to_who_wrote_its_size(layers: str, tmp_path: Path) -> None:
    assert makers(layers, tmp_path, "b", -1) == CHANNELS[layers]


def test_what_changes_an_axis_is_named_with_what_it_read(tmp_path: Path) -> None:
    found = list(
        walk(plan("- MaxPooling2D: {as: a}\n- ReLU\n- Conv2D: {filters: 1, kernel_size: 2, as: b}", tmp_path))
        .makers(TensorRef("b"), [-2])
    )  # fmt: skip
    assert [(maker.name, maker.before, maker.size) for maker in found] == [
        ("b", (4,), 3), ("a", (8,), 4), ("x", (), 8),
    ]  # fmt: skip


def test_what_is_flattened_is_made_of_every_axis(tmp_path: Path) -> None:
    found = list(walk(plan("- Flatten: {as: b}", tmp_path)).makers(TensorRef("b"), [-1]))
    assert found[0] == Maker("b", "Flatten", found[0].path, 128, (8, 8, 2))
    assert {maker.name for maker in found[1:]} == {"x"}


def test_the_places_of_a_computed_width_are_known(tmp_path: Path) -> None:
    layers = '- Dense: {units: "${width * sizes[1]}", as: b}'
    (maker,) = walk(plan(layers, tmp_path)).makers(TensorRef("b"), [-1])
    assert maker.size == 30
    assert maker.given == (("params", "width"), ("params", "sizes", 1))


def test_a_rank_is_traced_to_what_changed_it(tmp_path: Path) -> None:
    layers = "- Flatten: {as: a}\n- ReLU\n- Dropout: {rate: 0.5, as: b}\n- ReLU: {from: x, as: c}"
    found = walk(plan(layers, tmp_path))
    flat, whole = found.rank_maker(TensorRef("b")), found.rank_maker(TensorRef("c"))
    assert flat is not None and flat.name == "a"
    assert whole is not None and (whole.name, whole.callee) == ("x", "Input")


def test_a_long_chain_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = "- ReLU\n" * 60 + "- ReLU: {as: b}"
    assert makers(layers, tmp_path, "b", -1) == [("x", 2)]
    monkeypatch.setattr("yamlnet.verdicts.makers.MOST_STEPS", 50)
    assert makers(layers, tmp_path, "b", -1) == []
