"""Files in rows that are streamed: decoded batch by batch, the same batches as of files that are held."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import soundfile
from msgspec import to_builtins
from msgspec.structs import replace
from PIL import Image

import yamlnet
from yamlnet.data.dataset import AnySplit, Dataset, load, way
from yamlnet.data.media import columns, images, known
from yamlnet.data.parts.row_numbers import row_numbers
from yamlnet.data.report.report import report
from yamlnet.data.sources import parquet_files
from yamlnet.data.streams import spool
from yamlnet.data.streams.streamed_split import StreamedSplit
from yamlnet.data.table import Table, objects
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan

ROWS, GROUP = 90, 17
RESIZE = ("resize", {"size": [6, 5]})


def png(row: int) -> bytes:
    """One of several sizes."""
    pixels = np.random.default_rng(row).integers(0, 255, (7 + row % 3, 6, 3), dtype=np.uint8)
    kept = io.BytesIO()
    Image.fromarray(pixels).save(kept, "PNG")
    return kept.getvalue()


def wav(row: int) -> bytes:
    kept = io.BytesIO()
    samples = np.random.default_rng(row).normal(0, 0.1, 50 + row % 3)
    soundfile.write(kept, samples, 8000, format="WAV", subtype="PCM_16")  # FLOAT says when it was written
    return kept.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rows with an image and a sound in each; nothing is held unasked, and little is decoded at once."""
    monkeypatch.setenv("YAMLNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(spool, "HELD_BYTES", 0)
    for room in (columns, known):
        monkeypatch.setattr(room, "PIECE_BYTES", 4 * 6 * 5 * 3 * 4)
    write(tmp_path, list(map(png, range(ROWS))))
    return tmp_path


def write(folder: Path, pictures: list[bytes]) -> None:
    table = pyarrow.table(
        {
            "image": pictures,
            "sound": [wav(row) for row in range(len(pictures))],
            "kind": [("cat", "dog", "cow")[row % 3] for row in range(len(pictures))],
        }
    )
    pyarrow.parquet.write_table(table, folder / "rows.parquet", row_group_size=GROUP)


def read(folder: Path, words: Any = (RESIZE, ("channels", 3)), column: str = "image", **more: Any) -> Dataset:
    x = TensorPlan("x", (column,), tuple(words), ("data", "inputs", "x"))
    kind = TensorPlan("kind", ("kind",), (("encode", "index"),), ("data", "targets", "kind"))
    source = SourcePlan("Parquet", {"path": "rows.parquet"}, ("data", "train"))
    given: dict[str, Any] = {"validation": 0.2, "test": None, "batch_size": 8, "shuffle": True} | more
    return load(DataPlan(source, inputs={"x": x}, targets={"kind": kind}, **given), folder, 3, {})


def batches(split: AnySplit | None, **more: Any) -> list[tuple[Any, Any]]:
    assert split is not None
    return [(batch.inputs["x"], batch.targets["kind"]) for batch in split.batches(8, **more)]


def assert_same(ones: list[tuple[Any, Any]], others: list[tuple[Any, Any]]) -> None:
    for (x, y), (other_x, other_y) in zip(ones, others, strict=True):
        assert x.dtype == other_x.dtype
        np.testing.assert_array_equal(x, other_x)
        np.testing.assert_array_equal(y, other_y)


KINDS = {
    "images": ("image", [RESIZE, ("channels", 3), ("scale", 1 / 255)]),
    "images that are fitted": ("image", [RESIZE, ("channels", 1), ("normalize", "standard")]),
    "sounds": ("sound", [("samples", 40)]),
}


@pytest.mark.parametrize("group_bytes", [spool.GROUP_BYTES, 0], ids=["as they lie", "copied"])
@pytest.mark.parametrize(("column", "words"), KINDS.values(), ids=KINDS)
def test_batches_are_those_of_files_that_are_held(
    folder: Path, column: str, words: Any, group_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "GROUP_BYTES", group_bytes)
    monkeypatch.setattr(parquet_files, "BYTES", 10_000)
    held, found = read(folder, words, column, stream=False), read(folder, words, column)
    assert isinstance(found.train, StreamedSplit) and found.train.decodes
    assert len(found.train.stream.counts) > 2
    assert way(found.train) and not isinstance(held.train, StreamedSplit)
    if words[-1][0] != "normalize":  # sums of other pieces differ in their last bits
        assert found.digest == held.digest
        assert_same(batches(held.train, shuffle=False), batches(found.train, shuffle=False))
    for fact, value in held.facts["x"].items():
        np.testing.assert_allclose(found.facts["x"][fact], value, rtol=1e-6)
    at_once = replace(found.train, stream=replace(found.train.stream, at_once=None, known={}))
    for more in ({}, {"epoch": 2, "seed": 4}, {"start": 3}, {"shuffle": False, "start": 5}):
        assert_same(batches(at_once, **more), batches(found.train, **more))
    rows = np.concatenate([x for x, _ in batches(found.train, seed=1)])
    expected = np.concatenate([x for x, _ in batches(found.train, shuffle=False)])
    assert sorted(row.tobytes() for row in rows) == sorted(row.tobytes() for row in expected)


def test_no_more_is_decoded_than_a_piece_or_a_few_batches(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, decode = [0], images.decode_image

    def counted(*given: Any) -> Any:
        count[0] += 1
        return decode(*given)

    monkeypatch.setattr(images, "decode_image", counted)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    split = read(folder, validation=None).train
    count[0] = 0
    found = split.batches(3)
    next(found)
    assert 3 <= count[0] <= 2 * 3
    assert sum(batch.rows for batch in found) == ROWS - 3
    assert count[0] == ROWS
    assert {piece.rows for piece in split.pieces()} <= {4, GROUP % 4, ROWS % GROUP % 4}


@pytest.mark.parametrize("stream", [False, None])
def test_what_is_broken_is_told_or_left_out(folder: Path, stream: bool | None) -> None:
    pictures = list(map(png, range(ROWS)))
    pictures[70] = b"\x89PNG and no more"
    write(folder, pictures)
    with pytest.raises(DataError, match='row 71 of column "image" cannot be decoded as an image: '):
        read(folder, stream=stream, validation=None)
    found = read(folder, stream=stream, validation=None, on_error="skip")
    assert found.train.rows == ROWS - 1
    assert [told.startswith("row 71 of") for told in found.skipped["train"]] == [True]


def test_one_size_holds_for_all_chunks(folder: Path) -> None:
    write(folder, [png(0)] * 60 + [png(1)] * 30)
    said = r"row 61 of .* has 8 × 6 pixels, and row 1 of .* 7 × 6 pixels; give all"
    with pytest.raises(DataError, match=said):
        read(folder, [("channels", 3)], validation=None)


@pytest.mark.parametrize("held_bytes", [0, 1000])
def test_names_of_files_beside_such_rows_are_decoded_batch_by_batch_too(
    folder: Path, held_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "HELD_BYTES", held_bytes)
    for row in range(5):
        (folder / f"{row}.png").write_bytes(png(row))
    (folder / "few.csv").write_text("image,kind\n" + "".join(f"{row}.png,cat\n" for row in range(5)))
    few = SourcePlan("Csv", {"path": "few.csv"}, ("data", "validation"))
    data = read(folder, validation=few)
    split = data.validation
    assert isinstance(split, StreamedSplit) == (held_bytes == 0)
    assert split.decodes if isinstance(split, StreamedSplit) else not split.is_decoded
    assert_same(
        batches(split, shuffle=False), [(x[:5], y[:5] * 0) for x, y in batches(data.train, shuffle=False)[:1]]
    )


TEXT = """yamlnet: 1
name: pictures
model:
  inputs: {x: [5, 6, 3]}
  layers: [Flatten, Dense: {units: 3, as: y}]
data:
  train: {Parquet: rows.parquet}
  validation: 0.3
  inputs: {x: {column: image, resize: [5, 6], channels: 3}}
  targets: {y: {column: kind, encode: index}}
train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}}
"""


def told(folder: Path) -> dict[str, Any]:
    (folder / "pictures.yaml").write_text(TEXT)
    found, error = report(yamlnet.load(folder / "pictures.yaml").plan, folder, lambda what, done: None)
    assert error is None
    return dict(to_builtins(found))


def test_of_files_the_same_is_told_in_every_way_and_each_is_decoded_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = list(map(png, range(ROWS)))
    write(folder, [*pictures, *pictures[:20]])
    count, decode = [0], images.decode_image

    def counted(*given: Any) -> Any:
        count[0] += 1
        return decode(*given)

    monkeypatch.setattr(images, "decode_image", counted)
    streamed = told(folder)
    assert count[0] == ROWS + 20 + 2  # the first of each part says how large all are
    assert streamed["columns"][0]["distinct"] == ROWS
    monkeypatch.setattr(spool, "HELD_BYTES", 1 << 20)
    for room in (0, 1 << 20):  # as needed, and all at once
        monkeypatch.setattr("yamlnet.data.report.report.ROOM", room)
        held = told(folder)
        for one, other in zip(held["tensors"], streamed["tensors"], strict=True):
            assert one.pop("mean") == pytest.approx(other["mean"])
            assert one == {name: value for name, value in other.items() if name != "mean"}
        assert {**held, "tensors": None} == {**streamed, "tensors": None}
    assert {"duplicates", "scale"} <= {one["kind"] for one in held["warnings"]}


def test_the_bytes_of_files_are_let_go_one_by_one_where_rows_are_hashed(tmp_path: Path) -> None:
    size = 200_000
    files = [tmp_path / str(row) for row in range(30)]
    for row, file in enumerate(files):
        file.write_bytes(bytes([row]) * size)
    tracemalloc.start()
    try:
        found = row_numbers(Table({"image": objects(files)}, "images"), 3)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * size
    contents = objects([file.read_bytes() for file in files])
    np.testing.assert_array_equal(found, row_numbers(Table({"image": contents}, "images"), 3))
