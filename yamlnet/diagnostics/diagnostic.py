"""What a problem is: a diagnostic, the place it points at, and the errors that carry it.

A diagnostic names its place by a key path into the user's file. Only `report` turns a path into
`file:line:column`; code that finds problems never sees a line number. Syntax errors alone carry a
span of their own, because a file that does not parse has no paths.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import force_setattr

from yamlnet.diagnostics.lines import BREAK

KeyPath = tuple[str | int, ...]
"""Where a value stands in a file: `("model", "layers", 3, "Conv2D", "filters")`."""

Severity = Literal["error", "warning"]
At = Literal["key", "value"]


class Span(Struct, frozen=True, order=True):
    """A stretch of one file. Lines and columns count from 1 in characters; the end is exclusive.

    `source` names the file where a tree was put together from several; "" is the tree's own.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    source: str = ""


class Note(Struct, frozen=True):
    """A second place that a problem involves, e.g. where a block with the mistake was used.

    `source`, `at` and `span` mean what they mean in a diagnostic.
    """

    message: str
    path: KeyPath
    source: str | None = None
    at: At = "key"
    span: Span | None = None

    def __post_init__(self) -> None:
        _to_one_line(self)


class Diagnostic(Struct, frozen=True):
    """One problem, told in the user's words.

    Attributes:
        check: the stable name of the check that found it, in kebab case (`unknown-argument`).
        message: what is wrong, what was expected and the likely mend, in one line.
        path: the value (or key) that is wrong.
        at: whether the caret stands under the value at `path` or under its key.
        within: a character range inside the text of a one-line scalar, for mistakes inside `${…}`.
        span: the place itself, for problems of a file that has no paths (syntax).
        source: the file, as the user named it; None is the blueprint that was asked for.
        severity: an error refuses the blueprint, a warning does not.
        notes: further places, in the order in which they should be read.
    """

    check: str
    message: str
    path: KeyPath = ()
    at: At = "value"
    within: tuple[int, int] | None = None
    span: Span | None = None
    source: str | None = None
    severity: Severity = "error"
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        _to_one_line(self)


def _to_one_line(told: Note | Diagnostic) -> None:
    """A message repeats what the user wrote, which may hold line breaks; it is one line all the same."""
    if "\n" in told.message or "\r" in told.message:
        force_setattr(told, "message", BREAK.sub("↵", told.message))


class YamlnetError(Exception):
    """A failure that the user can act on. `str(error)` is the whole message, without a traceback.

    Attributes:
        hint: what to do next, or None.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class BlueprintError(YamlnetError):
    """A blueprint with problems; `diagnostics` holds every one that was found in this run.

    `trees` holds the files that the diagnostics point into, by their `source`, as far as they were
    read: a caller who only has the exception can still show lines and carets.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.trees: dict[str, Any] = {}
        super().__init__("\n".join(f"{d.message} [{d.check}]" for d in self.diagnostics))


class BackendError(YamlnetError):
    """The backend that was asked for is missing or cannot be used in this process."""


class DataError(YamlnetError):
    """The data cannot be read or does not fit the blueprint; `path` is the key that asked for it."""

    def __init__(
        self, message: str, hint: str | None = None, path: KeyPath = (), check: str = "data"
    ) -> None:
        super().__init__(message, hint)
        self.path = path
        self.check = check


class ExportError(YamlnetError):
    """An export could not be made, or its runtime did not reproduce the model's outputs."""


class TrainingError(YamlnetError):
    """Training stopped for a reason that the user can act on; the run folder is kept."""
