"""How large a model may be, and how sizes are written."""

from __future__ import annotations

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Note
from yamlnet.verdicts.verdict import Heaviest, Sizes, Verdict

MAX_PARAMS = 10**9
"""Parameters that all models of a blueprint may have together, unless more are asked for."""

UNLIMITED = 2**63
"""For what makes no weights: drawing a graph, opening a trained run."""

CHECK = "max-params"

ADAM = 4
"""How many times the weights' own memory training with Adam takes: gradients and two moments beside them."""

_BINARY = ((2**50, "PiB"), (2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))
_SUFFIXES = {"K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}


def memory(count: int) -> str:
    """A number of bytes for people: `3.7 TiB`."""
    for size, name in _BINARY:
        if count >= size:
            return f"{count / size:,.1f} {name}"
    return f"{count} bytes"


def read_count(text: str) -> int:
    """A count as `--max-params` takes it: `2e9`, `3_000_000_000`, `2G`, `1.5B`.

    Raises:
        ValueError: it is no positive whole number.
    """
    written = text.strip().replace("_", "").replace(",", "")
    factor = _SUFFIXES.get(written[-1:].upper(), 1)
    number = float(written[:-1] if factor > 1 else written) * factor
    if not 1 <= number <= 10**18 or number != int(number):
        raise ValueError(text)
    return int(number)


def written_count(count: int) -> str:
    """The shortest option value that allows a count: `2G` for 1,557,611,200."""
    for factor, suffix in ((10**12, "T"), (10**9, "G"), (10**6, "M")):
        if count > factor:
            return f"{-(-count // factor)}{suffix}"
    return str(count)


def size_problem(sizes: Sizes, cap: int) -> Diagnostic | None:
    """Why a plan is too large, at its heaviest layer; None where it is not."""
    if sizes.parameters <= cap or sizes.heaviest is None:
        return None
    one = sizes.heaviest
    alone = one.parameters > cap
    owner = one.callee if alone else "the model"
    total = one.parameters if alone else sizes.parameters
    most = "" if alone else f"; this {one.callee} is the largest, with {one.parameters:,}"
    message = f"{_above(owner, total, sizes, cap)}{most}"
    notes = (*(Note("used here", path) for path in one.used_at), *one.notes)
    if not alone:
        notes += tuple(_next(other) for other in sizes.others)
    if one.number:
        return Diagnostic(CHECK, message, one.number, notes=notes)
    return Diagnostic(CHECK, message, one.path, "key", notes=notes)


def _next(other: Heaviest) -> Note:
    return Note(f"this {other.callee} has {other.parameters:,}", other.path)


def variant_problem(name: str, sizes: Sizes, cap: int) -> Diagnostic | None:
    """A warning that a variant is too large to be built unasked, at its name; None where it is not.

    A file may offer what not every machine holds: whoever chooses that variant says so, and until then
    nothing is built of it.
    """
    if sizes.parameters <= cap or sizes.heaviest is None:
        return None
    one = sizes.heaviest
    message = _above(f'the variant "{name}"', sizes.parameters, sizes, cap)
    note = Note(f"this {one.callee} is the largest, with {one.parameters:,}", one.path)
    return Diagnostic(CHECK, message, ("variants", name), "key", severity="warning", notes=(note,))


def _above(owner: str, total: int, sizes: Sizes, cap: int) -> str:
    least = "" if sizes.exact else "at least "
    held = sizes.weight_bytes
    return (
        f"{owner} has {least}{total:,} parameters ({memory(held)} in {sizes.dtype}, "
        f"{memory(ADAM * held)} to train with Adam), and a blueprint may have {cap:,}: "
        f"--max-params {written_count(sizes.parameters)} allows this"
    )


def raise_if_refused(verdict: Verdict, cap: int) -> None:
    """Refuse a plan for its shapes and its size.

    Raises:
        BlueprintError: with every problem of the verdict, and its size where that is above the cap.
    """
    too_large = size_problem(verdict.sizes, cap)
    problems = (*verdict.problems, *([too_large] if too_large else []))
    if problems:
        raise BlueprintError(problems)
