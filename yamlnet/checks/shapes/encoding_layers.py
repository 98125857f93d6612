"""Layers that encode: categories as numbers, words as indices, sounds as spectrograms."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.checks.shapes.call import Call, Rule, channels_first, whole
from yamlnet.checks.shapes.shape import NotKnown, Shape, slid, times


def _encoded(read: Shape, mode: str, depth: int) -> Shape:
    """One number each, one vector each, or one vector for the last axis."""
    if mode == "int":
        return read
    if mode == "one_hot":
        if read[-1] is None:
            raise NotKnown  # an axis of length 1 goes, and this may be one
        return (*(read[:-1] if len(read) > 1 and read[-1] == 1 else read), depth)
    return (*read[:-1], depth)


def _categories(call: Call) -> Shape:
    return _encoded(call.first(), call.text("output_mode", "multi_hot"), call.whole("num_tokens"))


def _buckets(call: Call) -> Shape:
    read, mode = call.first(), call.text("output_mode", "int")
    if mode in ("int", "one_hot"):
        return read if mode == "int" else _encoded(read, mode, _bins(call))
    return (read[0], *read[2:], _bins(call)) if len(read) >= 2 else (_bins(call),)


def _bins(call: Call) -> int:
    boundaries = call.value("bin_boundaries", None)
    if isinstance(boundaries, list | tuple):
        return len(boundaries) + 1
    return call.whole("num_bins")


def _hashed(call: Call) -> Shape:
    read = call.first()
    return read if call.text("output_mode", "int") == "int" else (*read[:-1], call.whole("num_bins"))


def _crossed(call: Call) -> Shape:
    one, other = call.all()
    if one[-1] != other[-1]:
        raise NotKnown
    mode = call.text("output_mode", "int")
    if mode == "int":
        return one
    return (*(one if mode == "one_hot" and one[-1] != 1 else one[:-1]), call.whole("num_bins"))


def _looked_up(call: Call) -> Shape:
    mode = call.text("output_mode", "int")
    return _encoded(
        call.first(), mode, 0 if mode == "int" else _words(call, call.whole("num_oov_indices", 1))
    )


def _words(call: Call, unknown: int) -> int:
    """How many words a vocabulary has, with those that stand for unknown ones."""
    if call.flag("pad_to_max_tokens"):
        return call.whole("max_tokens")
    words = call.value("vocabulary")
    if not isinstance(words, list | tuple) or not words:
        raise NotKnown
    special = {call.value("oov_token", "[UNK]"), call.value("mask_token", ""), "", -1}
    if words[0] in special:
        raise NotKnown  # some words stand for unknown ones, and are not counted twice
    return len(words) + unknown


def _split_text(call: Call) -> Shape:
    read, mode = call.first(), call.text("output_mode", "int")
    if mode == "int":
        return (read[0], call.maybe_whole("output_sequence_length"))
    if call.value("split", "whitespace") is not None:
        read = (*read, None)
    elif len(read) <= 1:
        read = (*read, 1)
    return _encoded(read, mode, _words(call, 1))


def _mel(call: Call) -> Shape:
    *batch, samples = call.first()
    step = call.whole("sequence_stride", 512)
    steps = None if samples is None else (samples + step + 1) // step
    return (*batch, call.whole("num_mel_bins", 128), steps)


def _spectrogram(call: Call) -> Shape:
    batch, *rest = call.first()
    first = channels_first(call)
    channels, samples = rest if first else (rest[1], rest[0])
    window = call.whole("frame_length", 256)
    fft = call.maybe_whole("fft_length") or 1 << (window - 1).bit_length()
    step = call.maybe_whole("frame_step") or window // 2
    steps = slid(samples, window, step, 1, call.text("padding", "valid"))
    bins = (fft // 2 + 1) * (2 if call.text("mode", "log") == "stft" else 1)
    if call.flag("expand_dims"):
        return (batch, channels, steps, bins) if first else (batch, steps, bins, channels)
    found = whole(times(channels, bins))
    return (batch, found, steps) if first else (batch, steps, found)


RULES: Mapping[str, Rule] = {
    "CategoryEncoding": _categories,
    "Discretization": _buckets,
    "Hashing": _hashed,
    "HashedCrossing": _crossed,
    "IntegerLookup": _looked_up,
    "StringLookup": _looked_up,
    "TextVectorization": _split_text,
    "MelSpectrogram": _mel,
    "STFTSpectrogram": _spectrogram,
}
