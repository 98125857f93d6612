"""`lora`: low-rank changes of kernels are learnt in place of the kernels (Hu et al. 2021, arXiv:2106.09685).

Keras makes the changes: a kernel W becomes W + alpha / rank · A B, with A drawn and B zero, so that nothing
has changed at first. What a run keeps is a model as the blueprint makes it, the changes in its kernels.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from yamlnet.compiler.initial_weights import numpy_initial_weights
from yamlnet.compiler.lower import lower
from yamlnet.objectives.objective import Models
from yamlnet.resolver.plan import Plan
from yamlnet.resolver.transfer_plan import covered
from yamlnet.runner.transfer.layers import Layers, named_layers, refusal

ADAPTER = "lora_"
"""The names of Keras's variables for A and B begin so."""


def adapt(models: Models, plan: Plan) -> None:
    """Give the kernels that `lora` names their changes, and freeze everything else but what it says to train.

    Raises:
        BlueprintError: a pattern means no layer whose kernel can be changed so.
    """
    lora = plan.train.transfer.lora if plan.train is not None else None
    if lora is None:
        return
    layers = named_layers(models)
    for pattern in lora.train:
        if not any(covered([pattern], path) for path in layers):
            raise refusal(f'"{pattern}" means no layer', (*lora.path, "train"), plan)
    with numpy_initial_weights(plan.seed, "lora"):
        for pattern in lora.target:
            changed = [
                layer
                for path, layer in layers.items()
                if covered([pattern], path)
                and not covered(lora.train, path)
                and hasattr(layer, "enable_lora")
            ]
            if not changed:
                message = f'"{pattern}" means no layer that lora changes: Dense, EinsumDense, Embedding, Conv'
                raise refusal(message, (*lora.path, "target"), plan)
            for layer in changed:
                if not layer.lora_enabled:
                    layer.enable_lora(lora.rank, lora_alpha=lora.alpha)
    _freeze_the_rest(layers, lora.train)


def _freeze_the_rest(layers: Layers, trained: tuple[str, ...]) -> None:
    for path, layer in layers.items():
        if covered(trained, path):
            continue
        holds = any(other.startswith(f"{path}/") for other in layers)
        if not holds and not getattr(layer, "lora_enabled", False):
            layer.trainable = False
            continue
        # A layer that is not trainable hides what is learnt in it, so its own weights are frozen singly.
        for weight in layer._trainable_variables:
            weight.trainable = weight.name.startswith(ADAPTER)


def plain_models(models: Models, plan: Plan) -> dict[str, keras.Model]:
    """The models as the blueprint makes them, with trained weights, changed kernels, and no optimizer."""
    fresh = lower(plan)
    # In order: Keras numbers the names of some layers in layers through the whole process.
    learnt = named_layers(models).values()
    for trained, layer in zip(learnt, named_layers(fresh).values(), strict=True):
        store: dict[str, Any] = {}
        trained.save_own_variables(store)  # Keras adds the changes to the kernels here
        layer.load_own_variables({name: _copied(value) for name, value in store.items()})
    return fresh


def _copied(value: Any) -> Any:
    """A value in memory of its own: JAX gives the memory of one model's weights away when that is used."""
    return np.array(keras.ops.convert_to_numpy(value))
