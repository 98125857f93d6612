"""`# yamlnet: ignore[name]`: a comment that silences warnings on one line.

Behind a value it is for its own line; on a line of its own, for the next line that holds anything. Only
warnings can be ignored: what is an error refuses the blueprint whatever a comment says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from yamlnet.diagnostics.diagnostic import Diagnostic, Span
from yamlnet.diagnostics.lines import split_lines
from yamlnet.diagnostics.report import Places, locate
from yamlnet.diagnostics.suggest import did_you_mean

MARK = "# yamlnet:"
COMMENT = re.compile(r"(?:^|(?<=\s))#\s*yamlnet:\s*(?P<order>[^\s\[]*)(?:\[(?P<names>[^\]]*)\])?")
NAME = re.compile(r"[^\s,]+")

UNKNOWN = "unknown-check"
UNUSED = "unused-ignore"


class Ignore(Struct, frozen=True):
    """One name of one comment: which check is silent on which line of which file, and where that is said."""

    check: str
    source: str
    line: int
    span: Span


def settled(
    problems: Iterable[Diagnostic], tree: Places, checks: Iterable[str], later: Collection[str] = ()
) -> list[Diagnostic]:
    """What is left to tell of the problems of one blueprint.

    Args:
        problems: everything that was found.
        tree: the blueprint with the files that it names.
        checks: every check that a comment may name.
        later: those that may find something only once the rows were read: a comment for one is never
            called useless.

    Returns:
        The errors, the warnings that no comment silences, and a warning for each comment that names no
        check or silences nothing.
    """
    problems = list(problems)
    texts = {**tree.texts, tree.source: tree.text}
    comments = [comment for source, text in texts.items() for comment in _comments(text, source)]
    if not comments:
        return problems
    ignores = [ignore for found, _ in comments for ignore in found]
    kept, used = _silenced(problems, ignores, tree)
    kept += [problem for _, misread in comments for problem in misread]
    known = set(checks)
    failed = any(problem.severity == "error" for problem in problems)
    for ignore in ignores:
        if ignore.check not in known:
            mend = did_you_mean(ignore.check, known) or "; yamlnet checks lists them all"
            kept.append(_warning(UNKNOWN, f'no check is called "{ignore.check}"{mend}', ignore))
        elif (
            ignore not in used and not failed and ignore.check not in later
        ):  # what would be found after the errors is not known
            message = f"nothing here is warned of by {ignore.check}; remove the comment"
            kept.append(_warning(UNUSED, message, ignore))
    return kept


def _silenced(
    problems: list[Diagnostic], ignores: list[Ignore], tree: Places
) -> tuple[list[Diagnostic], set[Ignore]]:
    """The problems that no comment silences, and the comments that silence one."""
    by_place: dict[tuple[str, str, int], list[Ignore]] = {}
    for ignore in ignores:
        by_place.setdefault((ignore.check, ignore.source, ignore.line), []).append(ignore)
    kept: list[Diagnostic] = []
    used: set[Ignore] = set()
    for problem in problems:
        found: list[Ignore] = []
        if problem.severity == "warning":
            place = locate(problem, tree)
            found = by_place.get((problem.check, place.source, place.span.line), [])
        used.update(found)
        if not found:
            kept.append(problem)
    return kept, used


def _comments(text: str, source: str) -> Iterator[tuple[list[Ignore], list[Diagnostic]]]:
    """Each comment for yamlnet in a text: what it ignores, and what is wrong with it."""
    if "yamlnet:" not in text:
        return
    lines = split_lines(text)
    for number, line in enumerate(lines, start=1):
        found = COMMENT.search(line) if "yamlnet:" in line and "#" in line else None
        if found is None or _in_quotes(line[: found.start()]):
            continue
        alone = not line[: found.start()].strip()
        yield _read(found, number, _next(lines, number) if alone else number, source)


def _read(found: re.Match[str], number: int, line: int, source: str) -> tuple[list[Ignore], list[Diagnostic]]:
    names = found["names"]
    if found["order"] != "ignore" or not (names or "").strip():
        span = Span(number, found.start() + 1, number, found.end() + 1, source)
        message = "a comment for yamlnet is # yamlnet: ignore[name], with the check's name as told in […]"
        return [], [Diagnostic(UNKNOWN, message, span=span, severity="warning")]
    start = found.start("names") + 1
    return [
        Ignore(one[0], source, line, Span(number, start + one.start(), number, start + one.end(), source))
        for one in NAME.finditer(names)
    ], []


def _next(lines: list[str], number: int) -> int:
    """The next line that holds more than a comment."""
    for index in range(number, len(lines)):
        written = lines[index].strip()
        if written and not written.startswith("#"):
            return index + 1
    return number


def _in_quotes(before: str) -> bool:
    """Whether what follows on the line is inside quotes, as far as one line can tell."""
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1


def _warning(check: str, message: str, ignore: Ignore) -> Diagnostic:
    return Diagnostic(check, message, span=ignore.span, severity="warning")
