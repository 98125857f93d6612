"""What README shows is right: its blueprints load, its mistakes are told in its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.report import render
from yamlnet.pipeline import load

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLUEPRINTS = [text for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if "yamlnet: 1" in text]

IMPORTED = """\
yamlnet: 1
params: {width: 8}
blocks:
  squeeze: {params: {ratio: 2}, layers: [Dense: "${ratio}"]}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "vision.yaml").write_text(IMPORTED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("text", BLUEPRINTS, ids=lambda text: text[11:31].strip().split("\n")[0])
def test_its_blueprints_load(text: str, here: Path) -> None:
    without_network = "".join(line for line in text.splitlines(keepends=True) if "git+https" not in line)
    (here / "digits.yaml").write_text(without_network)
    loaded = load("digits.yaml")
    assert {warning.check for warning in loaded.warnings} <= {"unused-import"}  # it shows forms of imports
    document = loaded.tree.value
    for variant in document.get("variants", ()) if isinstance(document, dict) else ():
        assert load(f"digits.yaml:{variant}").plan.models["model"].nodes


def test_it_has_two_blueprints() -> None:
    assert len(BLUEPRINTS) == 2


def test_a_mistake_looks_as_it_says(here: Path) -> None:
    shown = re.search(r"## How a mistake looks\n\n```text\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    (here / "digits.yaml").write_text(BLUEPRINTS[0].replace("kernel_size", "kernal_size"))
    with pytest.raises(BlueprintError) as refused:
        load("digits.yaml")
    assert render(refused.value.diagnostics, refused.value.trees) == shown[1]


@pytest.mark.backend
def test_a_shape_that_does_not_fit_looks_as_it_says(here: Path) -> None:
    shown = re.search(r"on every\nbackend:\n\n```text\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    (here / "digits.yaml").write_text(BLUEPRINTS[0].replace("[8, 8, 1]", "[8, 8]"))
    with pytest.raises(BlueprintError) as refused:
        load("digits.yaml").build()
    assert render(refused.value.diagnostics, refused.value.trees) == shown[1]
