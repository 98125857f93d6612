"""A Keras with known holes is refused before it is imported, in words."""

from __future__ import annotations

import importlib.metadata

import pytest

from yamlnet.compiler import backend
from yamlnet.diagnostics.diagnostic import BackendError


@pytest.mark.parametrize(
    ("version", "fine"),
    [
        ("3.15.1", True),
        ("3.15.2", True),
        ("3.16.0.dev0", True),
        ("4.0", True),
        ("3.15.0", False),
        ("3.9.2", False),
    ],
)
def test_the_oldest_is_the_first_without_known_holes(
    version: str, fine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda package: version)
    if fine:
        backend.require_keras()
        return
    with pytest.raises(
        BackendError, match=rf"Keras {version} is installed, and 3\.15\.1 is the first"
    ) as refused:
        backend.select_backend()
    assert refused.value.hint == 'pip install --upgrade "keras>=3.15.1"'


def test_it_is_what_the_package_requires() -> None:
    required = importlib.metadata.requires("yamlnet") or []
    assert f"keras>={'.'.join(map(str, backend.OLDEST_KERAS))}" in required
