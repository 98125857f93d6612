"""A JSON list in blocks of any size is the list at once; what is no JSON is refused as a whole would be."""

from __future__ import annotations

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yamlnet.data.files.json_lists import list_items

texts = st.text(st.sampled_from('ab,"\\[]{}:é \n'), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def items(data: bytes, block: int) -> list[Any]:
    stream = io.BytesIO(data)
    begin = stream.read(block)
    while not begin.strip():
        begin += stream.read(block)
    return [json.loads(item) for rows in list_items(stream, begin, block) for item in rows]


@given(st.lists(values, max_size=8), st.integers(1, 40), st.sampled_from([None, 2]), st.booleans())
def test_blocks_of_any_size(rows: list[Any], block: int, indent: int | None, ascii: bool) -> None:
    written = " " + json.dumps(rows, indent=indent, ensure_ascii=ascii) + "\n"
    assert items(written.encode(), block) == rows


@given(st.binary(max_size=12), st.integers(1, 9))
def test_what_python_refuses_is_refused(inner: bytes, block: int) -> None:
    """As far as both know JSON: Python's takes NaN, too, and does not look into texts that are no UTF-8."""
    data = b"[" + inner
    try:
        expected = msgspec.json.decode(data)
    except msgspec.DecodeError:
        with pytest.raises((msgspec.DecodeError, UnicodeError)):
            items(data, block)
    else:
        assert items(data, block) == expected


@pytest.mark.parametrize(
    "data", [b"[1,]", b"[,1]", b"[1,,2]", b"[1", b"[1]]", b"[1] 2", b'["a]', b"[{]}", b"[,]", b"[}", b"[1}"]
)
@pytest.mark.parametrize("block", [1, 2, 100])
def test_what_is_no_list(data: bytes, block: int) -> None:
    with pytest.raises(msgspec.DecodeError):
        items(data, block)


def test_many_backslashes() -> None:
    rows = ["\\" * 200, "\\" * 201 + '"', '"' * 50]
    assert items(json.dumps(rows).encode(), 300) == rows
