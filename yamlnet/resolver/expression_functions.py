"""The functions of `${…}` on values: Python's own, within bounds that are checked before computing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from yamlnet.resolver.expression_operators import WHOLE, Operation
from yamlnet.resolver.expression_values import (
    COLLECTION,
    MAX_TEXT,
    NUMBER,
    Refusal,
    Work,
    kind,
    written,
)
from yamlnet.schema.expression_tokens import MAX_INTEGER

TOO_LARGE = "this is beyond 1.8e308, the largest number"

FEWEST_DIGITS = -17
"""Rounded to so many digits before the point, each whole number within 2**53 is 0."""


def _number(name: str, value: object) -> float:
    if isinstance(value, NUMBER):
        return value
    raise Refusal(f"{name}() takes a number, this is {kind(value)}", 0)


def _items(name: str, value: object) -> list[object] | str | Mapping[str, object]:
    if isinstance(value, COLLECTION):
        return value
    raise Refusal(f"{name}() takes a list, this is {kind(value)}", 0)


def _extreme(name: str, choose: Callable[..., object]) -> Operation:
    def apply(work: Work, *values: object) -> object:
        items: object = values
        if len(values) == 1:
            items = values[0]
            if not isinstance(items, COLLECTION):
                raise Refusal(f"{name}() takes several values or a list, this is {kind(items)}", 0)
            if not items:
                raise Refusal(f"{name}() of nothing has no value", 0)
        for value in values:
            work.read(value)
        if isinstance(items, str):  # here each character counts
            work.spend(len(items))
        try:
            return choose(items)
        except TypeError:
            raise Refusal(f"{name}() cannot compare values of different kinds") from None

    return apply


def _whole(name: str, compute: Callable[[float], int]) -> Operation:
    def apply(work: Work, value: object) -> object:
        number = _number(name, value)
        if not math.isfinite(number):
            raise Refusal(f"{name}() takes a finite number", 0)
        return compute(number)

    return apply


def _round(work: Work, value: object, digits: object = None) -> object:
    number = _number("round", value)
    if digits is None:
        return _whole("round", round)(work, number)
    if not isinstance(digits, int):
        raise Refusal(f"round() takes a whole number of digits, this is {kind(digits)}", 1)
    if isinstance(number, int) and digits <= FEWEST_DIGITS:  # Python would compute 10**-digits
        return 0
    try:
        return round(number, digits)
    except OverflowError:
        raise Refusal(TOO_LARGE) from None


def _sqrt(work: Work, value: object) -> float:
    number = _number("sqrt", value)
    if number < 0:
        raise Refusal("a negative number has no real square root", 0)
    return math.sqrt(number)


def _log2(work: Work, value: object) -> float:
    number = _number("log2", value)
    if number <= 0:
        raise Refusal("only numbers above 0 have a logarithm", 0)
    return math.log2(number)


def _length(work: Work, value: object) -> int:
    return len(_items("len", value))


def _range(work: Work, *bounds: object) -> list[int]:
    whole: list[int] = []
    for operand, bound in enumerate(bounds):
        if not isinstance(bound, int):
            mend = f"; {WHOLE}" if isinstance(bound, float) else ""
            raise Refusal(f"range() takes whole numbers, this is {kind(bound)}{mend}", operand)
        whole.append(bound)
    if len(whole) == 3 and whole[2] == 0:
        raise Refusal("range() cannot go in steps of 0", 2)
    numbers = range(*whole)
    work.spend(len(numbers))
    return list(numbers)


def _sum(work: Work, value: object, start: object = 0) -> object:
    items = _items("sum", value)
    work.read(items)
    if isinstance(start, list):
        return _joined(work, start, items)
    try:
        return sum(items, start)  # type: ignore[call-overload]
    except OverflowError:
        raise Refusal(TOO_LARGE) from None
    except TypeError:
        raise Refusal("sum() adds numbers, and there is something else among these") from None


def _joined(work: Work, start: list[object], items: object) -> list[object]:
    """Lists in a row as one; adding them one by one would copy the first ones again and again."""
    joined = list(start)
    work.spend(len(joined))
    for item in items if isinstance(items, list) else list(items):  # type: ignore[call-overload]
        if not isinstance(item, list):
            raise Refusal("sum() that begins with a list joins lists, and here is something else")
        work.spend(len(item))
        joined += item
    return joined


def _prod(work: Work, value: object) -> object:
    given = _items("prod", value)
    work.read(given)
    items = [item for item in given if isinstance(item, NUMBER)]
    if len(items) < len(given):
        raise Refusal("prod() multiplies numbers, and there is something else among these", 0)
    product: float = 1
    for first in range(0, len(items), 16):  # a few at a time: ten thousand in one go would be one huge number
        try:
            product = math.prod(items[first : first + 16], start=product)
        except OverflowError:
            raise Refusal(TOO_LARGE) from None
        if isinstance(product, int) and abs(product) > MAX_INTEGER:
            raise Refusal("this product is beyond 2**53 (9007199254740992) on its way")
    return product


def _int(work: Work, value: object = 0, *base: object) -> object:
    if isinstance(value, str):
        return _parsed("int", value, *base)
    if base:
        raise Refusal(f"int() with a base takes a text, this is {kind(value)}", 0)
    if not isinstance(value, NUMBER):
        raise Refusal(f"int() takes a number or a text, this is {kind(value)}", 0)
    return _whole("int", int)(work, value)


def _float(work: Work, value: object = 0.0) -> float:
    if isinstance(value, str):
        return _parsed("float", value)
    if not isinstance(value, NUMBER):
        raise Refusal(f"float() takes a number or a text, this is {kind(value)}", 0)
    return float(value)


def _parsed(name: str, text: str, base: object = 10) -> float:
    if len(text) > MAX_TEXT:
        raise Refusal(f"{name}() reads a text of up to {MAX_TEXT:,} characters, this has {len(text):,}", 0)
    if not (isinstance(base, int) and base in (0, *range(2, 37))):
        raise Refusal("the base of int() is a whole number from 2 to 36", 1)
    try:
        return float(text) if name == "float" else int(text, base)
    except ValueError:
        noun = "a whole number" if name == "int" else "a number"
        shown = f'"{text}"' if len(text) < 40 else "this"
        raise Refusal(f"{name}() cannot read {shown} as {noun}", 0) from None


def _str(work: Work, value: object = "") -> str:
    return written(value, work)


CALLS: dict[str, Operation] = {
    "min": _extreme("min", min), "max": _extreme("max", max),
    "abs": lambda work, value: abs(_number("abs", value)),
    "round": _round, "floor": _whole("floor", math.floor), "ceil": _whole("ceil", math.ceil),
    "sqrt": _sqrt, "log2": _log2, "len": _length, "range": _range, "sum": _sum, "prod": _prod,
    "int": _int, "float": _float, "str": _str,
}  # fmt: skip
"""Each function by its name; how many values it takes, the parser has checked."""
