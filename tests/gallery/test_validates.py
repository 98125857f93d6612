"""The command a user types says that the whole gallery is right, with its variants and shapes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from yamlnet.cli.main import main
from yamlnet.resources import gallery


@pytest.mark.backend
def test_the_gallery_validates_without_a_word(backend: str) -> None:
    if backend != "jax":
        pytest.skip("shapes are inferred alike on every backend: tested on JAX")
    files = [str(path) for path in gallery().values()]
    told = CliRunner().invoke(main, ["validate", "--strict", *files])
    assert (told.exit_code, told.stderr) == (0, "")
    assert len(told.stdout.splitlines()) == len(files)
    assert all(": ok (" in line for line in told.stdout.splitlines())
