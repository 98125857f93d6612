"""Files decoded once, or anew in each epoch: the same batches, against Pillow and soundfile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from yamlnet.data.batches import Shard, Split, epoch_order
from yamlnet.data.dataset import AnySplit, Dataset, load, way
from yamlnet.data.media import columns, images
from yamlnet.data.media.file_split import FileSplit
from yamlnet.data.streams import spool
from yamlnet.data.table import Array
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan, WindowPlan

RANDOM = np.random.default_rng(3)
RESIZE = ("resize", {"size": [8, 6]})
SCALE = ("scale", 1 / 255)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty images of several sizes and modes in two classes."""
    for one in range(40):
        shape = (9 + one % 4, 7) if one % 5 == 0 else (9 + one % 4, 7, 3)
        place = tmp_path / "images" / ("cat", "dog")[one % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RANDOM.integers(0, 255, shape, dtype=np.uint8)).save(place / f"{one:02}.png")
    return tmp_path


def read(
    folder: Path, words: Sequence[tuple[str, Any]] = (RESIZE, ("channels", 3), SCALE), **more: Any
) -> Dataset:
    image = TensorPlan("x", ("image",), tuple(words), ("data", "inputs", "x"))
    kind = TensorPlan("kind", ("label",), (("encode", "index"),), ("data", "targets", "kind"))
    source = SourcePlan("ImageFolder", {"path": "images"}, ("data", "train", "ImageFolder"))
    given: dict[str, Any] = {"validation": 0.2, "test": None, "batch_size": 4, "shuffle": True}
    plan = DataPlan(source, **({"inputs": {"x": image}, "targets": {"kind": kind}} | given | more))
    return load(plan, folder, 7, {})


def by_hand(folder: Path) -> dict[bytes, int]:
    """Every image as Pillow decodes it, resized and scaled, with its class."""
    found = {}
    for file in (folder / "images").rglob("*.png"):
        with Image.open(file) as image:
            pixels = np.asarray(image.resize((6, 8), Image.Resampling.BILINEAR).convert("RGB"))
        found[(pixels.astype(np.float32) * np.float32(1 / 255)).tobytes()] = int(file.parent.name == "dog")
    return found


def every_batch(split: AnySplit | None, **more: Any) -> list[tuple[Array, Array]]:
    assert split is not None
    return [(batch.inputs["x"], batch.targets["kind"]) for batch in split.batches(7, **more)]


def test_batches_are_what_pillow_makes_of_the_files_whichever_way_they_are_decoded(folder: Path) -> None:
    expected = by_hand(folder)
    for stream in (True, False):
        data = read(folder, stream=stream)
        assert isinstance(data.train, FileSplit)
        assert data.train.is_decoded != stream
        assert (way(data.train) == "") != stream
        rows = [
            row
            for part in (data.train, data.validation)
            for x, y in every_batch(part)
            for row in zip(x, y, strict=True)
        ]
        assert {x.tobytes(): int(y) for x, y in rows} == expected
        assert len(rows) == len(expected) == 40


