"""Whether a layer of Keras passes masks on: a fact of the catalogue, read as it is generated."""

from __future__ import annotations

import inspect
from typing import Any


def passes_masks(layer: Any) -> bool:
    """Whether a layer's instances support masking: their class computes masks, or its constructor says so.

    Read from the source, as `supports_masking` exists on instances only and few layers can be made without
    arguments; `tests/catalog` holds it against layers that were made.
    """
    from keras import Layer

    if layer.compute_mask is not Layer.compute_mask:
        return True
    constructors = [vars(one)["__init__"] for one in layer.__mro__ if "__init__" in vars(one)]
    return any(
        "self.supports_masking = True" in inspect.getsource(one)
        for one in constructors
        if one not in (object.__init__, Layer.__init__)
    )
