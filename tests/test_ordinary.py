"""Files that a stranger may have put there are read to their bound, whatever they say of their size."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yamlnet.ordinary import NotOrdinary, read_ordinary


@pytest.mark.parametrize("size", [0, 1, 4096, 3_000_000])
def test_a_file_is_read_to_its_end_or_to_the_bound(size: int, tmp_path: Path) -> None:
    content = os.urandom(size)
    (tmp_path / "it").write_bytes(content)
    for most in (0, 1, size, size + 1, 1 << 30):
        assert read_ordinary(tmp_path / "it", most) == content[:most]


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="Linux says 0 of its own files")
def test_a_file_that_says_too_little_of_itself_is_read_to_its_end() -> None:
    assert Path("/proc/self/status").stat().st_size == 0
    assert b"\nVmPeak:" in read_ordinary("/proc/self/status", 1 << 20)


def test_a_pipe_and_a_folder_are_refused_and_closed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NotOrdinary):
            read_ordinary(path, 10)
    assert not before or len(os.listdir("/proc/self/fd")) == before
