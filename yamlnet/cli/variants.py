"""How `validate` checks the variants of a file that is right without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from yamlnet.checks import sizes
from yamlnet.cli.checking import Checked, Checking
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Note
from yamlnet.diagnostics.report import Places, locate
from yamlnet.manual.settling import settle_later
from yamlnet.verdicts.limits import UNLIMITED, variant_problem

if TYPE_CHECKING:
    from yamlnet.pipeline import LoadedBlueprint


def variant_names(loaded: LoadedBlueprint) -> tuple[str, ...]:
    """The variants of a file that none was chosen of."""
    document = loaded.tree.value
    found = document.get("variants") if isinstance(document, dict) and loaded.variant is None else None
    return tuple(found) if isinstance(found, dict) else ()


def variant_problems(loaded: LoadedBlueprint, check: Checking) -> list[Diagnostic]:
    """What is wrong with each variant, and which variant it is; that one is too large is a warning."""
    found = [problem for name in variant_names(loaded) for problem in _problems(loaded, name, check)]
    return list(settle_later(found, loaded.tree, check.strict)) if found else []


def _problems(loaded: LoadedBlueprint, name: str, check: Checking) -> Iterator[Diagnostic]:
    try:
        checked = check.file(f"{loaded.path}:{name}", UNLIMITED)
    except BlueprintError as error:
        note = Note(f'in the variant "{name}"', ("variants", name))
        for problem in error.diagnostics:
            placed = _placed(problem, error.trees)
            yield replace(placed, notes=(*placed.notes, note))
    else:
        yield from _too_large(checked, name, check.max_params)


def _too_large(checked: Checked, name: str, cap: int) -> Iterator[Diagnostic]:
    plan, tree = checked.loaded.plan, checked.loaded.tree
    found = variant_problem(name, checked.verdict.sizes if checked.verdict else sizes.least(plan), cap)
    if found is not None:
        yield replace(found, notes=_placed(found, {"": tree, tree.source: tree}).notes)


def _placed(problem: Diagnostic, trees: Mapping[str, Places]) -> Diagnostic:
    """A problem with the places that its paths have in a variant, whose document is not the file's own."""
    found = locate(problem, trees)
    notes = zip(problem.notes, found.notes, strict=True)
    spans = tuple(replace(note, span=other.span) for note, other in notes)
    return replace(problem, span=found.span, within=None, notes=spans)
