"""Every blueprint that comes with yamlnet loads, and says what an editor and the gallery's table need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import yamlnet
from yamlnet.resources import gallery, gallery_folder, schema_path
from yamlnet.verdicts.limits import MAX_PARAMS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "blueprints").rglob("*.y*ml"))

COUNT = 75

MEMBERS = {
    *(f"resnet.yaml:{depth}" for depth in (18, 34, 50, 101, 152)),
    *(f"vgg.yaml:{depth}" for depth in (11, 13, 16, 19)),
    *(f"densenet.yaml:{depth}" for depth in (121, 169, 201)),
    *(f"vit.yaml:{size}" for size in ("tiny", "small", "base")),
}
"""The families that are one file each."""

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_the_gallery_is_all_there() -> None:
    assert len(FILES) == COUNT
    assert gallery_folder() == ROOT / "blueprints"
    assert sorted(gallery().values()) == FILES
    assert {"digits", "vision/resnet", "text/gpt2"} <= set(gallery())


@every_file
def test_it_validates_without_a_warning(path: Path) -> None:
    loaded = yamlnet.load(path)
    assert not loaded.warnings
    assert loaded.plan.name == path.stem


@every_file
def test_it_begins_with_what_it_teaches(path: Path) -> None:
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    schema = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert schema is not None
    assert (path.parent / schema[1]).resolve() == schema_path()
    comment = lines[: lines.index("yamlnet: 1")]
    assert len(comment) >= 5
    assert all(line.startswith("#") for line in comment)
    place = path.relative_to(ROOT).as_posix()
    assert any(
        line.startswith(("#   yamlnet train " + place, "#   yamlnet build " + place)) for line in comment
    )


def test_resnet_is_short() -> None:
    assert len((ROOT / "blueprints/vision/resnet.yaml").read_text(encoding="utf-8").splitlines()) < 60


def variants() -> list[str]:
    """Every variant of the gallery, as the command line takes it."""
    named = []
    for path in FILES:
        document = yamlnet.load(path).tree.value
        assert isinstance(document, dict)
        found = document.get("variants")
        named += [f"{path}:{name}" for name in found] if isinstance(found, dict) else []
    return named


@pytest.mark.parametrize("path", variants(), ids=lambda path: Path(path).name)
def test_every_variant_validates_without_a_warning(path: str) -> None:
    """The largest of GPT-2 has more parameters than a blueprint may have unasked."""
    assert not yamlnet.load(path, max_params=2 * MAX_PARAMS).warnings


def test_the_families_have_their_members() -> None:
    assert {Path(path).name for path in variants()} >= MEMBERS
