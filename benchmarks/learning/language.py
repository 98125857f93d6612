"""What a text says next, and what it says where it is hidden.

`text/char_rnn` is asked for what counts of its text reach, which took it two readings: after one it has 2.470
bits. `text/gpt_small` is asked for what `text/char_rnn` reached, as large and on as much of the same text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from learning.entry import Entry, Rows, Trained

METRIC = "bits_per_token"
RESERVED = 2
"""Padding and what is unknown, which are never asked for."""
ORDERS = (3, 4, 5, 6, 7)
"""Characters before the next one; those that there are all are tried on the validation text."""


def counted_characters(rows: Rows) -> Mapping[str, float]:
    """Bits per character of counts: what followed the last characters, as many as tell validation most.

    Contexts are mixed with shorter ones, down to none, as Witten and Bell do (1991, "The zero-frequency
    problem", method C).
    """
    import numpy as np

    letters = {letter: code for code, letter in enumerate(sorted(set("".join(map(_text, rows.values())))))}
    codes = {part: np.array([letters[one] for one in _text(columns)]) for part, columns in rows.items()}
    bits = {part: _bits(codes["train"], codes[part], len(letters)) for part in ("validation", "test")}
    best = min(ORDERS, key=lambda order: bits["validation"][order])
    return {f"counts of up to {best + 1} characters": bits["test"][best]}


def _text(columns: Mapping[str, Any]) -> str:
    return "".join(columns["text"])


def _bits(known: Any, asked: Any, letters: int) -> Mapping[int, float]:
    """Bits per character of a text with each number of characters before the next one."""
    import numpy as np

    found, likely = {}, np.full(len(asked), 1 / letters)
    for order in range(max(ORDERS) + 1):
        contexts, asked_contexts = (_contexts(text, order, letters) for text in (known, asked))
        pairs, times = np.unique(contexts * letters + known, return_counts=True)
        of_context, first, kinds = np.unique(pairs // letters, return_index=True, return_counts=True)
        total = np.add.reduceat(times, first)
        seen = _looked_up(of_context, total, asked_contexts)
        differing = _looked_up(of_context, kinds, asked_contexts)
        followed = _looked_up(pairs, times, asked_contexts * letters + asked)
        mixed = (followed + differing * likely) / np.maximum(seen + differing, 1)
        likely = np.where(seen > 0, mixed, likely)
        found[order] = float(-np.log2(likely).mean())
    return found


def _contexts(text: Any, order: int, letters: int) -> Any:
    """The characters before each one as a number; before the first, the alphabet's first."""
    import numpy as np

    found = np.zeros(len(text), dtype=np.int64)
    for back in range(order, 0, -1):
        before = np.concatenate([np.zeros(back, dtype=np.int64), text[:-back]])
        found = found * letters + before
    return found


def _looked_up(keys: Any, values: Any, asked: Any) -> Any:
    """The value of each key that is asked for, 0 where there is none; keys ascend."""
    import numpy as np

    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0)


character = partial(
    Entry,
    task="the next character",
    data="Shakespeare, 5.1 million characters",
    metric=METRIC,
    lower=True,
    bar=2.31,
    unit=" bits",
    files={"corpus": "shakespeare.txt.gz"},
)


def recurrent(trained: Trained) -> Mapping[str, float]:
    """What the LSTMs reach with as many parameters, on the same text read as often."""
    metrics = trained.other("text/char_rnn") / "metrics.json"
    return {"two LSTMs": json.loads(metrics.read_text(encoding="utf-8"))["test"][METRIC]}


def counted_pieces(trained: Trained) -> Mapping[str, float]:
    """Bits for a piece of a word where nothing is known but how often each is met in the training rows."""
    import numpy as np

    import yamlnet
    from yamlnet.run_rows import run_data

    dataset = run_data(yamlnet.open_run(trained.run))[1]
    known, asked = (part.inputs["tokens"].ravel() for part in (dataset.train, dataset.test))
    counts = np.bincount(known, minlength=asked.max() + 1)[RESERVED:] + 1
    likely = counts[asked[asked >= RESERVED] - RESERVED] / counts.sum()
    return {"counts of pieces": float(-np.log2(likely).mean())}


def from_scratch(trained: Trained) -> Mapping[str, float]:
    """What the same blueprint reaches, by the same epochs and seed, where nothing was learnt before."""
    metrics = trained.other("text/word_order") / "metrics.json"
    return {"from scratch": json.loads(metrics.read_text(encoding="utf-8"))["test"]["auc"]}


def bag_of_words(rows: Rows) -> Mapping[str, float]:
    """ROC AUC of logistic regression over TF-IDF of words and of pairs of words, which know some order."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline

    found = {}
    for name, longest in (("TF-IDF of words", 1), ("TF-IDF of words and their pairs", 2)):
        vectorizer = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, longest))
        model = make_pipeline(vectorizer, LogisticRegression(max_iter=1000))
        model.fit(rows["train"]["text"], rows["train"]["order"])
        chances = model.decision_function(rows["test"]["text"])  # of the later word, "written"
        found[name] = float(roc_auc_score(rows["test"]["order"] == "written", chances))
    return found


words = partial(
    Entry,
    task="hidden pieces of words",
    metric=METRIC,
    lower=True,
    unit=" bits",
    run_beside=counted_pieces,
)
order = partial(
    Entry,
    task="whether two words changed places, ROC AUC",
    data="sentences of Shakespeare's speeches",
    metric="auc",
    files={"rows": "word-order.csv"},
    after={"pretraining": "text/masked_words:speeches"},
    beside=bag_of_words,
)

ENTRIES = (
    character("text/char_rnn", beside=counted_characters),
    character("text/gpt_small", bar=2.2786, run_beside=recurrent),
    words(
        "text/masked_words",
        data="10,605 sentences of film reviews",
        bar=8.0,
        files={"rows": "movie-snippets.csv"},
    ),
    words(
        "text/masked_words:speeches",
        data="26,648 speeches of Shakespeare's",
        bar=7.0,
        files={"rows": "speeches.csv"},
    ),
    order("text/word_order", bar=0.5),
    order("text/word_order:pretrained", bar=0.65, run_beside=from_scratch),
)
