"""Whose run it is, and what a run of somebody else may have this machine read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan
from yamlnet.runner.origin import MARK, mark, root_of

RESOLVED = b"yamlnet: 1\n"


@pytest.fixture(autouse=True)
def _own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))


def run(root: Path, marked: str | None = None) -> Any:
    manifest = {"data_root": str(root), MARK: marked}
    return SimpleNamespace(folder=Path("run"), manifest=manifest, data_root=root)


def plan(source: str = "Csv", validation: SourcePlan | float | None = None, **arguments: Any) -> DataPlan:
    train = SourcePlan(source, arguments or {"path": "rows.csv"}, ("data", "train", source))
    return DataPlan(train, validation, None, {}, {}, 4, True)


def test_what_was_trained_here_reads_what_it_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    ours = run(elsewhere, mark(str(elsewhere), RESOLVED))
    assert root_of(ours, RESOLVED, plan(path="/data/rows.csv"), None) == elsewhere
    assert root_of(ours, RESOLVED, plan(), tmp_path) == tmp_path
    with pytest.raises(DataError, match="was not trained here"):
        root_of(ours, RESOLVED + b"#", plan(), None)
    with pytest.raises(DataError, match="was not trained here"):
        root_of(run(tmp_path / "other", mark(str(elsewhere), RESOLVED)), RESOLVED, plan(), None)
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "another user"))
    with pytest.raises(DataError, match="was not trained here"):
        root_of(ours, RESOLVED, plan(), None)


@pytest.mark.parametrize("said", [None, 3, "", "é", "0" * 64])
def test_a_mark_that_is_none(said: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="was not trained here, and its data lie elsewhere"):
        root_of(run(tmp_path, said), RESOLVED, plan(), None)


def test_the_key_is_the_user_s_alone_and_no_key_is_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mark("a", b"b") == mark("a", b"b") != mark("ab", b"")
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "cache" / "key").stat().st_mode) == 0o600
    (tmp_path / "file").touch()
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "file" / "cache"))
    assert mark("a", b"b") is None
    with pytest.raises(DataError, match="was not trained here"):
        root_of(run(tmp_path, None), RESOLVED, plan(), None)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with data, some of which leads out."""
    folder = tmp_path / "here"
    (folder / "parts").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "rows.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "parts" / "1.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "out").symlink_to(tmp_path)
    monkeypatch.chdir(folder)
    return folder


SECRET = SourcePlan("Csv", {"path": "../secret.csv"}, ("data", "validation", "Csv"))


@pytest.mark.parametrize(
    "data",
    [
        plan(path="../secret.csv"),
        plan(path="/etc/passwd"),
        plan(path="link.csv"),
        plan(path="parts/*.csv"),
        plan(path="*/secret.csv"),
        plan(path="**/*.csv"),
        plan(path="https://example.org/rows.csv"),
        plan("ImageFolder", path="out"),
        plan("Sql", url="sqlite:///../secret.db", table="a"),
        plan("Sql", url="sqlite:////etc/rows.db", table="a"),
        plan("Sql", url="postgresql://user@example.org/a", table="a"),
        plan(validation=SECRET),
    ],
    ids=lambda data: str(data.train.arguments.get("path", data.train.arguments.get("url"))),
)
def test_paths_that_lead_out_are_refused(data: DataPlan, here: Path) -> None:
    for named in (None, here):
        with pytest.raises(DataError, match="was not trained here, and it would read") as refused:
            root_of(run(here), RESOLVED, data, named)
        assert refused.value.hint is not None


@pytest.mark.parametrize(
    "data",
    [
        plan(),
        plan(path="*.txt"),
        plan(path="rows.cs*"),
        plan("ImageFolder", path="parts"),
        plan("Sql", url="sqlite:///rows.db", table="a"),
        plan("Sklearn", name="iris"),
        plan("HuggingFace", name="owner/name"),
        plan(validation=0.2),
    ],
)
def test_what_lies_below_the_working_directory_is_read(data: DataPlan, here: Path) -> None:
    assert root_of(run(here), RESOLVED, data, None) == here
    assert root_of(run(here / "parts"), RESOLVED, plan("Sklearn", name="iris"), None) == here / "parts"
