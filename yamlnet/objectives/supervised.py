"""Supervised learning: inputs, targets, a loss for each output.

loss = Σ weight · loss(target, output), over the outputs that have one, plus what layers add.
"""

from __future__ import annotations

from yamlnet.objectives.compared import Compared


class Supervised(Compared):
    """Minimise the losses of the outputs of `model` against the data's targets."""
