"""The help texts of the catalogue, read from Keras's docstrings."""

from __future__ import annotations

import inspect
import re
from typing import Any


def first_line(found: Any) -> str:
    """The first paragraph of a docstring, cut to one line."""
    text = inspect.getdoc(found) or ""
    return re.sub(r"\s+", " ", text.split("\n\n")[0]).strip()[:200]


def argument_help(found: Any) -> dict[str, str]:
    """The first sentence about each argument of a class or function."""
    return _section(inspect.getdoc(found) or "", ("Args:", "Arguments:"))


def call_help(layer: Any) -> dict[str, str]:
    """The first sentence about each argument of a layer's call."""
    return _section(inspect.getdoc(layer) or "", ("Call arguments:", "Call Args:"))


def _section(text: str, titles: tuple[str, ...]) -> dict[str, str]:
    """The first sentence about each argument in one section of a Google-style docstring."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if line.strip() in titles:
            break
    name = ""
    for line in lines:
        if line.strip() and not line.startswith(" "):
            break
        match = re.match(r"\s{4}\*{0,2}(\w+)`?:\s*(.*)", line)
        if match and not line.startswith("     "):
            name = match.group(1)
            found[name] = match.group(2)
        elif name:
            found[name] += " " + line.strip()
    return {name: _sentence(text) for name, text in found.items()}


def _sentence(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    end = re.search(r"\.(\s|$)", text)
    return (text[: end.start() + 1] if end else text)[:240]
