"""A run folder that is misspelt: the one that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.runner.files import read_manifest, run_meant


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("runs/digits-20260101-120000", "runs/digits-20260102-120000", "runs/words", "other/mine"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "runs" / "wordy").mkdir()  # no run
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("runs/wrods", "runs/words"),
        ("words", "runs/words"),
        ("runs/digits", "runs/digits-20260102-120000"),  # the newest
        ("digits-20260101-12000", "runs/digits-20260101-120000"),
        ("other/mien", "other/mine"),
        ("elsewhere/words", "runs/words"),
    ],
)
def test_the_run_that_is_meant(written: str, meant: str) -> None:
    with pytest.raises(YamlnetError, match=f"^there is no run {written}; did you mean {meant}\\?$"):
        read_manifest(Path(written))


def test_what_is_like_none(tmp_path: Path) -> None:
    assert run_meant(Path("something/else")) == ""
    with pytest.raises(YamlnetError, match=r"^runs/wordy is no run folder: it has no manifest.json"):
        read_manifest(Path("runs/wordy"))
