"""How an optimizer updates single variables: at a rate of their own, counted from when they are learnt.

Keras's optimizers have one learning rate and one count of steps. This stands before two of their methods, the
update and the weight decay, and calls them once for each group of variables. So a rate is scaled as it is in
PyTorch's parameter groups, whatever the optimizer does with gradients: Adam would undo a scaled gradient.
And a variable that is learnt later begins as at the first step: Adam's moments, which begin at zero, are
corrected for the steps that they have seen, and the others keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras


class Updates:
    """What an optimizer does with which variables; all are known to it from the beginning."""

    def __init__(self, optimizer: keras.optimizers.Optimizer, rates: Mapping[int, float]) -> None:
        """Stand before an optimizer; `rates` are the factors of variables by their `id`, 1 where none is."""
        self.optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of a LossScaleOptimizer
        self.rates, self.begun = rates, dict[int, int]()
        self.learnt: frozenset[int] = frozenset()
        self.update, self.decay = self.optimizer._backend_update_step, self.optimizer._apply_weight_decay
        self.optimizer._backend_update_step = self._update
        self.optimizer._apply_weight_decay = self._decay

    def learn(self, variables: Sequence[Any]) -> None:
        """From now on these are learnt and no others; those that were before keep their count."""
        now = int(keras.ops.convert_to_numpy(self.optimizer._iterations))
        self.learnt = frozenset(id(variable) for variable in variables)
        for variable in self.learnt:
            self.begun.setdefault(variable, now)

    def _update(self, gradients: Sequence[Any], variables: Sequence[Any], learning_rate: Any) -> None:
        for (rate, begun), places in self._groups(variables):
            with self._put("_iterations", self.optimizer._iterations - begun if begun else None):
                group = [variables[place] for place in places]
                self.update([gradients[place] for place in places], group, learning_rate * rate)

    def _decay(self, variables: Sequence[Any]) -> None:
        whole = self.optimizer.weight_decay
        for (rate, _), places in self._groups(variables) if whole is not None else ():
            with self._put("weight_decay", whole * rate):
                self.decay([variables[place] for place in places])

    def _groups(self, variables: Sequence[Any]) -> Iterator[tuple[tuple[float, int], list[int]]]:
        """The places of variables of one rate and one beginning."""
        groups: dict[tuple[float, int], list[int]] = {}
        for place, variable in enumerate(variables):
            if id(variable) in self.learnt:
                key = self.rates.get(id(variable), 1.0), self.begun[id(variable)]
                groups.setdefault(key, []).append(place)
        yield from groups.items()

    @contextmanager
    def _put(self, name: str, value: Any) -> Iterator[None]:
        """Put something in an attribute's place meanwhile, past Keras's tracking of it; None leaves it."""
        attributes = vars(self.optimizer)
        before = attributes[name]
        attributes[name] = before if value is None else value
        try:
            yield
        finally:
            attributes[name] = before
