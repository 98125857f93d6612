"""Stars for films."""

from __future__ import annotations

from collections.abc import Mapping

from learning.entry import Entry, Rows


def biases(rows: Rows) -> Mapping[str, float]:
    """The RMSE in stars of a mean, what each film gets more, and what each user gives more.

    Both are drawn to zero (Koren et al., 2009) as strongly as does best on the validation rows.
    """
    import numpy as np
    import pandas as pd

    table = {
        part: pd.DataFrame({name: columns[name] for name in ("userId", "movieId", "rating")})
        for part, columns in rows.items()
    }
    train, mean = table["train"], table["train"].rating.mean()

    def shrunk(values: pd.Series, by: pd.Series, strength: float) -> pd.Series:
        groups = values.groupby(by)
        return groups.sum() / (groups.count() + strength)

    def error(strength: float, part: str) -> float:
        films = shrunk(train.rating - mean, train.movieId, strength)
        left = train.rating - mean - train.movieId.map(films)
        users = shrunk(left, train.userId, strength)
        asked = table[part]
        found = mean + asked.movieId.map(films).fillna(0) + asked.userId.map(users).fillna(0)
        return float(np.sqrt(((asked.rating - found) ** 2).mean()))

    best = min((1, 2, 3, 5, 10), key=lambda strength: error(strength, "validation"))
    return {"biases of users and films": error(best, "test")}


ENTRIES = (
    Entry(
        "recommend/ratings",
        task="stars for films, RMSE",
        data="MovieLens, 100,004 ratings",
        metric="data.stars.rmse",
        lower=True,
        bar=0.9,
        files={"rows": "ratings.csv"},
        beside=biases,
    ),
)
