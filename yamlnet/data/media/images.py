"""One image: from the bytes of a file to pixels (Pillow, https://pillow.readthedocs.io).

Pixels are uint8 of shape (height, width, channels): grey, red-green-blue, or these with opacity. An image
stands as its EXIF orientation says; 16-bit greys are scaled to 8 bits, palettes are looked up, and the first
picture of several is taken. As with Keras's `load_img`, opacity that is not asked for is dropped.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np

from yamlnet.data.media.broken import Broken, looks_like
from yamlnet.data.table import Array

WORDS = ("channels", "resize")

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""What is read, whatever a file's name says. Pillow has others that no stranger should reach: for EPS it runs
Ghostscript."""

MOST_PIXELS = 1 << 27
"""Pixels of the largest image that is decoded: half a gibibyte with opacity. A file of a few kilobytes may
hold a thousand times as many."""

ORIENTATION = 0x0112
"""Where EXIF says how the camera was held; 1 is upright."""

MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def decode_image(content: bytes, words: Sequence[tuple[str, Any]]) -> Array:
    """The pixels of an image after its words, in order.

    Raises:
        Broken: it is no image, is cut short, or is too large.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _refuse_size(opened.size)
            opened.load()
            turned = opened.getexif().get(ORIENTATION, 1) != 1
            image = _plain(ImageOps.exif_transpose(opened) if turned else opened)
    except Image.DecompressionBombError as error:
        raise Broken(f"it is too large to be decoded safely: {str(error).split(',')[0]}") from None
    except UnidentifiedImageError:
        raise Broken(f"it is none of {', '.join(FORMATS)}{looks_like(content)}") from None
    except Broken:
        raise
    except Exception as error:  # each of Pillow's decoders has its own: OSError, SyntaxError, struct.error …
        raise Broken(f"Pillow says: {str(error) or type(error).__name__}") from None
    for word, argument in words:
        image = _converted(image, MODES[argument]) if word == "channels" else resized(image, argument)
    pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _converted(image: Any, mode: str) -> Any:
    return image if image.mode == mode else image.convert(mode)


def _refuse_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        most = f"{MOST_PIXELS:,} pixels are the most"
        raise Broken(f"it is too large to be decoded safely: {size[0]} × {size[1]} pixels; {most}")


def _plain(image: Any) -> Any:
    """An image of 8 bits a channel: grey, RGB or RGBA."""
    from PIL import Image

    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode.startswith("I"):  # 16 bits of grey, in Pillow's own 16 or 32
        wide = np.clip(np.asarray(image, dtype=np.int64), 0, 65_535)
        return Image.fromarray(np.round(wide / 257).astype(np.uint8))
    if image.mode == "F":
        raise Broken("its pixels are fractions, whose range is not told; save it with 8 bits a channel")
    if image.mode == "1":
        return image.convert("L")
    opaque = image.mode not in ("LA", "La", "PA", "RGBa") and "transparency" not in image.info
    return image.convert("RGB" if opaque else "RGBA")


def resized(image: Any, argument: Mapping[str, object]) -> Any:
    """A Pillow image of another size; `stretch` ignores proportions, `crop` cuts, `pad` adds black."""
    from PIL import Image, ImageOps

    height, width = cast("Sequence[int]", argument["size"])
    method = Image.Resampling[str(argument.get("interpolation", "bilinear")).upper()]
    mode = argument.get("mode", "stretch")
    if image.size == (width, height):
        return image
    if mode == "crop":
        return ImageOps.fit(image, (width, height), method)
    if mode == "pad":
        return ImageOps.pad(image, (width, height), method)
    return image.resize((width, height), method)


@contextmanager
def without_bomb_warnings() -> Iterator[None]:
    """Sizes are refused in our own words. Filters are the process's, so this stands around all threads."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)  # what is odd and still decoded: corrupt EXIF
        yield


def without_warnings_for_good() -> None:
    """The same for threads that go on while others run: Pillow's own warnings alone, and they stay away."""
    try:
        from PIL import Image
    except ImportError:  # only sounds are decoded here
        return

    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\..*")
