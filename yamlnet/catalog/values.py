"""Whether a value fits a type, and how a person says what would fit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from yamlnet.catalog import types as t
from yamlnet.syntax.surprises import meant

DTYPES = (
    "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool", "string", "complex64", "complex128",
    "mixed_float16", "mixed_bfloat16", "float8_e4m3fn", "float8_e5m2",
)  # fmt: skip


class Filled(str):
    """A text in which no expression is left: a `${` in it is just two characters.

    An expression may make such a text. Were it taken for one whose value is not known yet, it would fit
    every type, and pass unread to Keras.
    """

    __slots__ = ()


def is_open(value: object) -> bool:
    """Whether a value is a text that holds an expression, so that its value is not known yet."""
    return isinstance(value, str) and "${" in value and not isinstance(value, Filled)


def problem(value: object, type: t.ValueType) -> str | None:
    """What was expected when a value does not fit its type; None when it fits.

    A string with `${` fits everything: its value is not known yet. Of an object only the form is
    looked at, since its name and arguments have places of their own.
    """
    if is_open(value):
        return None
    if isinstance(type, t.AnyOf):
        return None if any(problem(value, option) is None for option in type.options) else describe(type)
    if isinstance(type, t.Unwritable):
        return f"left out: {type.reason}"
    return None if _fits(value, type) else describe(type)


def percent(value: object, type: t.ValueType) -> str:
    """`; 50 % is 0.5`, where a share was written in percent; otherwise nothing."""
    if isinstance(type, t.AnyOf):
        return next(filter(None, (percent(value, option) for option in type.options)), "")
    share = isinstance(type, t.Number) and 1 in (type.max, type.below)
    if not share or not isinstance(value, int | float) or isinstance(value, bool) or not 2 <= value <= 100:
        return ""
    return f"; {value:g} % is {value / 100:g}"


def _fits(value: object, type: t.ValueType) -> bool:
    match type:
        case t.Integer() | t.Number():
            return _fits_number(value, type)
        case t.Boolean():
            return isinstance(value, bool)
        case t.Text(pattern=pattern):
            return isinstance(value, str) and (not pattern or _pattern(pattern).fullmatch(value) is not None)
        case t.TokenFile():
            return isinstance(value, str)
        case t.Array(booleans=booleans):
            return _fits_array(value, booleans)
        case t.Null():
            return value is None
        case t.Choice(options=options):
            return isinstance(value, str) and value in options
        case t.ListOf():
            return _fits_list(value, type)
        case t.MappingOf(value=inner):
            return isinstance(value, Mapping) and all(problem(item, inner) is None for item in value.values())
        case t.Fields():
            return isinstance(value, Mapping)  # each key is told at its own place
        case t.ObjectOf(kind="dtype_policy"):
            return isinstance(value, str) and value in DTYPES
        case t.ObjectOf():
            form = isinstance(value, str) or (isinstance(value, Mapping) and len(value) == 1)
            return form or hasattr(value, "kind")
    return True


@lru_cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _fits_array(value: object, booleans: bool) -> bool:
    if isinstance(value, list | tuple):
        return all(is_open(item) or _fits_array(item, booleans) for item in value)
    if isinstance(value, bool):
        return booleans
    return isinstance(value, int | float) and math.isfinite(value)


def _fits_number(value: object, type: t.Integer | t.Number) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    if isinstance(type, t.Integer) and not isinstance(value, int):
        return False
    above = getattr(type, "above", None)
    below = getattr(type, "below", None)
    return (
        (type.min is None or value >= type.min)
        and (type.max is None or value <= type.max)
        and (above is None or value > above)
        and (below is None or value < below)
    )


def _fits_list(value: object, type: t.ListOf) -> bool:
    if not isinstance(value, list | tuple):
        return False
    if len(value) < type.min_length or (type.max_length is not None and len(value) > type.max_length):
        return False
    return all(problem(item, type.item) is None for item in value)


_NOUNS: dict[str, str] = {
    "activation": "an activation (relu, gelu, softmax, …)",
    "initializer": "an initializer (he_normal, {Constant: 0.1}, …)",
    "regularizer": "a regularizer ({L2: 1e-4}, …)",
    "constraint": "a constraint ({MaxNorm: 2}, …)",
    "layer": "a layer ({LSTM: 32}, …)",
    "schedule": "a schedule ({CosineDecay: {…}}, …)",
    "loss": "a loss",
    "metric": "a metric",
    "optimizer": "an optimizer",
    "dtype_policy": "a dtype (float32, mixed_bfloat16, int32, …)",
}


def describe(type: t.ValueType) -> str:
    """A type in words: `a whole number ≥ 1`, `one of valid, same, causal`."""
    match type:
        case t.Integer():
            return _bounded("a whole number", type.min, type.max)
        case t.Number():
            return _bounded("a number", type.min, type.max, type.above, type.below)
        case t.Boolean():
            return "true or false"
        case t.Text(meaning=meaning):
            return meaning
        case t.TokenFile(integers=integers):
            return f"the path of a file with a {'whole number' if integers else 'token'} on each line"
        case t.Array(booleans=booleans):
            return "a number, true, false, or a list of them" if booleans else "a number or a list of numbers"
        case t.Null():
            return "null"
        case t.Choice(options=options):
            return f"one of {', '.join(options)}" if len(options) > 1 else f'"{options[0]}"'
        case t.ListOf():
            return _described_list(type)
        case t.MappingOf(value=inner, meaning=meaning):
            return meaning or f"a mapping to {_plural(inner)}"
        case t.Fields(fields=fields):
            return f"a mapping ({', '.join(field.name for field in fields)})"
        case t.AnyOf(options=options):
            return " or ".join(dict.fromkeys(_among(option, options) for option in options))
        case t.ObjectOf(kind=kind):
            return _NOUNS[kind]
        case t.Unwritable(reason=reason):
            return f"left out: {reason}"
    return "a plain value"


def _among(type: t.ValueType, options: tuple[t.ValueType, ...]) -> str:
    """One of several types in words; a list of words that are listed already is a list of them."""
    if isinstance(type, t.ListOf) and isinstance(type.item, t.Choice) and type.item in options:
        return "a list of them"
    return describe(type)


def text_mend(value: object, expected: str) -> str:
    """What to write for a text that other languages read as what was expected: `; write false` of `no`."""
    wanted = meant(value) if isinstance(value, str) else None
    if wanted is None:
        return ""
    kind = "true or false" if wanted in ("true", "false") else "null" if wanted == "null" else "number"
    return f"; write {wanted}" if kind in expected else ""


def shown(value: object) -> str:
    """A value as a message repeats it: in the words and the notation of the file, never at length."""
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) < 60 else f"a text of {len(value)} characters"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        keys = ", ".join(map(str, value))
        if not value:
            return "an empty mapping"
        return f"a mapping ({keys})" if len(keys) < 60 else f"a mapping of {len(value)} keys"
    if isinstance(value, list):
        items = f"[{', '.join(item if isinstance(item, str) else shown(item) for item in value)}]"
        return items if len(items) < 60 else f"a list of {len(value)}"
    return str(value)[:60]


def _bounded(
    noun: str,
    least: float | None,
    most: float | None,
    above: float | None = None,
    below: float | None = None,
) -> str:
    if least is not None and least == most:
        return f"{least:g}"
    if least is not None and most is not None:
        return f"{noun} from {least:g} to {_short(most)}"
    if above is not None and below is not None:
        return f"{noun} between {above:g} and {below:g}"
    bounds = [
        f"{sign} {_short(bound)}"
        for sign, bound in (("≥", least), ("≤", most), (">", above), ("<", below))
        if bound is not None
    ]
    return " ".join([noun, *bounds])


def _short(bound: float) -> str:
    return "2³¹ - 1" if bound == 2**31 - 1 else f"{bound:g}"


def _described_list(type: t.ListOf) -> str:
    if isinstance(type.item, t.AnyOf) and any(isinstance(one, t.ListOf) for one in type.item.options):
        number = f" of {type.min_length}" if type.max_length == type.min_length else ""
        return f"a list{number} (each {describe(type.item)})"
    items = _plural(type.item)
    if type.max_length is not None and type.min_length == type.max_length:
        return f"a list of {type.min_length} {items}"
    return (
        f"a list of {items}"
        if type.min_length == 0
        else f"a list of at least {type.min_length} {items}"
        if type.min_length > 1
        else f"a list of {items}"
    )


def _plural(type: t.ValueType) -> str:
    match type:
        case t.Integer():
            return describe(type).replace("a whole number", "whole numbers")
        case t.Number():
            return describe(type).replace("a number", "numbers")
        case t.Text(pattern=""):
            return "texts"
        case t.Plain():
            return "values"
        case t.AnyOf(options=options):
            return " or ".join(dict.fromkeys(_plural(option) for option in options))
        case t.ObjectOf(kind=kind):
            return f"{kind}s"
    return describe(type)
