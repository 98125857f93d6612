"""References to tensors, and their way back to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.schema.references import Reference, parse_reference, written

bounds = st.none() | st.integers(-99, 99)
slices = st.builds(slice, bounds, bounds, st.none() | st.integers(1, 9))
items = st.lists(st.integers(-9, 9) | slices, max_size=4)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)


@given(names, items, st.booleans())
def test_round_trip(name: str, index: list[object], dots: bool) -> None:
    reference = Reference(name, tuple(([...] if dots else []) + index))
    assert parse_reference(written(reference)) == reference


@pytest.mark.parametrize("text", ["", "a b", "a[", "a[x]", "a[1:2:3:4]", "a[]", "a[..., ...]", "1a", "a.b"])
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match='"'):
        parse_reference(text)


@given(st.text(max_size=30))
def test_any_text_reads_or_is_refused(text: str) -> None:
    try:
        parse_reference(text)
    except ValueError as error:
        assert str(error)
