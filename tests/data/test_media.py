"""Images and sounds: against Pillow, soundfile and SciPy; what is broken; what is kept; what stays inside."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageOps
from scipy.signal import resample_poly

from yamlnet.data.dataset import Dataset, load, pipeline_inputs
from yamlnet.data.given_rows import read_rows
from yamlnet.data.media import decoding, images
from yamlnet.data.table import Array, Table, objects
from yamlnet.data.tensors import fit_tensor, make_tensor
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, SourcePlan, TensorPlan

RANDOM = np.random.default_rng(5)


def pixels(*shape: int) -> Array:
    """A smooth picture: resizing noise would be all rounding."""
    grid = np.indices(shape[:2]).sum(axis=0) * 3
    return np.stack([(grid + 40 * one) % 256 for one in range(shape[2])], axis=-1).astype(np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def tone(rate: int, seconds: float, hertz: float = 440) -> Array:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def sound(samples: Array, rate: int, format: str = "WAV", **more: Any) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=format, **more)
    return file.getvalue()


def made(values: Any, *words: tuple[str, Any], folder: Path | None = None) -> Array:
    table = Table({"c": objects(values) if isinstance(values, list) else values}, "rows.csv", folder=folder)
    plan = TensorPlan("x", ("c",), words, ("data", "inputs", "x"))
    return make_tensor(plan, table, fit_tensor(plan, table).states, None)


def size(height: int, width: int, **more: Any) -> tuple[str, Any]:
    return "resize", {"size": [height, width], **more}


def test_pixels_are_those_of_pillow_in_every_mode() -> None:
    colour = Image.fromarray(pixels(9, 7, 3))
    for image in (colour, colour.convert("L"), colour.convert("P"), colour.convert("CMYK")):
        kind = "TIFF" if image.mode == "CMYK" else "PNG"
        found = made([encoded(image, kind)], ("channels", 3))
        np.testing.assert_array_equal(found[0], np.asarray(image.convert("RGB")))
    see_through = Image.fromarray(pixels(9, 7, 4))
    assert made([encoded(see_through)]).shape == (1, 9, 7, 4)
    assert made([encoded(colour.convert("L"))]).shape == (1, 9, 7, 1)
    palette = colour.convert("P")
    assert made([encoded(palette, transparency=0)]).shape == (1, 9, 7, 4)


def test_sixteen_bits_become_eight() -> None:
    wide = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    found = made([encoded(Image.fromarray(wide))])
    np.testing.assert_array_equal(found[0, ..., 0], np.arange(256).reshape(16, 16))


def test_an_image_stands_as_its_camera_says() -> None:
    image = Image.fromarray(pixels(8, 6, 3))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    found = made([encoded(image, exif=exif)])
    np.testing.assert_array_equal(found[0], np.asarray(image.transpose(Image.Transpose.ROTATE_270)))


@pytest.mark.parametrize("way", ["nearest", "bilinear", "bicubic", "lanczos", "box"])
def test_resizing_is_that_of_pillow(way: str) -> None:
    image, method = Image.fromarray(pixels(20, 30, 3)), Image.Resampling[way.upper()]
    content = [encoded(image)]
    stretched, cut, padded = (
        made(content, size(8, 10, mode=mode, interpolation=way))[0] for mode in ("stretch", "crop", "pad")
    )
    np.testing.assert_array_equal(stretched, np.asarray(image.resize((10, 8), method)))
    np.testing.assert_array_equal(cut, np.asarray(ImageOps.fit(image, (10, 8), method)))
    np.testing.assert_array_equal(padded, np.asarray(ImageOps.pad(image, (10, 8), method)))


def test_numbers_are_resized_as_files_are() -> None:
    picture = pixels(20, 30, 3)
    from_file = made([encoded(Image.fromarray(picture))], size(8, 10), ("channels", 1))
    from_numbers = made(picture[None], size(8, 10), ("channels", 1))
    assert from_numbers.shape == from_file.shape == (1, 8, 10, 1)
    assert np.abs(from_numbers.astype(int) - from_file).max() <= 1  # rounded before or after the grey
    grey = made(picture[None, ..., 0] / np.float32(255), size(8, 10))
    assert grey.shape == (1, 8, 10)
    assert grey.dtype == np.float32
    np.testing.assert_allclose(grey[0] * 255, made(picture[None, ..., 0], size(8, 10))[0], atol=0.6)


def test_words_after_decoding_see_pixels() -> None:
    found = made([encoded(Image.fromarray(pixels(4, 4, 3)))], ("channels", 3), ("scale", 1 / 255))
    np.testing.assert_allclose(found[0], pixels(4, 4, 3) / np.float32(255), rtol=1e-6)
    assert found.dtype == np.float32


@pytest.mark.parametrize(("format", "close"), [("WAV", 1e-4), ("FLAC", 1e-4), ("OGG", 0.05), ("MP3", 0.05)])
def test_sounds_are_those_of_soundfile(format: str, close: float) -> None:
    samples = tone(16_000, 0.5)
    found = made([sound(samples, 16_000, format)], ("samples", 8_000))
    assert found.dtype == np.float32
    assert found.shape == (1, 8_000)
    np.testing.assert_allclose(found[0, 2000:6000], samples[2000:6000], atol=close)


def test_channels_become_their_mean_and_rates_one() -> None:
    left, right = tone(22_050, 1.0), tone(22_050, 1.0, 220)
    content = sound(np.stack([left, right], axis=1), 22_050, subtype="FLOAT")
    expected = resample_poly((left + right) / 2, 160, 441)
    found = made([content], ("resample", 8_000), ("seconds", 0.5))
    assert found.shape == (1, 4_000)
    np.testing.assert_allclose(found[0], expected[:4_000], atol=1e-5)
    longer = made([content], ("resample", 8_000), ("seconds", 2))
    assert longer.shape == (1, 16_000)
    assert not longer[0, 8_000:].any()


def test_rates_that_differ_are_refused_and_that_of_training_is_remembered() -> None:
    slow, fast = sound(tone(8_000, 0.1), 8_000), sound(tone(16_000, 0.1), 16_000)
    with pytest.raises(DataError, match=r"8000, 16000 Hz\); give all one: resample"):
        made([slow, fast], ("samples", 500))
    plan = TensorPlan("x", ("c",), (("samples", 500),), ())
    states = fit_tensor(plan, Table({"c": objects([slow])}, "rows")).states
    with pytest.raises(DataError, match="16000 Hz, and those of training 8000 Hz"):
        make_tensor(plan, Table({"c": objects([fast])}, "rows"), states, None)


@pytest.mark.parametrize(
    ("values", "words", "said"),
    [
        ([b"a,b\n1,2\n"], [("channels", 3)], "it is none of BMP, GIF, JPEG, .*; it is a text"),
        ([b""], [("channels", 3)], "it is empty"),
        ([encoded(Image.fromarray(pixels(4, 4, 3)), "EPS")], [("channels", 3)], "it is none of"),
        ([None], [("channels", 3)], "there is no value"),
        ([Path("/nowhere/a.png")], [("channels", 3)], "there is no such file"),
        ([b"RIFFxxxxWAVE"], [("samples", 3)], "libsndfile says"),
        ([sound(np.zeros(0, np.float32), 8000)], [("samples", 3)], "it has no samples"),
        ([encoded(Image.fromarray(pixels(64, 64, 3)))[:100]], [("channels", 3)], "Pillow says"),
    ],
)
def test_what_is_broken_is_named(values: list[Any], words: list[tuple[str, Any]], said: str) -> None:
    with pytest.raises(DataError, match=said) as error:
        made(values, *words)
    assert "row 1 of column" in str(error.value)
    assert error.value.check == "broken-file"


def test_where_only_sounds_are_decoded_pillow_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    images.without_warnings_for_good()


def test_a_bomb_is_refused_with_its_size() -> None:
    with pytest.raises(DataError, match=r"too large to be decoded safely: Image size \(400000000 pixels\)"):
        made([encoded(Image.new("1", (20_000, 20_000)))], ("channels", 1))
    with pytest.raises(DataError, match="12000 × 12000 pixels"):
        made([encoded(Image.new("1", (12_000, 12_000)))], ("channels", 1))


def test_sizes_that_differ_are_refused_with_the_mend() -> None:
    small, large = (encoded(Image.fromarray(pixels(one, one, 3))) for one in (4, 5))
    with pytest.raises(DataError, match=r"row 2 .* 5 × 5 pixels, and row 1 .* 4 × 4 pixels; .*resize"):
        made([small, large])
    with pytest.raises(DataError, match=r"channels: 1, and row 1 .* channels: 3; .*as many"):
        made([small, encoded(Image.fromarray(pixels(4, 4, 3)).convert("L"))])


def test_files_lie_below_the_folder_of_the_data(tmp_path: Path) -> None:
    inside, outside = tmp_path / "data", tmp_path / "other"
    for folder in (inside / "cats", outside):
        folder.mkdir(parents=True)
        Image.fromarray(pixels(4, 4, 3)).save(folder / "a.png")
    assert made(["cats/a.png", str(inside / "cats" / "a.png")], ("channels", 3), folder=inside).shape == (
        2, 4, 4, 3,
    )  # fmt: skip
    os.symlink(outside / "a.png", inside / "link.png")
    os.symlink(outside, inside / "way")
    for name in ("../other/a.png", str(outside / "a.png"), "link.png", "way/a.png", "cats/../../other/a.png"):
        with pytest.raises(DataError, match=r"not below the folder of rows\.csv") as error:
            made(["cats/a.png", name], ("channels", 3), folder=inside)
        assert error.value.check == "data-path"
    with pytest.raises(DataError, match="no file beside which they lie"):
        made(["cats/a.png"], ("channels", 3))


def test_the_second_run_decodes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [encoded(Image.fromarray(pixels(6 + one, 6, 3))) for one in range(3)]
    first = made(contents, ("channels", 3), size(5, 5))
    monkeypatch.setattr(images, "decode_image", lambda *_: pytest.fail("decoded again"))
    np.testing.assert_array_equal(made(contents, ("channels", 3), size(5, 5)), first)
    with pytest.raises(pytest.fail.Exception):
        made(contents, ("channels", 3), size(5, 6))


def rows(folder: Path, broken: tuple[int, ...] = (), count: int = 12) -> Path:
    lines = ["file,kind"]
    for one in range(count):
        content = encoded(Image.fromarray(pixels(6, 6, 3) // (1 + one)))
        (folder / f"{one}.png").write_bytes(b"no image" if one in broken else content)
        lines.append(f"{one}.png,{'ab'[one % 2]}")
    (folder / "rows.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def read(folder: Path, **more: Any) -> Dataset:
    image = TensorPlan("x", ("file",), (("channels", 3), ("scale", 0.5)), ("data", "inputs", "x"))
    kind = TensorPlan("kind", ("kind",), (("encode", "index"),), ("data", "targets", "kind"))
    source = SourcePlan("Csv", {"path": "rows.csv"}, ("data", "train", "Csv"))
    given: dict[str, Any] = {"validation": None, "test": None, "batch_size": 4, "shuffle": True}
    plan = DataPlan(source, inputs={"x": image}, targets={"kind": kind}, **(given | more))
    return load(plan, folder, 7, {"x": (6, 6, 3)})


def test_broken_rows_are_left_out_of_every_tensor_and_told_by_part(tmp_path: Path) -> None:
    first = read(rows(tmp_path, count=40), validation=0.3)
    assert first.validation is not None
    whole = (first.train.first(), first.validation.first())
    broken = (3, 8, 30)
    (tmp_path / "again").mkdir()
    rows(tmp_path / "again", broken, 40)
    with pytest.raises(DataError, match=r"row \d+ of column \"file\" \(\d+.png\).*on_error: skip"):
        read(tmp_path / "again", validation=0.3)
    for _ in range(2):  # the second time, what was found out is kept
        found = read(tmp_path / "again", validation=0.3, on_error="skip")
        assert found.validation is not None
        assert sum(map(len, found.skipped.values())) == 3
        assert found.train.rows + found.validation.rows == 37
        parts = (found.train.first(), found.validation.first())
        assert len(parts[0].inputs["x"]) == len(parts[0].targets["kind"]) == found.train.rows
        for part in parts:
            for image, kind in zip(part.inputs["x"], part.targets["kind"], strict=True):
                same = [one for one in whole for x in one.inputs["x"] if np.array_equal(x, image)]
                assert same
                place = [
                    one.targets["kind"][row]
                    for one in whole
                    for row in range(one.rows)
                    if np.array_equal(one.inputs["x"][row], image)
                ]
                assert kind in place


def test_all_broken_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"every one of 3 rows is broken; of the first: row 1"):
        read(rows(tmp_path, (0, 1, 2), 3), on_error="skip")


def test_raw_rows_are_decoded_as_training_rows_were(tmp_path: Path) -> None:
    data = read(rows(tmp_path))
    image = TensorPlan("x", ("file",), (("channels", 3), ("scale", 0.5)), ())
    plan = DataPlan(SourcePlan("Csv", {}, ()), None, None, {"x": image}, {}, 4, True)
    found = pipeline_inputs(read_rows(tmp_path / "rows.csv"), plan.inputs, data.fitted, {"x": (6, 6, 3)})
    np.testing.assert_array_equal(found["x"], data.train.first().inputs["x"])


def test_a_column_says_what_it_holds() -> None:
    assert decoding.kind_in(objects([Path("a/b.JPG")])) == "image"
    assert decoding.kind_in(objects([None, Path("a/b.flac")])) == "sound"
    assert decoding.kind_in(objects([Path("a/b.txt")])) is None
    assert decoding.kind_in(objects([encoded(Image.new("L", (2, 2)), "WEBP")])) == "image"
    assert decoding.kind_in(objects(["a.png"])) is None


def test_words_about_the_other_kind_are_refused() -> None:
    with pytest.raises(DataError, match='"channels" is about images'):
        made([sound(tone(8000, 0.1), 8000)], ("channels", 3))
    with pytest.raises(DataError, match="do not say their sampling rate"):
        made(np.zeros((2, 8)), ("resample", 8000))
    assert made(np.ones((2, 3)), ("samples", 5))[0].tolist() == [1, 1, 1, 0, 0]


def test_the_shape_error_names_the_words(tmp_path: Path) -> None:
    table = Table({"c": objects([encoded(Image.fromarray(pixels(6, 6, 3)))])}, "rows")
    plan = TensorPlan("x", ("c",), (), ())
    with pytest.raises(DataError, match=r"write resize: \[8, 8\], channels: 1"):
        make_tensor(plan, table, [{}], (8, 8, 1))
