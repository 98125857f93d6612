"""Trying a mutant: it is loaded as `yamlnet validate` loads it, and the answer is judged."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from mutants.mutant import Mutant
from mutants.oracle import BREAKING, Verdict, verdict
from mutants.reasons import reason
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.formats.text import told_notes
from yamlnet.diagnostics.report import Located, locate
from yamlnet.pipeline import infer_shapes, load
from yamlnet.resolver.plan import Plan
from yamlnet.verdicts.limits import UNLIMITED

Examination = Callable[[Path], Mapping[str, Plan]]
"""What is done with a file: its plans, or the error that refuses it."""

Answer = Literal["refused", "accepted", "crashed"]


@dataclass(frozen=True)
class Trial:
    """What yamlnet said of a mutant.

    Attributes:
        mutant: the mutant.
        verdict: the oracle's.
        answer: yamlnet's.
        problems: where the errors stand, in the order in which they are shown.
        same_plan: an accepted mutant means what the right file means.
        crash: the traceback, if it was no `BlueprintError`.
    """

    mutant: Mutant
    verdict: Verdict
    answer: Answer
    problems: tuple[Located, ...] = ()
    same_plan: bool = False
    crash: str = ""
    own: str = field(default="")

    @property
    def breaking(self) -> bool:
        """The oracle says that this must be refused."""
        return self.verdict in BREAKING

    @property
    def missed(self) -> bool:
        """A mistake, by the oracle or for want of a reason why it is none, was accepted."""
        if self.answer != "accepted" or self.same_plan or self.verdict == "equivalent":
            return self.answer == "accepted" and self.breaking
        return self.breaking or reason(self.mutant) is None

    @property
    def false(self) -> bool:
        """What means the same was refused."""
        return self.answer == "refused" and self.verdict == "equivalent"

    @property
    def on_line(self) -> bool:
        """A problem stands on the changed line itself."""
        return any(one.source == self.own and one.span.line == self.mutant.line for one in self.problems)

    @property
    def exact(self) -> bool:
        """A problem stands on the line of the change or of its direct use."""
        return any(self._is_there(problem) for problem in self.problems)

    @property
    def first(self) -> bool:
        """The first problem does."""
        return bool(self.problems) and self._is_there(self.problems[0])

    @property
    def noted(self) -> bool:
        """At least a note of a problem does, one that people are shown."""
        return any(
            self._is_there(note)
            for problem in self.problems
            for note in told_notes(problem.notes)
            if not isinstance(note, int)
        )

    @property
    def located(self) -> bool:
        """The line of the change or of its direct use is told, by a problem or by a note of one."""
        return self.exact or self.noted

    def _is_there(self, place: Located) -> bool:
        return place.source == self.own and place.span.line in self.mutant.lines


class Workbench:
    """A copy of the right files, beside one another as they are, in which one at a time is changed."""

    def __init__(self, folder: Path, root: Path, examine: Examination | None = None) -> None:
        self.folder, self.root = folder, root
        self.examine = examine or plans_of
        for part in ("blueprints", "tests/blueprints/ok", "tests/blueprints/parts"):
            shutil.copytree(root / part, folder / part)

    def try_out(self, mutant: Mutant) -> Trial:
        """Load a mutant in its original's place, then each of its variants."""
        path = self.folder / mutant.original.path.relative_to(self.root)
        path.write_text(mutant.text, encoding="utf-8")
        said = verdict(mutant)
        try:
            plans = self.examine(path)
        except BlueprintError as error:
            located = sorted(
                {_key(one): one for one in (locate(d, error.trees) for d in error.diagnostics)}.items()
            )
            problems = tuple(one for _, one in located if one.severity == "error")
            return Trial(mutant, said, "refused", problems, own=str(path))
        except Exception:
            return Trial(mutant, said, "crashed", crash=traceback.format_exc())
        finally:
            path.write_text(mutant.original.text, encoding="utf-8")
        return Trial(mutant, said, "accepted", same_plan=plans == _original_plans(path))


def inferred(path: Path) -> Mapping[str, Plan]:
    """The plan of a file whose shapes fit; needs Keras.

    Raises:
        BlueprintError: they do not.
    """
    loaded = load(path)
    infer_shapes(loaded)
    return {"": loaded.plan}


def _key(one: Located) -> tuple[object, ...]:
    return one.source, one.span, one.check, one.message


def plans_of(path: Path) -> Mapping[str, Plan]:
    """The plan of a file and of each of its variants.

    Raises:
        BlueprintError: one of them is refused.
    """
    loaded = load(path)
    document = loaded.tree.value
    variants = document.get("variants") if isinstance(document, dict) else None
    names = list(variants) if isinstance(variants, dict) else []
    return {"": loaded.plan, **{name: load(f"{path}:{name}", max_params=UNLIMITED).plan for name in names}}


@cache
def _original_plans(path: Path) -> Mapping[str, Plan]:
    return plans_of(path)
