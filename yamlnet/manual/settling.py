"""What is told of the problems that were found: comments silence warnings, `--strict` makes them errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from yamlnet import manual
from yamlnet.checks import WITH_ROWS, WITH_VARIANTS, check
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Severity
from yamlnet.diagnostics.ignores import MARK, UNKNOWN, UNUSED, settled
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.report import without_echoes
from yamlnet.resolver.plan import Plan
from yamlnet.syntax.tree import Tree


def settle(problems: Sequence[Diagnostic], tree: Tree, strict: bool) -> tuple[Diagnostic, ...]:
    """What is told of the problems found: warnings may be silenced by comments, or count as errors."""
    problems = without_echoes(problems, tree)
    texts = (tree.text, *tree.texts.values())
    if any(MARK in text for text in texts):
        problems = settled(problems, tree, manual.names(), WITH_ROWS | WITH_VARIANTS)
    severity: Mapping[Severity, Severity] = {"warning": "error"} if strict else {}
    return tuple(
        replace(problem, severity=severity.get(problem.severity, problem.severity)) for problem in problems
    )


def found_in_rows(
    plan: Plan, told: Sequence[Diagnostic], tree: Tree, strict: bool, max_params: int
) -> tuple[Diagnostic, ...]:
    """The warnings that only a plan with facts shows.

    Args:
        plan: with what the rows told.
        told: what was told before there were rows.
        tree: the document.
        strict: whether a warning refuses the blueprint.
        max_params: as for `check`.

    Raises:
        BlueprintError: one of the problems is an error, or counts as one.
    """
    known = {(problem.check, problem.path) for problem in told}
    problems = Problems()
    for problem in check(plan, max_params):
        if (problem.check, problem.path) not in known:
            problems.record(problem)
    found = settle(problems.diagnostics, tree, strict)
    if any(problem.severity == "error" for problem in found):
        raise BlueprintError(found)
    return _of_problems(found)


def rows_left_out(skipped: Mapping[str, Sequence[str]], tree: Tree, strict: bool) -> tuple[Diagnostic, ...]:
    """A warning for each part of the data with rows that were left out, because they are broken.

    Raises:
        BlueprintError: a warning counts as an error.
    """
    problems = []
    for part, broken in skipped.items():
        rows = "1 row is" if len(broken) == 1 else f"{len(broken)} rows are"
        message = f"{rows} left out of {part}: {broken[0]}" + (", …" if len(broken) > 1 else "")
        path = ("data", "on_error")
        problems.append(Diagnostic("broken-file", message, path, severity="warning"))
    found = settle_later(problems, tree, strict)
    if any(problem.severity == "error" for problem in found):
        raise BlueprintError(found)
    return found


def settle_later(problems: Sequence[Diagnostic], tree: Tree, strict: bool) -> tuple[Diagnostic, ...]:
    """What is told of problems found after `settle` told of the comments themselves."""
    return _of_problems(settle(problems, tree, strict))


def _of_problems(settled: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(problem for problem in settled if problem.check not in (UNKNOWN, UNUSED))
