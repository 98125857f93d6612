"""`${…}` held against Python on a million random texts: values, refusals, and how long the slowest takes.

Each text is read and evaluated by yamlnet with nothing remembered, timed, and judged by Python's own parser
and `eval` (`tests/resolver/python_judge.py`; texts by `tests/resolver/random_expressions.py`). A time above
half a millisecond is taken again, up to ten times, and the least counts: the machine may have done something
else; how many were above a millisecond at first is kept too. Python's garbage collector stays on. Beside the
random texts stand the heaviest that were found by hand. No backend is needed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from measure import RESULTS, ROOT, machine, versions

sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests" / "resolver"))
from python_oracle import Comparison, compare
from random_expressions import SCOPE, Generator

from yamlnet.resolver.evaluate import evaluate
from yamlnet.schema.expression_tree import ExpressionError
from yamlnet.schema.expressions import parse_template

SHARD = 25_000
MILLISECOND = 1_000_000
AGAIN = 10
SHOWN = 20
SHARES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
SCOPE_OF_HEAVY: dict[str, object] = {
    "a": 3,
    "n": list(range(10_000)),
    "m": [[number] for number in range(4_000)],
    "s": ["x" * 90 + str(number) for number in range(900)],
}

HEAVY = (
    "+".join("a" * 32), "-" * 29 + "a" + "**a" * 17, "(" * 29 + "a" + ")" * 29, "[" * 29 + "a" + "]" * 29,
    " and ".join("a" * 32), "a<" * 31 + "9", "a if not a else " * 15 + "a", "1.5e3//" * 31 + "7",
    "a," * 63, "a.b.c.d" * 36, "'\\x41'" * 42, "=" * 256, "f(" * 128,
    "sum(range(5000))", "min(range(5000))", "max(range(2500)) + min(range(2500))", "prod([1] * 5000)",
    "range(10000)", "str(range(1600))", "[[1] * 100] * 99", "str([1.1] * 1900)", "n + []", "n[::-1]",
    "[1] * 3300 == [1.0] * 3300", "range(3300) < range(3300)", "-1 in n", "max(n)", "sum(m, [])", "m == m",
    "str(m[:1200])", "max(s)", "'y' in s", "str(s[:90])", "str(2.5)*3000", "int('1' * 4300, 7)",
    "+".join(["int('0'*4299,7)"] * 16), "+".join(["float('1'*99+'0'*9)"] * 12), "int('0' * 9999 + '1', 36)",
    "+".join(["len('a'*9999)"] * 16), "+".join(["max('a'*999)"] * 9), "('a'*9999)[::-1]" + "[::-1]" * 30,
    "'a' * 4999 + 'b' in 'a' * 9999", " or ".join(["'b'*999 in 'a'*9999"] * 11), "str(['\\x00' * 2400])",
    "2 ** 53 ** 1.5", "9007199254740991 ** 53", "1e300 ** a % 7", "round(1.7e308, 300)", "prod([1.0] * 5000)",
    "+".join(f"sum(range({number}))" for number in range(480, 490)),
    "+".join(["len(str([.1]*99))"] * 14), "max([a]*2000+[-a]*2000)", "[[1]*9]*99==[[1]*9]*99",
)  # fmt: skip
"""What takes longest, by hand: the most parts, the deepest, the most items, the longest texts and numbers."""


@dataclass
class Taken:
    """What was found over some texts; times in nanoseconds."""

    times: array[int] = field(default_factory=lambda: array("Q"))
    first_above: int = 0
    slowest: list[tuple[int, str]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[str, str]] = field(default_factory=list)
    hashes: set[int] = field(default_factory=set)

    def add(self, other: Taken) -> None:
        """Take another shard's in."""
        self.times.extend(other.times)
        self.first_above += other.first_above
        self.slowest = sorted([*self.slowest, *other.slowest], reverse=True)[:SHOWN]
        self.outcomes += other.outcomes
        self.differences += other.differences
        self.hashes |= other.hashes


