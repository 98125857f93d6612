"""Collecting problems: every mistake in one run, each once."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import At, BlueprintError, Diagnostic, KeyPath, Note, Severity, Span

TOO_MANY = "too-many-problems"
MOST = 500
"""Where checking ends: who has more mistakes reads no further, and each costs a search for its mend."""


class Problems(Struct):
    """A growing list of diagnostics that keeps the first of several alike.

    A mistake inside a loop or a block is met once per repetition; the user made it once.
    """

    found: dict[tuple[object, ...], Diagnostic] = field(default_factory=dict)

    def add(
        self,
        check: str,
        message: str,
        path: KeyPath,
        at: At = "value",
        *,
        within: tuple[int, int] | None = None,
        notes: tuple[Note, ...] = (),
        severity: Severity = "error",
    ) -> None:
        """Record one problem, unless the same check already spoke at the same place."""
        self.record(Diagnostic(check, message, path, at, within=within, notes=notes, severity=severity))

    def add_at(
        self,
        check: str,
        message: str,
        span: Span,
        *,
        notes: tuple[Note, ...] = (),
        severity: Severity = "error",
    ) -> None:
        """Record one problem at a place in a file: while a document is put together it has no paths yet."""
        self.record(Diagnostic(check, message, span=span, notes=notes, severity=severity))

    def record(self, problem: Diagnostic) -> None:
        """Record a diagnostic, unless the same check already spoke at the same place.

        Raises:
            BlueprintError: it is one of too many.
        """
        place = (problem.path, problem.at, problem.within, problem.span, problem.source)
        if self.found.setdefault((problem.check, *place), problem) is problem and len(self.found) >= MOST:
            message = f"{MOST:,} problems so far; the rest was not checked"
            raise BlueprintError((*self.found.values(), replace(problem, check=TOO_MANY, message=message)))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that was found, in the order in which it was found."""
        return tuple(self.found.values())

    @property
    def failed(self) -> bool:
        """Whether any of the problems refuses the blueprint."""
        return any(problem.severity == "error" for problem in self.found.values())

    def failed_in(self, section: str) -> bool:
        """Whether an error was found in one top-level section of the file."""
        return any(
            problem.severity == "error" and problem.path[:1] == (section,) for problem in self.found.values()
        )

    def raise_if_failed(self) -> None:
        """Raise what was found.

        Raises:
            BlueprintError: when at least one problem is an error.
        """
        if self.failed:
            raise BlueprintError(self.diagnostics)
