"""The operators of `${…}` on values: as in Python, within bounds that are checked before computing."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.expression_values import NUMBER, Refusal, Work, bounded_text, kind

WHOLE = "`//` divides to a whole number"

Operation = Callable[..., object]
"""Takes the work that may be done, then the values; raises `Refusal` or `Waiting`."""


def add(work: Work, left: object, right: object) -> object:
    """`left + right`: numbers, texts, or lists."""
    if isinstance(left, NUMBER) and isinstance(right, NUMBER):
        return left + right
    if isinstance(left, str) and isinstance(right, str):
        bounded_text(len(left) + len(right))
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        work.spend(len(left) + len(right))
        return left + right
    mend = "; str(…) makes a text of a number" if isinstance(left, str) or isinstance(right, str) else ""
    both = f"{kind(left)} and {kind(right)}"
    raise Refusal(f"`+` takes two numbers, two texts or two lists, not {both}{mend}")


def multiply(work: Work, left: object, right: object) -> object:
    """`left * right`: numbers, or a text or list so many times."""
    if isinstance(left, NUMBER) and isinstance(right, NUMBER):
        return left * right
    repeated = _repeated(work, right, left) if isinstance(right, str | list) else _repeated(work, left, right)
    if repeated is not None:
        return repeated
    both = f"{kind(left)} and {kind(right)}"
    raise Refusal(f"`*` takes two numbers, or a text or list and how many times, not {both}")


def _repeated(work: Work, items: object, times: object) -> object:
    """A text or list so many times; None if these are something else."""
    if isinstance(items, str) and isinstance(times, int):
        bounded_text(len(items) * times)
        return items * times
    if isinstance(items, list) and isinstance(times, int):
        work.spend(max(0, len(items) * times))
        return items * times
    return None


def power(work: Work, left: object, right: object) -> object:
    """`left ** right`; nothing is computed that would be beyond the bounds."""
    left, right = _number("**", left, 0), _number("**", right, 1)
    if left == 0 and right < 0:
        raise Refusal("0 to a negative power divides by zero")
    if isinstance(left, int) and isinstance(right, int) and abs(left) > 1 and right > 53:
        raise Refusal("this power is beyond 2**53 (9007199254740992)")
    if left < 0 and right % 1 != 0:
        raise Refusal("a fractional power of a negative number is no real number")
    try:
        return left**right
    except OverflowError:
        raise Refusal("this power is beyond 1.8e308, the largest number") from None


def _arithmetic(symbol: str, compute: Callable[[float, float], object]) -> Operation:
    def apply(work: Work, left: object, right: object) -> object:
        if symbol == "%" and isinstance(left, str):
            mend = "text with values in it is written outside: block${i}"
            raise Refusal(f"`%` is the remainder of two numbers; {mend}", 0)
        left, right = _number(symbol, left, 0), _number(symbol, right, 1)
        try:
            return compute(left, right)
        except ZeroDivisionError:
            raise Refusal("this divides by zero") from None

    return apply


def _number(symbol: str, value: object, operand: int) -> float:
    if isinstance(value, NUMBER):
        return value
    raise Refusal(f"`{symbol}` takes numbers, this is {kind(value)}", operand)


def _sign(symbol: str, compute: Callable[[float], object]) -> Operation:
    return lambda work, value: compute(_number(symbol, value, 0))


def _equality(compute: Callable[[object, object], object]) -> Operation:
    def apply(work: Work, left: object, right: object) -> object:
        if isinstance(left, list | Mapping) and isinstance(right, list | Mapping):
            work.read(left)
            work.read(right)
        return compute(left, right)

    return apply


def _order(symbol: str, compute: Operation) -> Operation:
    def apply(work: Work, left: object, right: object) -> object:
        if isinstance(left, list) and isinstance(right, list):
            work.read(left)
            work.read(right)
        elif not (isinstance(left, NUMBER) and isinstance(right, NUMBER)) and not (
            isinstance(left, str) and isinstance(right, str)
        ):
            raise Refusal(f"`{symbol}` cannot compare {kind(left)} with {kind(right)}")
        try:
            return compute(left, right)
        except TypeError:
            raise Refusal(f"`{symbol}` cannot compare what is in these lists") from None

    return apply


def _contains(work: Work, item: object, items: object) -> bool:
    if isinstance(items, Mapping):
        if isinstance(item, list | Mapping):
            raise Refusal(f"a mapping holds names, this is {kind(item)}", 0)
        return item in items
    if isinstance(items, list):
        work.read(items)
        return item in items
    if isinstance(items, str) and isinstance(item, str):
        work.read(items)
        return item in items
    if isinstance(items, str):
        raise Refusal(f"a text holds texts only; str(…) makes one of {kind(item)}", 0)
    raise Refusal(f"`in` looks into a list or a text, this is {kind(items)}", 1)


def _lacks(work: Work, item: object, items: object) -> bool:
    return not _contains(work, item, items)


def index(work: Work, owner: object, at: object) -> object:
    """`owner[at]`: an item of a list, a character of a text, a fact by its name."""
    if isinstance(owner, Mapping):
        if isinstance(at, str) and at in owner:
            return owner[at]
        known = ", ".join(map(str, owner)) or "nothing"
        mend = did_you_mean(at, map(str, owner)) if isinstance(at, str) else ""
        raise Refusal(f"there is no such name here{mend or f'; there are {known}'}", 1)
    if not isinstance(owner, list | str):
        raise Refusal(f"only lists and texts have items, this is {kind(owner)}", 0)
    if not isinstance(at, int):
        raise Refusal(f"an index is a whole number, this is {kind(at)}{_mend(at)}", 1)
    if not -len(owner) <= at < len(owner):
        last = f"the last is [{len(owner) - 1}]" if owner else "it is empty"
        raise Refusal(f"there is no item [{at}]; {last}", 1)
    return owner[at]


def cut(work: Work, owner: object, lower: object, upper: object, step: object) -> object:
    """`owner[lower:upper:step]`: a part of a list or text."""
    if not isinstance(owner, list | str):
        raise Refusal(f"only lists and texts can be sliced, this is {kind(owner)}", 0)
    part = slice(_bound(lower, 1), _bound(upper, 2), _bound(step, 3))
    if part.step == 0:
        raise Refusal("a slice cannot go in steps of 0", 3)
    length = len(range(*part.indices(len(owner))))
    if isinstance(owner, str):
        bounded_text(length)
    else:
        work.spend(length)
    return owner[part]


def _bound(value: object, operand: int) -> int | None:
    if value is None or isinstance(value, int):
        return value
    raise Refusal(f"a slice has whole numbers, this is {kind(value)}{_mend(value)}", operand)


def _mend(value: object) -> str:
    return f"; {WHOLE}" if isinstance(value, float) else ""


BINARY: dict[str, Operation] = {
    "+": add,
    "*": multiply,
    "**": power,
    "-": _arithmetic("-", operator.sub),
    "/": _arithmetic("/", operator.truediv),
    "//": _arithmetic("//", operator.floordiv),
    "%": _arithmetic("%", operator.mod),
}
UNARY: dict[str, Operation] = {
    "-": _sign("-", operator.neg),
    "+": _sign("+", operator.pos),
    "not": lambda work, value: not value,
}
COMPARISONS: dict[str, Operation] = {
    "<": _order("<", operator.lt),
    "<=": _order("<=", operator.le),
    ">": _order(">", operator.gt),
    ">=": _order(">=", operator.ge),
    "==": _equality(operator.eq),
    "!=": _equality(operator.ne),
    "in": _contains,
    "not in": _lacks,
}
