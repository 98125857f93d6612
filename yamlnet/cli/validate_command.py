"""`yamlnet validate`: every mistake of blueprints, without building anything."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from yamlnet.cli.checking import Checking
from yamlnet.cli.failures import handles_failures, style_asked, tell, tell_plainly
from yamlnet.cli.options import (
    lock_option,
    max_bytes_option,
    max_params_option,
    quiet_option,
    set_option,
    strict_option,
)
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, Span, YamlnetError
from yamlnet.diagnostics.report import Places

if TYPE_CHECKING:
    from yamlnet.pipeline import LoadedBlueprint

BEGINNING = Span(1, 1, 1, 1)

BLUEPRINT = re.compile(r"\.ya?ml(:[^/\\]*)?$")
"""How the name of a blueprint ends, with a variant or without."""


@click.command("validate", short_help="Check blueprints and say every mistake in them.")
@click.argument("blueprints", nargs=-1, required=True, type=click.Path(), metavar="BLUEPRINT...")
@set_option
@click.option("--no-shapes", is_flag=True, help="Leave out the shapes: no backend is needed.")
@max_params_option
@lock_option
@strict_option
@quiet_option
@max_bytes_option
@handles_failures
def command(
    blueprints: tuple[str, ...],
    overrides: tuple[str, ...],
    no_shapes: bool,
    max_params: int,
    locked: bool,
    strict: bool,
    quiet: bool,
) -> None:
    """Check blueprints: keys, layers, arguments, names, expressions, wiring, shapes, data and training.

    Every mistake is told in one run, at file:line:column, with the likely mend. Nothing is built: shapes are
    inferred without weights once the rest is right, and what they say is kept, so that an unchanged file is
    answered without a backend. --format json writes one list for all files, empty when all is fine. The
    variants of a file are checked with it; `file.yaml:name` checks one.

    \b
    Example:
      yamlnet validate digits.yaml
      yamlnet validate blueprints/*.yaml --format github
      yamlnet validate blueprints/*.yaml --no-shapes    the language alone: at once, without a backend
    """
    check = Checking(overrides, locked, strict, max_params, not no_shapes, not quiet)
    failed = _check_all(blueprints, check, quiet)
    if check.unchecked is not None:
        click.echo(f"shapes were not checked: {check.unchecked}", err=True)
    if failed:
        sys.exit(1)


def _check_all(blueprints: tuple[str, ...], check: Checking, quiet: bool) -> bool:
    """Check files and tell what is wrong with all of them; whether anything is."""
    style = style_asked()
    problems: list[Diagnostic] = []
    trees: dict[str, Places] = {}
    unread = False
    for path in blueprints:
        if (answer := check.answered(path)) is not None:
            if not quiet and style == "text":
                click.echo(f"{path}: ok ({answer})")
            continue
        try:
            if (contents := _stored(path)) is not None:
                if not quiet and style == "text":
                    click.echo(f"{path}: ok ({contents})")
                continue
            checked = check.file(path)
        except BlueprintError as error:
            own = error.trees.get("")
            problems += _named(error.diagnostics, own.source if own else path)
            trees |= error.trees
        except YamlnetError as error:
            unread = True
            if style == "text":
                tell_plainly(str(error), error.hint, style)
            else:
                from yamlnet.compiler.archives import ArchiveError

                name = "archive" if isinstance(error, ArchiveError) else "file"
                problems.append(Diagnostic(name, str(error), span=BEGINNING, source=path))
        else:
            from yamlnet.cli.variants import variant_problems

            loaded = checked.loaded
            trees[loaded.tree.source] = loaded.tree
            of_variants = variant_problems(loaded, check)
            problems += _named((*loaded.warnings, *of_variants), loaded.tree.source)
            if not any(problem.severity == "error" for problem in of_variants):
                answer = f"{_contents(loaded)}{checked.note}"
                if not of_variants:
                    check.keep_answer(path, loaded, answer)
                if not quiet and style == "text":
                    click.echo(f"{path}: ok ({answer})")
    tell(problems, trees, style)
    return unread or any(problem.severity == "error" for problem in problems)


def _stored(path: str) -> str | None:
    """What a model file or a run folder holds, once it was looked through; None for a blueprint."""
    if BLUEPRINT.search(path):  # what follows takes longer than the rest of validating one
        return None
    from yamlnet.stored import check_stored, is_stored

    return check_stored(path) if is_stored(path) else None


def _contents(loaded: LoadedBlueprint) -> str:
    """`12 layers`; of a file without a model, what it offers to others."""
    from yamlnet.cli.variants import variant_names

    count = sum(len(graph.nodes) for graph in loaded.plan.models.values())
    counts = {"layer": count} if count else {"block": len(loaded.blueprint.blocks)}
    if variants := variant_names(loaded):
        counts["variant"] = len(variants)
    return ", ".join(f"{number:,} {what}{'s' if number != 1 else ''}" for what, number in counts.items())


def _named(problems: tuple[Diagnostic, ...], path: str) -> list[Diagnostic]:
    """Problems that say which file they are of, so that those of several files can be told together."""
    return [
        replace(
            problem,
            source=problem.source or path,
            notes=tuple(replace(note, source=note.source or path) for note in problem.notes),
        )
        for problem in problems
    ]
