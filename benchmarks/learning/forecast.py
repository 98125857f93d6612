"""The next 24 hours of electricity demand, half-hour by half-hour.

The windows of the test begin with every half-hour of 20 days, each told from the eight days before it. The
bar is what ridge regression reaches with the strength that suits the test rows best; the one that validation
rows choose is run beside. Of windows that lie in the test part as a whole, which are the last twelve days
alone, ridge has 336 MW and the networks 340 (tcn) and 358 (lstm): these rows tell little apart (95 % of
block bootstraps of the differences lie between -14 and +20, and -18 and +67).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from learning.entry import Entry, Rows

DAY, WEEK = 48, 336
PARTS = ("train", "validation", "test")
STRENGTHS = (0.01, 0.1, 1, 10, 100, 1000)
"""Of ridge regression, in variances of the demand."""


def repeating_and_linear(rows: Rows) -> Mapping[str, float]:
    """The mean error in MW of the same half-hour a week ago, and of ridge regression on the same windows.

    Those of validation and test begin as yamlnet's do, with the part's first row, told from the rows before.
    Ridge learns the difference from a week ago, which suits it better than the demand itself; its strength
    is chosen on the validation rows.
    """
    import numpy as np
    from numpy.lib.stride_tricks import sliding_window_view
    from sklearn.linear_model import Ridge

    load = np.concatenate([rows[part]["demand_mw"].astype(float) for part in PARTS])
    cuts = dict(
        zip(PARTS, np.cumsum([0, *(len(rows[part]["demand_mw"]) for part in PARTS[:-1])]), strict=True)
    )

    def windows(part: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        first, end = max(cuts[part] - WEEK - DAY, 0), cuts[part] + len(rows[part]["demand_mw"])
        every = sliding_window_view(load[first:end], WEEK + 2 * DAY)
        past, following = every[:, : WEEK + DAY], every[:, WEEK + DAY :]
        return past, past[:, DAY : 2 * DAY], following

    def error(model: Ridge, part: str) -> float:
        past, week_ago, following = windows(part)
        return float(np.abs(week_ago + model.predict(past) - following).mean())

    past, week_ago, following = windows("train")
    scale = rows["train"]["demand_mw"].std() ** 2
    models = [Ridge(alpha=alpha * scale).fit(past, following - week_ago) for alpha in STRENGTHS]
    best = min(models, key=lambda model: error(model, "validation"))
    _, week_ago, following = windows("test")
    return {
        "ridge regression": error(best, "test"),
        "the same as a week ago": float(np.abs(week_ago - following).mean()),
    }


demand = partial(
    Entry,
    task="the next day's demand, mean error",
    data="4,032 half-hours of electricity",
    metric="data.next_day.mae",
    lower=True,
    bar=411,
    unit=" MW",
    files={"rows": "electricity-demand.csv"},
    beside=repeating_and_linear,
)

ENTRIES = (demand("forecast/lstm"), demand("forecast/tcn"))
