"""Problems as SARIF 2.1.0, which code scanning services read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from yamlnet import __version__
from yamlnet.diagnostics.report import Explain, Located

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
URL = re.compile(r"[a-z][a-z0-9+.-]+:")
"""How an address of a file from elsewhere begins; one letter before a colon is a drive of Windows."""

OPTION = "--"
"""How the name of what was written on the command line begins, which is no file."""


def problems(ordered: list[Located], color: bool, explain: Explain, most: int | None = None) -> str:
    """One run with a rule for each check that has something to tell, and a result for each problem."""
    checks = list(dict.fromkeys(one.check for one in ordered))
    rules = [_rule(check, explain) for check in checks]
    return _log({"rules": rules}, results=[_result(one, checks.index(one.check)) for one in ordered])


def plainly(message: str, hint: str | None, color: bool) -> str:
    """A run that did not come to an end: what kept it from it is a notification, since it has no place."""
    told = {"level": "error", "message": {"text": f"{message}; {hint}" if hint else message}}
    ended = {"executionSuccessful": False, "toolExecutionNotifications": [told]}
    return _log({}, results=[], invocations=[ended])


def _log(driver: dict[str, Any], **run: object) -> str:
    tool = {"driver": {"name": "yamlnet", "semanticVersion": __version__, **driver}}
    runs = [{"tool": tool, "columnKind": "unicodeCodePoints", **run}]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=2) + "\n"


def _rule(check: str, explain: Explain) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": check}
    explained = explain(check)
    if explained is not None:
        summary, page = explained
        rule |= {"shortDescription": {"text": summary}, "help": {"text": page, "markdown": page}}
    return rule


def _result(one: Located, rule: int) -> dict[str, Any]:
    related = [
        {"id": number, **_location(note), "message": {"text": note.message}}
        for number, note in enumerate(one.notes, start=1)
    ]
    return {
        "ruleId": one.check,
        "ruleIndex": rule,
        "level": one.severity,
        "message": {"text": one.message},
        "locations": [_location(one)],
        **({"relatedLocations": related} if related else {}),
    }


def _location(one: Located) -> dict[str, Any]:
    """A stretch of a file; of an option, its name."""
    if one.source.startswith(OPTION) or not one.source:
        return {"logicalLocations": [{"name": one.source or "command line", "kind": "parameter"}]}
    span = one.span
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(one.source)}, "region": region}}


def _uri(source: str) -> str:
    """A file as a URI: relative as the user named it, so that services find it in the repository."""
    if URL.match(source):
        return quote(source, safe=":/?#[]@!$&'()*+,;=%")
    path = PurePath(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
