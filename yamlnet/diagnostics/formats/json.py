"""Problems for programs: a JSON list of objects, empty when all is fine."""

from __future__ import annotations

import json

from yamlnet.diagnostics.report import Explain, Located

PLACE = ("file", "line", "column", "end_line", "end_column")


def problems(ordered: list[Located], color: bool, explain: Explain, most: int | None = None) -> str:
    """A list with an object for each problem."""
    return json.dumps([_as_json(one) for one in ordered], indent=2) + "\n"


def plainly(message: str, hint: str | None, color: bool) -> str:
    """A list of one problem that has no place."""
    nowhere: dict[str, object] = dict.fromkeys(PLACE)
    told: dict[str, object] = {
        "message": message,
        "hint": hint,
        "path": [],
        "severity": "error",
        "check": "error",
        "notes": [],
    }
    return json.dumps([nowhere | told], indent=2) + "\n"


def _as_json(one: Located) -> dict[str, object]:
    place = {
        "file": one.source,
        "line": one.span.line,
        "column": one.span.column,
        "end_line": one.span.end_line,
        "end_column": one.span.end_column,
        "message": one.message,
        "path": list(one.path),
    }
    if one.severity == "note":
        return dict(place)
    return {
        **place,
        "severity": one.severity,
        "check": one.check,
        "notes": [_as_json(note) for note in one.notes],
    }
