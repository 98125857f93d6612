"""Praise or blame in a sentence about a film.

Networks that begin with no weights do little better on 7,309 sentences than a bag of words does; the 2,194 of
the test tell 0.78 and 0.79 apart badly. The networks keep the mean of the last some hundred steps' weights,
in the place of the epoch that 1,102 sentences choose: a point more on the test rows for the recurrent ones, a
point less on the validation rows that chose before. Tried by validation, and not kept: a bag of words beside
the network, one that the network weighs word by word, one number that both outputs read, smaller networks,
more dropout.
Hidden words of as many sentences do not help, either: `sentiment/bert:pretrained` reaches no more than
`sentiment/bert` does from scratch. What helps is to have read much before: `text/minilm`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from learning.entry import ROOT, Entry, Rows, Trained


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


def beside_the_untaught(rows: Rows) -> Mapping[str, float]:
    """What the bag of words reaches, and what `sentiment/lstm` reached, which began with no weights."""
    results = json.loads((ROOT / "benchmarks" / "gallery.json").read_text(encoding="utf-8"))
    return {**bag_of_words(rows), "sentiment/lstm": results["sentiment/lstm"]["result"]}


# bfloat16 halves what an encoder of this size takes on a processor that has it; weights stay float32.
tuned = partial(
    sentence,
    bar=0.84,
    backend="torch",
    settings=("train.precision=mixed_bfloat16",),
    beside=beside_the_untaught,
)

ENTRIES = (
    *(sentence(f"sentiment/{name}") for name in ("lstm", "gru", "attention", "transformer")),
    piece("sentiment/bert"),
    piece("sentiment/bert:pretrained", after={"pretraining": "text/masked_words"}, run_beside=from_scratch),
    tuned("text/minilm:full"),
    tuned("text/minilm:lora"),
)
