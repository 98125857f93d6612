"""The manual's examples of what is found as a model is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from yamlnet import manual
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.manual.examples import complete
from yamlnet.pipeline import load

pytestmark = pytest.mark.backend


@pytest.mark.parametrize("name", ["keras", "missing-data", "shape"])
def test_its_examples_do_what_they_say(name: str, tmp_path: Path) -> None:
    page = manual.page(name)
    file = tmp_path / "example.yaml"
    file.write_text(complete(page.fails), encoding="utf-8")
    with pytest.raises(BlueprintError) as refused:
        load(file).build()
    assert {problem.check for problem in refused.value.diagnostics} == {name}
    file.write_text(complete(page.passes), encoding="utf-8")
    load(file).build()
