"""How commands open a blueprint: loaded, its warnings told, and refused for them where that was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from yamlnet.cli.failures import style_asked, tell
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.verdicts.limits import MAX_PARAMS

if TYPE_CHECKING:
    from yamlnet.pipeline import LoadedBlueprint


def opened(
    blueprint: str,
    overrides: Sequence[str],
    locked: bool,
    strict: bool = False,
    max_params: int = MAX_PARAMS,
) -> LoadedBlueprint:
    """Load a blueprint for a command that does something with it, and tell its warnings first.

    Raises:
        BlueprintError: with every mistake; with `strict`, for warnings too.
        YamlnetError: there is no such file.
    """
    from yamlnet.pipeline import load

    loaded = load(blueprint, overrides, "refuse" if locked else "warn", strict, max_params)
    if loaded.warnings:
        telling(loaded)(loaded.warnings)
    return loaded


def telling(loaded: LoadedBlueprint) -> Callable[[Sequence[Diagnostic]], None]:
    """What tells warnings of a loaded blueprint: to people, since machines read the command's own result."""

    def told(problems: Sequence[Diagnostic]) -> None:
        if style_asked() == "text":
            tell(problems, {"": loaded.tree}, "text")

    return told


def note(text: str) -> None:
    """Say something to people: programs read the command's own result alone."""
    click.echo(text, err=True)
