"""Golden pairs: every file of `ok/` loads, every file of `err/` and `err-syntax/` is refused with its `.out`.

`test_golden_stages.py` has the files that only building and training refuse.

After a deliberate change of a message, `YAMLNET_UPDATE_GOLDEN=1 pytest tests/test_golden.py` rewrites
the `.out` files; read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.report import render
from yamlnet.pipeline import load

FOLDER = Path(__file__).parent / "blueprints"
OK = sorted((FOLDER / "ok").glob("*.yaml"))
ERR = sorted((FOLDER / "err").glob("*.yaml")) + sorted((FOLDER / "err-syntax").glob("*.yaml"))


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
    expected = path.with_suffix(".out")
    if os.environ.get("YAMLNET_UPDATE_GOLDEN"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
