"""Pictures of clothing: 60,000 to learn from, 10,000 for the test (Fashion-MNIST).

KERAS_HOME names the folder that holds `datasets/fashion-mnist`; without it, Keras downloads the pictures.
Convolutions are trained on PyTorch, which compiles nothing before the first step.
"""

from __future__ import annotations

from functools import partial

from learning.entry import Entry

PAGE = "Fashion-MNIST's list of submissions"

clothing = partial(
    Entry, task="ten kinds of clothing", data="Fashion-MNIST, 60,000 pictures", metric="accuracy"
)

ENTRIES = (
    clothing("fashion/mlp", bar=0.88, published=f"0.900, an MLP of 256, 128 and 64 ({PAGE})"),
    clothing(
        "fashion/cnn", bar=0.916, backend="torch", published=f"0.916, two convolutions with pooling ({PAGE})"
    ),
    clothing("fashion/resnet", bar=0.93, backend="torch", published=f"0.949, ResNet-18, augmented ({PAGE})"),
    clothing("fashion/vit", bar=0.88, published=f"0.898, XGBoost ({PAGE})"),
)
