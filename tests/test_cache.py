"""Making room in the cache: what was used longest ago goes first, and no more than has to."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from yamlnet.cache import make_room


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of 100 bytes, `a` used longest ago, and among them a folder with two of them."""
    now = time.time()
    (tmp_path / "c").mkdir()
    for name, hours in (("a", 5), ("b", 4), ("c/one", 9), ("c/two", 3), ("d", 0)):
        (tmp_path / name).write_bytes(b"x" * 100)
        os.utime(tmp_path / name, (now - 3600 * hours,) * 2)
    os.utime(tmp_path / "c", (now - 3600 * 9,) * 2)
    return tmp_path


@pytest.mark.parametrize(
    ("at_rest", "left"),
    [(0, ""), (3600, "d"), (3.5 * 3600, "cd"), (4.5 * 3600, "bcd"), (6 * 3600, "abcd")],
)
def test_what_was_used_lately_stays_though_there_is_no_room(folder: Path, at_rest: float, left: str) -> None:
    make_room(folder, 0, 0, at_rest)
    assert sorted(path.name for path in folder.iterdir()) == list(left)


@pytest.mark.parametrize(("more", "left"), [(0, "abcd"), (1, "bcd"), (100, "bcd"), (101, "cd")])
def test_no_more_goes_than_has_to(folder: Path, more: int, left: str) -> None:
    taken = 500 + (folder / "c").stat().st_size
    make_room(folder, taken, more)
    assert sorted(path.name for path in folder.iterdir()) == list(left)
