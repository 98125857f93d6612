"""What is kept between runs: whole, ours, few, and never a reason to fail."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.diagnostics.diagnostic import Diagnostic, Note
from yamlnet.verdicts import store
from yamlnet.verdicts.verdict import Heaviest, Sizes, Verdict, as_data, from_data

KEY = "0123456789abcdef"
PATH = ("model", "layers", 3, "Conv2D")
VERDICT = Verdict(
    (Diagnostic("shape", "Conv2D reads images", PATH, "key", notes=(Note("used here", ("model",)),)),),
    Sizes(7, 28, 160, "float16", False, Heaviest("Dense", 7, PATH, (("blocks", "unit"),))),
    waiting=2,
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "verdicts"


def kept() -> Verdict | None:
    return store.recall(KEY, from_data)


def keep() -> None:
    store.keep(KEY, as_data(VERDICT))


def test_a_verdict_comes_back_as_it_was() -> None:
    assert kept() is None
    keep()
    assert kept() == VERDICT


@given(st.lists(st.integers(0, 10**19)), st.text(), st.none() | st.just(VERDICT.sizes.heaviest))
def test_any_verdict_comes_back(numbers: list[int], message: str, heaviest: Heaviest | None) -> None:
    sizes = Sizes(*[*numbers, 0, 0, 0][:3], "float32", True, heaviest)  # type: ignore[arg-type]
    problems = tuple(Diagnostic("shape", message, ("a", number), "key") for number in numbers)
    verdict = Verdict(problems, sizes, len(numbers))
    assert from_data(as_data(verdict)) == verdict


def test_only_its_owner_may_read_or_write_it(cache: Path) -> None:
    keep()
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE((cache / KEY).stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", ["", "x", "{}", "[]", "null", "\n", "é" * 9])
def test_what_is_damaged_is_as_if_it_was_not_kept(damage: str, cache: Path) -> None:
    keep()
    (cache / KEY).write_text(damage, encoding="utf-8")
    assert kept() is None
    keep()
    assert kept() == VERDICT


def test_one_flipped_bit_is_noticed(cache: Path) -> None:
    keep()
    whole = (cache / KEY).read_bytes()
    for index in range(len(whole)):
        (cache / KEY).write_bytes(whole[:index] + bytes([whole[index] ^ 1]) + whole[index + 1 :])
        assert kept() is None, index


def test_data_of_another_form_is_not_read(cache: Path) -> None:
    store.keep(KEY, {"problems": [], "waiting": "no number"})
    assert kept() is None
    store.keep(KEY, {**as_data(VERDICT), "problems": [{"check": "shape"}]})
    assert kept() is None


posix = pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_trusted(mode: int, cache: Path) -> None:
    keep()
    (cache / KEY).chmod(mode)
    assert kept() is None


@posix
def test_a_folder_that_others_may_write_is_neither_read_nor_written(cache: Path) -> None:
    keep()
    cache.chmod(0o777)
    assert kept() is None
    (cache / KEY).unlink()
    keep()
    assert not (cache / KEY).exists()


@posix
def test_another_users_file_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    assert kept() is None


@posix
def test_a_link_is_not_followed(cache: Path, tmp_path: Path) -> None:
    keep()
    elsewhere = tmp_path / "elsewhere"
    (cache / KEY).rename(elsewhere)
    (cache / KEY).symlink_to(elsewhere)
    assert kept() is None


def test_a_folder_that_cannot_be_made_is_no_reason_to_fail(cache: Path) -> None:
    cache.parent.write_text("a file where the folder should be")
    keep()
    assert kept() is None


def test_the_oldest_go_when_there_are_too_many(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_FILES", 10)
    for index in range(25):
        store.keep(f"{index:02}", index)
        os.utime(cache / f"{index:02}", ns=(index, index))
    left = sorted(path.name for path in cache.iterdir())
    assert len(left) <= 10
    assert left[-1] == "24" and "00" not in left


def test_what_is_too_long_is_not_kept(cache: Path) -> None:
    store.keep(KEY, "x" * store.MOST_BYTES)
    assert not (cache / KEY).exists()
