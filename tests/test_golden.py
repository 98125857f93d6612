"""Golden pairs: every file of `ok/` loads, every file of `err/` and `err-syntax/` is refused with its `.out`.

Every file of `warn/` loads with the warnings of its `.out`, and is refused for them where that is asked.
Likewise the scenes (`scenes.py`): folders with what a blueprint needs around it. `test_golden_stages.py` has
the files that only building and training refuse, and the scenes that need Keras.

After a deliberate change of a message, `YAMLNET_UPDATE_GOLDEN=1 pytest tests/test_golden.py` rewrites
the `.out` files; read the difference before committing it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.report import render
from yamlnet.pipeline import load

sys.path.insert(0, str(Path(__file__).parent))
from scenes import needs_keras, refused, resolved

FOLDER = Path(__file__).parent / "blueprints"
OK = sorted((FOLDER / "ok").glob("*.yaml"))
ERR = sorted((FOLDER / "err").glob("*.yaml")) + sorted((FOLDER / "err-syntax").glob("*.yaml"))
WARN = sorted((FOLDER / "warn").glob("*.yaml"))
OK_SCENES, ERR_SCENES = (
    sorted(path for path in (FOLDER / kind).iterdir() if not needs_keras(path))
    for kind in ("ok-scenes", "err-scenes")
)


def assert_golden(found: str, path: Path) -> None:
    if os.environ.get("YAMLNET_UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_there_are_golden_files() -> None:
    assert len(OK) >= 10
    assert len(ERR) >= 10


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_ok(path: Path) -> None:
    loaded = load(path)
    assert loaded.plan.models["model"].outputs
    assert not loaded.warnings


@pytest.mark.parametrize("path", ERR, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_err(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with pytest.raises(BlueprintError) as refused:
        load(path.name)
    found = render(refused.value.diagnostics, refused.value.trees, "text", color=False)
    assert_golden(found, path.with_suffix(".out"))


@pytest.mark.parametrize("path", WARN, ids=lambda path: path.stem)
def test_warn(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    loaded = load(path.name)
    assert loaded.warnings
    assert_golden(render(loaded.warnings, loaded.tree, "text", color=False), path.with_suffix(".out"))
    with pytest.raises(BlueprintError) as refused:
        load(path.name, strict=True)
    assert len(refused.value.diagnostics) == len(loaded.warnings)


@pytest.mark.parametrize("folder", OK_SCENES, ids=lambda folder: folder.name)
def test_ok_scene(folder: Path) -> None:
    assert_golden(resolved(folder), folder / "resolved.out")


@pytest.mark.parametrize("folder", ERR_SCENES, ids=lambda folder: folder.name)
def test_err_scene(folder: Path) -> None:
    told = refused(folder)
    assert told
    assert_golden(told, folder / "blueprint.out")
