"""The price of a diamond."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from learning.entry import Entry, Rows

CATEGORIES = {
    "cut": ["Fair", "Good", "Very Good", "Premium", "Ideal"],
    "color": ["J", "I", "H", "G", "F", "E", "D"],
    "clarity": ["I1", "SI2", "SI1", "VS2", "VS1", "VVS2", "VVS1", "IF"],
}
NUMBERS = ("carat", "depth", "table", "x", "y", "z")


def boosted_trees(rows: Rows) -> Mapping[str, float]:
    """R² of gradient boosting on the logarithm of the price, from the same columns in their order."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingRegressor

    def read(part: str) -> tuple[np.ndarray, np.ndarray]:
        columns = [np.asarray(rows[part][name], dtype=float) for name in NUMBERS]
        for name, order in CATEGORIES.items():
            columns.append(np.array([order.index(value) for value in rows[part][name]], dtype=float))
        return np.stack(columns, axis=1), np.log1p(rows[part]["price"].astype(float))

    model = HistGradientBoostingRegressor(max_iter=500, learning_rate=0.06, random_state=0)
    return {"gradient boosting": float(model.fit(*read("train")).score(*read("test")))}


price = partial(
    Entry,
    task="the logarithm of a price, R²",
    data="53,940 diamonds",
    metric="r2_score",
    bar=0.99,
    files={"rows": "diamonds.csv.gz"},
    beside=boosted_trees,
)

ENTRIES = (price("tabular/category_embeddings"), price("tabular/wide_and_deep"))
