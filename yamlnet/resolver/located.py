"""Errors with the files that they point into, so that whoever catches one can show lines and carets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.resolver.given import at_giver
from yamlnet.syntax.tree import Tree


def located(error: BlueprintError, tree: Tree) -> BlueprintError:
    """The error with the files that it points into."""
    error.trees = {**error.trees, "": tree, tree.source: tree}
    return error


@contextmanager
def located_in(tree: Tree) -> Iterator[None]:
    """Give every error that is raised meanwhile its files, and its problems the places that wrote values."""
    try:
        yield
    except BlueprintError as error:
        error.diagnostics = tuple(at_giver(one, tree) for one in error.diagnostics)
        raise located(error, tree) from error.__cause__
