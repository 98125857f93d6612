"""The gallery and the schemas are found in a checkout, and where a wheel puts them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from yamlnet import resources

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package laid out as pyproject.toml lays out the wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for written, inside in project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items():
        (tmp_path / inside).parent.mkdir(exist_ok=True)
        (tmp_path / inside).symlink_to(ROOT / written, target_is_directory=True)
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "yamlnet")
    return tmp_path / "yamlnet"


def test_a_checkout_has_them_at_its_root() -> None:
    assert resources.gallery_folder() == ROOT / "blueprints"
    assert resources.schema_path() == ROOT / "schemas" / "blueprint-1.schema.json"


def test_a_wheel_has_them_inside(wheel: Path) -> None:
    assert resources.gallery_folder() == wheel / "gallery"
    assert resources.schema_path() == wheel / "schemas" / "blueprint-1.schema.json"
    assert resources.gallery()["digits"].read_text(encoding="utf-8").startswith("# yaml-language-server")


def test_an_incomplete_installation_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "yamlnet")
    with pytest.raises(FileNotFoundError, match="reinstall yamlnet"):
        resources.gallery()


def test_there_is_one_schema_a_version() -> None:
    with pytest.raises(FileNotFoundError, match="blueprint-99"):
        resources.schema_path(99)
