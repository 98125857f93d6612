"""English verses in Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from learning.entry import Entry, Rows

TOLD = 500
"""The test rows whose texts are told: the first ones, as many as `yamlnet evaluate` takes."""


def nearest_verse(rows: Rows) -> Mapping[str, float]:
    """BLEU of whoever cannot translate and looks up: the training verse whose words are the most alike.

    Likeness is the cosine of TF-IDF.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    from yamlnet.data.texts.likeness import likeness

    train, test = rows["train"], rows["test"]
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    known = vectorizer.fit_transform(train["en"])
    alike = vectorizer.transform(test["en"][:TOLD]) @ known.T
    found = likeness(train["es"][alike.toarray().argmax(axis=1)], test["es"][:TOLD])
    return {"the nearest training verse": found["bleu"], "the same by chrF": found["chrf"]}


verse = partial(
    Entry,
    task="English to Spanish, BLEU",
    data="17,057 verses of at most 24 words",
    metric="data.target.bleu",
    bar=15.2,
    also={"data.target.chrf": 32.7},
    files={"rows": "verses-24.tsv"},
    beside=nearest_verse,
)

ENTRIES = (verse("sequence/translate_transformer"), verse("sequence/translate_lstm"))
