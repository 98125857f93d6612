"""SECURITY.md's numbers are the code's."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "SECURITY.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\|[^|]+\|\s*([0-9,.]+)\s*\|\s*`(yamlnet[\w.]+)`\s*\|$", re.MULTILINE)


def test_each_limit_is_the_codes() -> None:
    rows = ROW.findall(TEXT)
    assert len(rows) >= 9
    assert len(rows) == sum(line.startswith("|") and "`yamlnet." in line for line in TEXT.splitlines())
    for number, name in rows:
        module, _, constant = name.rpartition(".")
        assert getattr(importlib.import_module(module), constant) == float(number.replace(",", "")), name


def test_the_counts_of_the_yaml_test_suite_are_those_of_its_test() -> None:
    source = (Path(__file__).parent / "syntax/test_yaml_test_suite.py").read_text(encoding="utf-8")
    counts = dict(re.findall(r'"([a-z, ]+)": (\d+)', source[source.index("COUNTS = ") :].splitlines()[0]))
    told = re.search(
        r"(\d+) are accepted and equal .*?; (\d+) of its (\d+) errors .*?the (\d+) that.*?; "
        r"(\d+) are refused by the rules above; (\d+) are valid",
        " ".join(TEXT.split()),
    )
    assert told is not None
    equal, refused, errors, accepted, ours, parser = map(int, told.groups())
    assert [equal, refused, accepted, ours, parser] == [
        int(counts[kind]) for kind in ("equal", "error, refused", "error, accepted", "our rules", "parser")
    ]
    assert errors == refused + accepted
