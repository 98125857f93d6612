"""Pictures of clothing and the words for them: one found by the other, or written.

As in `fashion.py`, KERAS_HOME names the folder that holds `datasets/fashion-mnist`. Both are held against
what tells a picture's kind without words: whoever knows the kind knows the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import yamlnet
from learning.entry import Entry, Trained
from learning.fashion import nearest_pixels


def nearest_words(study: Trained) -> Mapping[str, float]:
    """How often the words whose vector points most nearly into a test picture's direction are its own."""
    import numpy as np

    run, names = yamlnet.open_run(study.run), study.rows()["test"]["class"]
    pictures, words = (yamlnet.embed(run, layer=layer) for layer in ("image_tower", "word_tower"))
    pictures, words = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (pictures, words))
    known, first = np.unique(names.astype(str), return_index=True)
    told = known[(pictures @ words[first].T).argmax(axis=1)]
    return {"nearest": float((told == names).mean())}


def right_captions(study: Trained) -> Mapping[str, float]:
    """How often the caption of a test picture is what its class is called, letter by letter."""
    run, names = yamlnet.open_run(study.run), study.rows()["test"]["class"]
    (told,) = yamlnet.predict(run).values()
    return {"exact": float((told == names).mean())}


pictures = partial(
    Entry, data="Fashion-MNIST, 60,000 pictures", bar=0.88, backend="torch", beside=nearest_pixels
)

ENTRIES = (
    pictures(
        "multimodal/fashion_words",
        task="the words for a picture, by the nearest vector",
        metric="nearest",
        figures=nearest_words,
    ),
    pictures(
        "multimodal/fashion_captions",
        task="a caption, right in every letter",
        metric="exact",
        figures=right_captions,
    ),
)
