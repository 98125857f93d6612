"""Keras's data sets of texts are lists of words' numbers; what Keras gives, without a download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yamlnet.data.sources import SOURCES

pytestmark = [pytest.mark.backend, pytest.mark.usefixtures("on_jax")]


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_words_are_lists(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    asked: dict[str, Any] = {}

    def load_data(**arguments: Any) -> Any:
        asked.update(arguments)
        lists = np.array([[1, 14, 22], [1, 7]], dtype=object)
        return (lists, np.array([0, 1])), (lists[:1], np.array([1]))

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", load_data)
    table = SOURCES["Keras"]({"name": name, "num_words": 100}, Path(), ())
    assert table.columns["words"].tolist() == [[1, 14, 22], [1, 7]]
    assert table.columns["target"].tolist() == [0, 1]
    assert asked == {"num_words": 100}
    assert SOURCES["Keras"]({"name": name, "split": "test"}, Path(), ()).rows == 1
