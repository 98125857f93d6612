"""Words of which a place has one: who says another one says it in the place of the first.

So a file that is put over another may divide rows by time where its base divides them by group, or take the
tokenizer of an earlier run where its base learns one.
"""

from __future__ import annotations

from collections.abc import Collection

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.schema.data_words import SPLITS
from yamlnet.schema.transform_rules import LEARNING

Ways = tuple[tuple[str, ...], ...]
"""Ways to say one thing, each by its first word, with the words that go with it."""

SPLIT: Ways = tuple((kind,) for kind in SPLITS)
TOKENIZE: Ways = (("as", *LEARNING), ("file",), ("run", "of"), ("like",))
TENSOR: tuple[Ways, ...] = ((("window",), ("horizon",)), (("column",), ("columns",)))

ALTERNATIVES: dict[tuple[str, ...], tuple[Ways, ...]] = {
    ("train",): ((("epochs",), ("steps",)),),
    ("data", "split"): (SPLIT,),
    ("data", "inputs", "*"): TENSOR,
    ("data", "targets", "*"): TENSOR,
    ("data", "inputs", "*", "tokenize"): (TOKENIZE,),
    ("data", "targets", "*", "tokenize"): (TOKENIZE,),
}
"""By place, where * stands for any name."""


def displaced(path: KeyPath, over: Collection[str]) -> frozenset[str]:
    """The words of a base that the words put over it take the place of.

    Args:
        path: where both stand.
        over: what is said there now; where it says two things of which there is one, nothing is replaced,
            and validation tells it.
    """
    place = (*path[:2], "*", *path[3:]) if path[:1] == ("data",) and len(path) > 2 else path
    found: set[str] = set()
    for ways in ALTERNATIVES.get(tuple(map(str, place)), ()):
        said = [way for way in ways if way[0] in over]
        if len(said) == 1:
            found.update(word for way in ways if way != said[0] for word in way)
    return frozenset(found)
