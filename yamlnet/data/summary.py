"""What is told of the numbers of some rows, one chunk after the other: their moments, range and quantiles."""

from __future__ import annotations

import numpy as np

from yamlnet.data.table import Array

SLAB = 1 << 16
"""Values that are looked at together: they stay in the processor's cache, and are not held a second time."""

KEPT = 1_000_000
"""Rows that quantiles are exact for; of more, this many are drawn, each as likely as the other."""


class Summary:
    """Counts, mean, deviation and range of each feature (the last axis of rows of vectors), NaN left out.

    Mean and deviation are merged over chunks as in Chan, Golub and LeVeque 1979, "Updating formulae …".
    """

    def __init__(self) -> None:
        self.missing = 0
        self.count = self.mean = self.squares = np.zeros(())
        self.low: Array = np.asarray(np.inf)
        self.high: Array = np.asarray(-np.inf)

    def add(self, values: Array) -> None:
        """More rows, as float64 of any rank."""
        step = max(SLAB * len(values) // max(values.size, 1), 1)
        for first in range(0, len(values) if values.size else 0, step):
            self._add(values[first : first + step])

    def _add(self, values: Array) -> None:
        axes, gone = _rows_and_places(values), np.isnan(values)
        if gone.any():
            self.missing += int(gone.sum())
            more = (~gone).sum(axis=axes)
            whole, lows, highs = (np.where(gone, one, values) for one in (0.0, np.inf, -np.inf))
            centre = whole.sum(axis=axes) / np.maximum(more, 1)
            spread = np.where(gone, 0.0, (values - centre) ** 2).sum(axis=axes)
        else:
            features = values.shape[-1:] if values.ndim > 1 else ()
            more = np.full(features, values.size // max(int(np.prod(features, dtype=int)), 1))
            lows = highs = values
            centre = values.mean(axis=axes)
            spread = np.square(values - centre).sum(axis=axes)
        apart, count = centre - self.mean, np.maximum(self.count + more, 1)
        self.squares = self.squares + spread + apart**2 * (self.count * more / count)
        self.mean = self.mean + apart * (more / count)
        self.count = self.count + more
        self.low = np.minimum(self.low, lows.min(axis=axes))
        self.high = np.maximum(self.high, highs.max(axis=axes))

    @property
    def deviation(self) -> Array:
        """The population's standard deviation, as scikit-learn's StandardScaler has it."""
        return np.asarray(np.sqrt(self.squares / np.maximum(self.count, 1)))


class Sample:
    """Rows to take quantiles of: all up to `KEPT`, of more a uniform sample (by random keys, seed 0)."""

    def __init__(self, most: int = KEPT) -> None:
        self.most, self.seen = most, 0
        self.kept: list[Array] = []
        self.keys: list[Array] = []
        self.random = np.random.Generator(np.random.Philox(key=0))

    def add(self, values: Array) -> None:
        """More rows, as float64 of any rank; the axes before the features' count as rows."""
        rows = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values
        self.kept.append(rows)
        self.keys.append(self.random.random(len(rows)))
        self.seen += len(rows)
        if sum(map(len, self.keys)) > self.most:
            keys, rows = np.concatenate(self.keys), np.concatenate(self.kept)
            chosen = np.argpartition(keys, self.most)[: self.most]
            self.kept, self.keys = [rows[chosen]], [keys[chosen]]

    @property
    def exact(self) -> bool:
        """Whether every row was kept."""
        return self.seen <= self.most

    def quantiles(self, *shares: float) -> list[Array]:
        """The quantiles of each feature, NaN left out (linear, as NumPy has them); NaN where none is."""
        rows = np.concatenate(self.kept) if self.kept else np.full(1, np.nan)
        if np.isnan(rows).all(axis=0).any():
            return [np.where(np.isnan(rows).all(axis=0), np.nan, 0.0) for _ in shares]
        return list(np.nanquantile(rows, shares, axis=0))


def _rows_and_places(values: Array) -> tuple[int, ...]:
    """Every axis but the features'."""
    return tuple(range(max(values.ndim - 1, 1)))
