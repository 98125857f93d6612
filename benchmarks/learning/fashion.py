"""Pictures of clothing: 60,000 to learn from, 10,000 for the test (Fashion-MNIST).

KERAS_HOME names the folder that holds `datasets/fashion-mnist`; without it, Keras downloads the pictures.
Convolutions are trained on PyTorch, which compiles nothing before the first step.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yamlnet
from learning.entry import Entry, Rows, Trained

NEIGHBOURS = 5

PAGE = "Fashion-MNIST's list of submissions"

clothing = partial(
    Entry, task="ten kinds of clothing", data="Fashion-MNIST, 60,000 pictures", metric="accuracy"
)


def told_by_the_nearest(known: Any, kinds: Any, asked: Any, right: Any) -> float:
    """How often the commonest kind among the nearest five of what is known is right."""
    from sklearn.neighbors import KNeighborsClassifier

    model = KNeighborsClassifier(NEIGHBOURS).fit(known, kinds)
    return float(model.score(asked, right))


def nearest_pixels(rows: Rows) -> Mapping[str, float]:
    """The nearest neighbours among the training pictures, compared pixel by pixel."""
    known, asked = (rows[part]["image"].reshape(-1, 784) / 255 for part in ("train", "test"))
    told = told_by_the_nearest(known, rows["train"]["target"], asked, rows["test"]["target"])
    return {"the 5 nearest by pixels": told}


def nearest_vectors(study: Trained) -> Mapping[str, float]:
    """The same by the vectors of a run."""
    import numpy as np

    run, rows = yamlnet.open_run(study.run), study.rows()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.npz"
        np.savez(path, image=rows["train"]["image"])
        known, asked = (
            vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            for vectors in (yamlnet.embed(run, path), yamlnet.embed(run))
        )
    return {"nearest": told_by_the_nearest(known, rows["train"]["target"], asked, rows["test"]["target"])}


ENTRIES = (
    clothing("fashion/mlp", bar=0.88, published=f"0.900, an MLP of 256, 128 and 64 ({PAGE})"),
    clothing(
        "fashion/cnn", bar=0.916, backend="torch", published=f"0.916, two convolutions with pooling ({PAGE})"
    ),
    clothing("fashion/resnet", bar=0.93, backend="torch", published=f"0.949, ResNet-18, augmented ({PAGE})"),
    clothing("fashion/vit", bar=0.88, published=f"0.898, XGBoost ({PAGE})"),
    clothing(
        "fashion/siamese",
        task="ten kinds of clothing, by the 5 nearest vectors of training pictures",
        metric="nearest",
        bar=0.88,
        backend="torch",
        figures=nearest_vectors,
        beside=nearest_pixels,
    ),
)
