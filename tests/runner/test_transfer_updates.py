"""Learning rates by layer, and what is learnt later: as PyTorch's parameter groups have it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from yamlnet.runner.transfer.updates import Updates

pytestmark = pytest.mark.backend

OPTIMIZERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "SGD": ({"momentum": 0.9}, {"momentum": 0.9}),
    "Adam": ({"epsilon": 1e-8}, {"eps": 1e-8}),
    "AdamW": ({"weight_decay": 0.1, "epsilon": 1e-8}, {"weight_decay": 0.1, "eps": 1e-8}),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rate_and_a_late_beginning_are_those_of_a_parameter_group(name: str) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = OPTIMIZERS[name]
    rng = np.random.default_rng(0)
    values = [rng.normal(size=size).astype("float32") for size in (3, 2)]
    variables = [keras.Variable(value) for value in values]
    optimizer = getattr(keras.optimizers, name)(learning_rate=0.1, **ours)
    optimizer.build(variables)
    updates = Updates(optimizer, {id(variables[1]): 0.1})
    updates.learn(variables[:1])
    tensors = [torch.tensor(value.copy(), requires_grad=True) for value in values]
    groups = [{"params": tensors[:1]}, {"params": tensors[1:], "lr": 0.01}]
    reference = getattr(torch.optim, name)(groups, lr=0.1, **theirs)
    for step in range(6):
        if step == 2:
            updates.learn(variables)
        gradients = [rng.normal(size=value.shape).astype("float32") for value in values]
        with torch.no_grad():
            optimizer.apply([keras.ops.convert_to_tensor(one) for one in gradients], variables)
        tensors[0].grad = torch.tensor(gradients[0])
        tensors[1].grad = torch.tensor(gradients[1]) if step >= 2 else None  # then it has no state either
        reference.step()
    for variable, tensor, value in zip(variables, tensors, values, strict=True):
        found = keras.ops.convert_to_numpy(variable)
        assert np.abs(found - value).max() > 1e-3
        np.testing.assert_allclose(found, tensor.detach().numpy(), rtol=1e-5, atol=1e-5)
