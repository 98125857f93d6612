"""Files that are damaged, or made to do harm, are refused as what they are: nothing else is raised."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from yamlnet.data.sources import CHUNKED, SOURCES
from yamlnet.diagnostics.diagnostic import DataError

CSV = 'a,b,é\n1,"x, y",2.5\n2,z,\n"q""q",3,4\n'.encode()
JSON = '{"a": 1, "b": [1, 2], "c": {"d": "é"}}\n{"a": null, "b": [], "c": {}}\n'.encode()
PIECES = (b'"', b",", b"\n", b"{", b"[", b"null", b"\r", b"\0", b"9", b"}", b"(", b"'", b"O", b"-", b"\xff")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    columns = {"i": [1, None, 3], "s": ["a", None, "é"], "v": [[1, 2], [3, 4], [5, 6]], "o": [{"x": 1}] * 3}
    parquet.write_table(pyarrow.table(columns), folder / "rows.parquet")
    np.save(folder / "rows.npy", np.arange(6).reshape(3, 2))
    np.savez(folder / "rows.npz", a=[1, 2], b=["x", "y"])
    files = {"Parquet": "rows.parquet", "Npy": "rows.npy", "Npz": "rows.npz"}
    return {"Csv": CSV, "Json": JSON, **{name: (folder / file).read_bytes() for name, file in files.items()}}


def damaged(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(max(len(found), 1))
        match chance.randrange(4):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                found[at:at] = chance.choice(PIECES)
            case 2:
                del found[at : at + chance.randint(1, 5)]
            case _:
                del found[chance.randrange(len(found) + 1) :]
    return bytes(found)


@pytest.mark.parametrize("source", ["Csv", "Json", "Parquet", "Npy", "Npz"])
def test_damaged_bytes(source: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    chance, refused = random.Random(source), 0
    for _ in range(300):
        (tmp_path / "rows").write_bytes(damaged(whole[source], chance))
        for read in (SOURCES[source], lambda *given: list(CHUNKED[source](*given, 2))):
            if read is not SOURCES[source] and source not in CHUNKED:
                continue
            try:
                read({"path": "rows"}, tmp_path, ("data",))
            except DataError:
                refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    "text", ["null", " null\n", "[null]", "[]", "{}\n{}", "\n\n", "nul", "1", '"a"', "[[1]]"]
)
def test_json_that_has_no_rows(text: str, tmp_path: Path) -> None:
    """Apache Arrow 26 ends the process with a segmentation fault where a block is `null` and nothing else."""
    (tmp_path / "rows.json").write_text(text)
    with pytest.raises(DataError):
        SOURCES["Json"]({"path": "rows.json"}, tmp_path, ())
