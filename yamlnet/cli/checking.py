"""How `validate` checks a file: from what was said of it before, else read, inferred and kept."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import BackendError, BlueprintError
from yamlnet.syntax.limits import max_bytes
from yamlnet.verdicts.answers import answer_key
from yamlnet.verdicts.fingerprint import plugin_packages
from yamlnet.verdicts.store import keep, recall

if TYPE_CHECKING:
    from yamlnet.assembly.lock import LockMode
    from yamlnet.pipeline import LoadedBlueprint
    from yamlnet.verdicts.verdict import Verdict


class Checked(NamedTuple):
    """A blueprint that is right; `verdict` is of its shapes, None where they were not inferred."""

    loaded: LoadedBlueprint
    verdict: Verdict | None = None

    @property
    def note(self) -> str:
        """What of its shapes could not be checked."""
        waiting = self.verdict.waiting if self.verdict is not None else 0
        return f"; the shapes of {waiting:,} wait for the data" if waiting else ""


class Checking(Struct):
    """How files are checked. `unchecked` says why shapes could not be, once that turned out."""

    overrides: tuple[str, ...]
    locked: bool
    strict: bool
    max_params: int
    shapes: bool
    live: bool
    unchecked: str | None = None
    asked: dict[str, str | None] = field(default_factory=dict)

    def file(self, path: str, max_params: int | None = None) -> Checked:
        """A blueprint that is right, and what was found of its shapes.

        Args:
            path: the file, with a variant or without.
            max_params: instead of what the command was given.

        Raises:
            BlueprintError, YamlnetError: it is not right, or cannot be read.
        """
        from yamlnet.pipeline import infer_shapes, load

        locks: LockMode = "refuse" if self.locked else "warn"
        cap = self.max_params if max_params is None else max_params
        loaded = load(path, self.overrides, locks, self.strict, cap)
        if not self.shapes or self.unchecked is not None or not loaded.plan.models:
            return Checked(loaded)
        try:
            return Checked(loaded, infer_shapes(loaded, self._announce))
        except BlueprintError as error:
            told = BlueprintError((*loaded.warnings, *error.diagnostics))
            told.trees = error.trees
            raise told from error.__cause__
        except BackendError as error:
            self.unchecked = f"{error}; {error.hint}" if error.hint else str(error)
            return Checked(loaded)

    def answered(self, path: str) -> str | None:
        """What was said of a file that is right, where nothing has changed since."""
        if not self.shapes:
            return None
        key = self.asked[path] = answer_key(path, self._settings())
        return recall(key, str) if key is not None else None

    def keep_answer(self, path: str, loaded: LoadedBlueprint, answer: str) -> None:
        """Keep what is said of a file that is right, if that follows from its bytes alone."""
        alone = not (loaded.pins or loaded.tree.texts or loaded.warnings or plugin_packages(loaded.plan))
        if self.shapes and self.unchecked is None and alone:
            key = answer_key(path, self._settings())
            if key is not None and key == self.asked.get(path):  # it did not change while it was checked
                keep(key, answer)

    def _settings(self) -> list[object]:
        return [self.overrides, self.locked, self.strict, self.max_params, max_bytes()]

    def _announce(self, what: str) -> AbstractContextManager[object]:
        """Show on a terminal that something takes a moment."""
        if not self.live or not sys.stderr.isatty():
            return nullcontext()
        from rich.console import Console

        return Console(stderr=True).status(what)
