"""Where the value that an expression has was written: each name's place, and what that was computed of."""

from __future__ import annotations

import pytest

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.given import MOST_SOURCES, Values, giver, places, sources

WIDTH: KeyPath = ("params", "width")
SIZES: KeyPath = ("params", "sizes")
USE: KeyPath = ("model", "layers", 0, "unit", "filters")
LOOP: KeyPath = ("model", "layers", 1, "Dense", "for", "i")

SCOPE = Values(
    {"width": 4, "sizes": [3, 5], "filters": 8, "i": 1},
    {"width": (WIDTH,), "sizes": (SIZES,), "filters": (USE, WIDTH), "i": (LOOP, SIZES)},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${width}", (WIDTH,)),
        ("${width * 2 + width}", (WIDTH,)),
        ("${filters + 1}", (USE, WIDTH)),
        ("${sizes[0]}", ((*SIZES, 0),)),
        ("${sizes[i]}", ((*SIZES, 1),)),
        ("${sizes[1:]}", (SIZES,)),
        ("${len(sizes)}", (SIZES,)),
        ("${sizes[9 // 0]}", (SIZES,)),
        ("${width if i else 'sizes'}", (WIDTH, LOOP, SIZES)),
        ("${steps}", ()),
        ("width", ()),
        ([1, "${width}", {"a": "${filters}"}], (WIDTH, USE)),
        ("${", ()),
        (3, ()),
    ],
)
def test_the_sources_of_a_value(text: object, expected: tuple[KeyPath, ...]) -> None:
    assert set(sources(text, SCOPE)) == set(expected)


def test_what_is_passed_on_was_written_by_who_gave_it() -> None:
    assert giver("${sizes[i]}", SCOPE, USE) == (*SIZES, 1)
    assert places("${filters}", SCOPE, ("here",)) == (USE, WIDTH)
    assert places("${width + 1}", SCOPE, ("here",)) == (("here",), WIDTH)
    assert places(3, SCOPE, ("here",)) == (("here",),)


def test_no_more_places_than_anyone_looks_through() -> None:
    many = Values({}, {f"p{number}": (("params", f"p{number}"),) for number in range(20)})
    text = "${" + " + ".join(f"p{number}" for number in range(20)) + "}"
    assert sources(text, many) == tuple(("params", f"p{number}") for number in range(MOST_SOURCES))
