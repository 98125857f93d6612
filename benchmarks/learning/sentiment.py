"""Praise or blame in a sentence about a film.

Hidden words of 7,600 sentences do not help `sentiment/bert:pretrained`, as it is fine-tuned now: it reaches
no more than `sentiment/bert` does from scratch, and both miss the bar.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from learning.entry import Entry, Rows, Trained


def bag_of_words(rows: Rows) -> Mapping[str, float]:
    """Logistic regression over TF-IDF of words, as strong as the validation rows choose it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    def fitted(strength: float) -> object:
        model = make_pipeline(
            TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=strength, max_iter=1000)
        )
        return model.fit(rows["train"]["text"], rows["train"]["sentiment"])

    def score(model: object, part: str) -> float:
        return float(model.score(rows[part]["text"], rows[part]["sentiment"]))  # type: ignore[attr-defined]

    best = max(map(fitted, (0.3, 1, 3, 10)), key=lambda model: score(model, "validation"))
    return {"TF-IDF and logistic regression": score(best, "test")}


sentence = partial(
    Entry,
    task="praise or blame",
    data="10,605 sentences of film reviews",
    metric="sentiment_accuracy",
    bar=0.78,
    files={"rows": "movie-snippets.csv"},
    beside=bag_of_words,
)


def from_scratch(trained: Trained) -> Mapping[str, float]:
    """What the same blueprint reaches, by the same epochs and seed, where nothing was learnt before."""
    metrics = trained.other("sentiment/bert") / "metrics.json"
    return {"from scratch": json.loads(metrics.read_text(encoding="utf-8"))["test"]["accuracy"]}


piece = partial(sentence, metric="accuracy")

ENTRIES = (
    *(sentence(f"sentiment/{name}") for name in ("lstm", "gru", "attention", "transformer")),
    piece("sentiment/bert"),
    piece("sentiment/bert:pretrained", after={"pretraining": "text/masked_words"}, run_beside=from_scratch),
)
