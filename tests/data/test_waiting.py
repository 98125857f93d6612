"""Bars while rows are read: on a terminal, and not where someone else shows it or nobody wants to see it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from yamlnet.cli.main import main
from yamlnet.data import waiting
from yamlnet.data.waiting import Waiting, hidden, shown_by

BLUEPRINT = """yamlnet: 1
data:
  train: {Csv: rows.csv}
  inputs: {x: {column: x}}
  targets: {y: {column: y}}
  stream: true
model: {inputs: {x: [1]}, layers: [{Dense: {units: 1, as: y}}]}
"""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bars that were opened, on what seems to be a terminal."""
    found: list[str] = []
    monkeypatch.setattr(waiting, "MOMENT", -1.0)
    monkeypatch.setattr(waiting, "sys", SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: True)))
    monkeypatch.setattr(Waiting, "_open", lambda self: found.append(self.text))
    return found


def wait() -> None:
    with Waiting("reading", 10) as bar:
        bar.advance(4)


def test_a_bar_is_shown_hidden_or_shown_by_another(opened: list[str]) -> None:
    with hidden():
        wait()
    assert not opened
    with hidden(False):
        wait()
    assert opened == ["reading"]
    told: list[tuple[str, int, int]] = []
    with shown_by(lambda *what: told.append(what)):
        wait()
        with hidden():
            wait()
    assert (told, len(opened)) == ([("reading", 4, 10)], 1)


@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_a_command_that_is_quiet_shows_none(
    opened: list[str], quiet: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))
    (tmp_path / "rows.csv").write_text("x,y\n" + "1,2\n" * 20)
    (tmp_path / "b.yaml").write_text(BLUEPRINT)
    ran = CliRunner().invoke(main, ["data", str(tmp_path / "b.yaml"), *quiet])
    assert ran.exit_code == 0, ran.output
    assert bool(opened) is not bool(quiet)
