"""Objectives of installed packages: found by an entry point, told by their words, imported when used.

A package offers objectives to blueprints by an entry point of the group `yamlnet.objectives`. Its name is
the namespace, its value a mapping of names to `ObjectiveWords`, in a module that imports neither Keras nor a
backend:

    [project.entry-points."yamlnet.objectives"]
    acme = "acme.objective_words:OBJECTIVES"     # train: {objective: {acme.Ranking: {margin: 0.2}}}

`ObjectiveWords.implementation` says where the class is, `acme.ranking:Ranking`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from yamlnet.catalog.plugins import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from yamlnet.schema.objective_terms import ObjectiveWords

GROUP = "yamlnet.objectives"


@cache
def found() -> Mapping[str, EntryPoint]:
    """The entry points of the group, by namespace."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def objectives_of(namespace: str) -> Mapping[str, ObjectiveWords]:
    """A package's objectives, by the names that it gives them.

    Raises:
        PluginError: its module cannot be imported, or does not hold what it should.
    """
    from yamlnet.schema.objective_terms import ObjectiveWords

    point = found()[namespace]
    try:
        words = point.load()
    except Exception as error:  # it is another's code
        told = f'the plugin "{namespace}" ({point.value}) fails: {type(error).__name__}: {error}'
        raise PluginError(told) from error
    if not isinstance(words, Mapping) or not all(_complete(one, ObjectiveWords) for one in words.values()):
        raise PluginError(
            f'the plugin "{namespace}" ({point.value}) is no mapping of names to ObjectiveWords, each with '
            "its implementation"
        )
    return words


def _complete(words: object, kind: type[ObjectiveWords]) -> bool:
    return isinstance(words, kind) and bool(words.implementation)
