"""The Fréchet distance of two sets of rows, by the mean and the covariance of their features.

Of two normal distributions N(m, C) and N(n, D) it is ‖m - n‖² + tr(C + D - 2 (C D)^½): the FID where the
features are InceptionV3's (Heusel et al. 2017, https://arxiv.org/abs/1706.08500), its like for others.
Sets of few rows lie farther apart than they should; distances of other numbers of rows do not compare.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from yamlnet.diagnostics.diagnostic import YamlnetError

Array = np.ndarray[Any, np.dtype[Any]]


def frechet_distance(one: Array, other: Array) -> float:
    """The distance of two sets of features, each (rows, …), two rows or more; 0 of a set to itself.

    Raises:
        YamlnetError: a set has fewer than two rows.
    """
    one, other = (np.asarray(rows, np.float64).reshape(len(rows), -1) for rows in (one, other))
    if min(len(one), len(other)) < 2:
        raise YamlnetError("a Fréchet distance needs two rows or more on either side")
    means = np.square(one.mean(axis=0) - other.mean(axis=0)).sum()
    first, second = (np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (one, other))
    # tr (CD)^½ is the sum of the roots of the eigenvalues of C^½ D C^½, which is symmetric as CD is not.
    root = _root(first)
    together = np.linalg.eigvalsh(root @ second @ root)
    roots = np.sqrt(np.clip(together, 0, None)).sum()
    return float(max(means + np.trace(first) + np.trace(second) - 2 * roots, 0.0))


def _root(covariance: Array) -> Array:
    """The symmetric square root of a covariance."""
    values, vectors = np.linalg.eigh(covariance)
    found: Array = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return found


def features(model: keras.Model) -> keras.Model:
    """The part of a classifier that leads to what its last layer with weights reads.

    Raises:
        YamlnetError: no layer has weights, or the last one reads several tensors.
    """
    weighted = [layer for layer in model.layers if layer.weights]
    read: Any = weighted[-1].input if weighted else None
    if not isinstance(read, keras.KerasTensor):
        message = "the judge has no last layer whose input could tell rows apart"
        raise YamlnetError(message, hint="name the layer: --features LAYER")
    return keras.Model(model.input, read)