@pytest.mark.parametrize(
    "words", [(RESIZE, ("channels", 3)), (RESIZE, ("channels", 1), ("normalize", "standard"))]
)
def test_batches_facts_and_digest_are_the_same_in_every_way(
    words: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = read(folder, words, stream=False)
    monkeypatch.setattr(spool, "HELD_BYTES", 40 * 8 * 6 * 3)  # the pixels, and no floats
    decoded = read(folder, words)
    monkeypatch.setattr(spool, "HELD_BYTES", 0)
    monkeypatch.setattr(columns, "PIECE_BYTES", 1000)
    needed = read(folder, words)
    assert isinstance(held.train, Split) == (words[-1][0] == "normalize")
    assert isinstance(decoded.train, FileSplit) and decoded.train.is_decoded
    assert isinstance(needed.train, FileSplit) and not needed.train.is_decoded
    for other in (decoded, needed):
        assert other.digest == held.digest
        assert other.facts == held.facts
        assert other.fitted == held.fitted
        for more in ({}, {"epoch": 3, "seed": 5}, {"start": 3}, {"shuffle": False}):
            pairs = zip(every_batch(held.train, **more), every_batch(other.train, **more), strict=True)
            for (x, y), (other_x, other_y) in pairs:
                np.testing.assert_array_equal(x, other_x)
                np.testing.assert_array_equal(y, other_y)


def test_a_process_decodes_the_files_of_its_share_and_no_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = read(folder, stream=True, validation=None).train
    count, decode = [0], images.decode_image

    def counted(*arguments: Any) -> Any:
        count[0] += 1
        return decode(*arguments)

    monkeypatch.setattr(images, "decode_image", counted)
    shares = [list(split.batches(8, 2, shard=Shard(index, 2))) for index in range(2)]
    assert count[0] == 40
    pairs = zip(split.batches(8, 2), *shares, strict=True)
    for batch, one, other in pairs:
        np.testing.assert_array_equal(batch.inputs["x"], np.concatenate([one.inputs["x"], other.inputs["x"]]))
        assert one.rows == other.rows == 4


def test_no_more_is_decoded_ahead_than_a_few_batches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    split = read(folder, stream=True).train
    count, decode = [0], images.decode_image

    def counted(*given: Any) -> Array:
        count[0] += 1
        return decode(*given)

    monkeypatch.setattr(images, "decode_image", counted)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    batches = split.batches(2)
    next(batches)
    assert 2 <= count[0] <= 2 * 4  # the one that is asked for, two ahead, one that is being made
    assert sum(batch.rows for batch in batches) == split.rows - 2
    assert count[0] == split.rows


def test_what_all_files_tell_is_kept_under_their_contents(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = read(folder, stream=True)
    count, decode = [0], images.decode_image

    def counted(*given: Any) -> Array:
        count[0] += 1
        return decode(*given)

    monkeypatch.setattr(images, "decode_image", counted)
    again = read(folder, stream=True)
    assert (again.digest, again.facts) == (once.digest, once.facts)
    assert count[0] == 2  # the first of each part says how large all are
    Image.fromarray(np.zeros((9, 7, 3), dtype=np.uint8)).save(folder / "images" / "cat" / "00.png")
    other = read(folder, stream=True)
    assert other.digest != once.digest
    assert count[0] > 40


def test_a_file_of_another_size_and_one_that_breaks_later_are_told(folder: Path) -> None:
    with pytest.raises(DataError, match=r"\(\d+.png\) has \d+ × 7 pixels, and row .* give all one size"):
        read(folder, [("channels", 3)], stream=True)
    split = read(folder, stream=True).train
    row = int(epoch_order(split.rows, 0, 0, True)[-1])
    assert isinstance(split, FileSplit)
    split.files.table.columns["image"][row].write_bytes(b"")
    with pytest.raises(DataError, match=r"cannot be decoded as an image: .*it is empty"):
        list(split.batches(4))


def test_broken_files_are_left_out_without_holding_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "images" / "cat" / "zz.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r'"image" \(zz.png\) cannot be decoded'):
        read(folder, stream=True)
    once = read(folder, on_error="skip")
    monkeypatch.setattr(spool, "HELD_BYTES", 0)
    monkeypatch.setattr(columns, "PIECE_BYTES", 1000)
    found = read(folder, on_error="skip")
    assert found.skipped == once.skipped
    assert found.digest == once.digest
    assert sum(map(len, found.skipped.values())) == 1


def test_sounds_are_decoded_when_they_are_needed(tmp_path: Path) -> None:
    (tmp_path / "sounds").mkdir()
    for one in range(6):
        samples = RANDOM.normal(0, 0.1, 4000 + 10 * one).astype(np.float32)
        soundfile.write(tmp_path / "sounds" / f"{one}.wav", samples, 8000, subtype="FLOAT")
    sound = TensorPlan("x", ("audio",), (("samples", 4000),), ("data", "inputs", "x"))
    source = SourcePlan("AudioFolder", {"path": "sounds"}, ("data", "train", "AudioFolder"))
    data = load(DataPlan(source, None, None, {"x": sound}, {}, 4, False, stream=True), tmp_path, 7, {})
    found = np.concatenate([batch.inputs["x"] for batch in data.train.batches(4, shuffle=False)])
    for one in range(6):
        expected, _ = soundfile.read(tmp_path / "sounds" / f"{one}.wav", dtype="float32")
        np.testing.assert_array_equal(found[one], expected[:4000])


def test_windows_of_files_are_held(folder: Path) -> None:
    window = TensorPlan("x", ("image",), (RESIZE, ("channels", 3)), (), WindowPlan(2, 0))
    with pytest.raises(DataError, match=r"hold them: stream: false"):
        read(folder, stream=True, validation=None, inputs={"x": window})
