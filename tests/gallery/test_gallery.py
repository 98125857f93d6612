"""Every blueprint that comes with yamlnet loads, and says what an editor and the gallery's table need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import yamlnet
from yamlnet.resources import gallery, gallery_folder, schema_path

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "blueprints").rglob("*.y*ml"))
COUNT = 7

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_the_gallery_is_all_there() -> None:
    assert len(FILES) == COUNT
    assert gallery_folder() == ROOT / "blueprints"
    assert sorted(gallery().values()) == FILES
    assert {"digits", "vision/resnet50"} <= set(gallery())


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


def test_resnet50_is_short() -> None:
    assert len((ROOT / "blueprints/vision/resnet50.yaml").read_text(encoding="utf-8").splitlines()) < 60