def timed(text: str, scope: dict[str, object]) -> int:
    """Nanoseconds that reading and evaluating one text takes, nothing remembered."""
    written = "${" + text + "}"
    parse_template.cache_clear()
    start = time.perf_counter_ns()
    with suppress(ExpressionError):
        evaluate(written, scope)
    return time.perf_counter_ns() - start


def judged(text: str) -> Comparison:
    """Python's judgement; a judge that fails is told as a mismatch too."""
    try:
        return compare(text, SCOPE)
    except Exception as error:
        return Comparison("different", f"the judge failed: {type(error).__name__}: {error}")


def shard(task: tuple[int, int]) -> Taken:
    """Time and judge `count` texts from one seed."""
    seed, count = task
    generator, taken = Generator(seed), Taken()
    for _ in range(100):
        timed(generator.text(), SCOPE)  # the first ones compile patterns
    for _ in range(count):
        text = generator.text()
        spent = timed(text, SCOPE)
        taken.first_above += spent > MILLISECOND
        if spent > MILLISECOND // 2:
            spent = min(spent, *(timed(text, SCOPE) for _ in range(AGAIN)))
        taken.times.append(spent)
        if len(taken.slowest) < SHOWN or spent > taken.slowest[-1][0]:
            taken.slowest = sorted([*taken.slowest, (spent, text)], reverse=True)[:SHOWN]
        comparison = judged(text)
        taken.outcomes[comparison.outcome] += 1
        if comparison.difference:
            taken.differences.append((text, comparison.difference))
            print(f"{text!r}: {comparison.difference}", flush=True)
        taken.hashes.add(hash(text))
    return taken


def measure(count: int, processes: int, seed: int) -> Taken:
    """All shards, each in a process of its own; each has a seed, so the numbers can be had again."""
    tasks = [(seed + index, min(SHARD, count - index * SHARD)) for index in range(-(-count // SHARD))]
    taken = Taken()
    with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
        for done in pool.imap_unordered(shard, tasks):
            taken.add(done)
            print(f"{len(taken.times):,} texts, {len(taken.differences)} mismatches", flush=True)
    return taken


def heavy() -> list[dict[str, object]]:
    """The heaviest by hand, best of five each, slowest first."""
    rows = [(min(timed(text, SCOPE_OF_HEAVY) for _ in range(5)), text) for text in HEAVY]
    return [{"text": text[:80], "milliseconds": _ms(spent)} for spent, text in sorted(rows, reverse=True)]


def _ms(nanoseconds: float) -> float:
    return round(nanoseconds / MILLISECOND, 4)


def document(taken: Taken, seed: int) -> dict[str, object]:
    """What is kept in `results/`."""
    times = sorted(taken.times)
    at = {
        name: times[min(len(times) - 1, int(len(times) * share))]
        for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))
    }
    return {
        "benchmark": "expressions",
        "taken": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": {name: version for name, version in versions().items() if name == "yamlnet"},
        "seed": seed,
        "texts": len(times),
        "distinct": len(taken.hashes),
        "mismatches": len(taken.differences),
        "raw_exceptions": sum(told.startswith("raw ") for _, told in taken.differences),
        "outcomes": dict(taken.outcomes.most_common()),
        "milliseconds": {
            **{name: _ms(value) for name, value in at.items()},
            "max": _ms(times[-1]),
            "above_1_at_first": taken.first_above,
            "above_1": sum(value > MILLISECOND for value in times),
        },
        "slowest": [{"text": text[:80], "milliseconds": _ms(spent)} for spent, text in taken.slowest[:5]],
        "heaviest_by_hand": heavy(),
    }


def main() -> int:
    """Measure, print, write; the status says whether there was a mismatch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1_000)
    given = parser.parse_args()
    taken = measure(given.count, given.processes, given.seed)
    found = document(taken, given.seed)
    print(json.dumps(found, indent=2))
    if given.count >= 1_000_000:
        path = RESULTS / "expressions.json"
        path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        print(f"written: {path.relative_to(ROOT)}")
    return 1 if taken.differences else 0


if __name__ == "__main__":
    sys.exit(main())
