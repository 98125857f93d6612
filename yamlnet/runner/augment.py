"""`augment`: layers that change the inputs of a training batch at random, before the step sees them.

They are no part of the model, so nothing else can come to use them: validation, evaluation, prediction
and exports never see one. What they draw follows from the run's seed, the epoch and the batch alone, so that
a run repeats itself. Every layer draws from a Keras `SeedGenerator`, whose state is set before each batch.

The layers of an input are compiled together (`jax.jit`, `tf.function`; PyTorch runs them as they are): called
one by one they take 15 times as long on JAX and twice as long on TensorFlow (a flip and a translation of 128
rows of 28 × 28 on 2 cores).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
from keras.src.backend import compute_output_spec
from msgspec.structs import replace

from yamlnet.compiler.objects import construct, first_sentences
from yamlnet.data.batches import Batch
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.resolver.plan import ObjectSpec

COLOUR = re.compile(r"\x1b\[\d*m")
"""What Keras's messages have for terminals."""

Run = Callable[[Any, Any], Any]
"""(states of the seed generators, values) → values of the same shape, float32."""


class Augmenter:
    """Changes the batches of one training run. Without layers it gives them back as they are."""

    def __init__(
        self,
        layers: Mapping[str, Sequence[ObjectSpec]],
        seed: int,
        shapes: Mapping[str, tuple[int, ...]],
        process: int = 0,
    ) -> None:
        """Make the layers and see what they do with a row.

        Args:
            layers: by input, in the order in which they are applied.
            seed: the run's.
            shapes: of each input's rows, without the batch axis.
            process: which of several, each of which changes rows of its own.

        Raises:
            BlueprintError: Keras refuses a layer, or one cannot take the input.
        """
        self.seed, self.process = seed, process
        self.chains = {name: _chain(specs, shapes[name]) for name, specs in layers.items()}
        self.runs = {name: _compiled(chain) for name, chain in self.chains.items()}

    def __call__(self, batch: Batch, epoch: int, step: int) -> Batch:
        """The batch with its inputs changed, by what (seed, epoch, step) say."""
        if not self.runs:
            return batch
        changed = dict(batch.inputs)
        for index, (name, run) in enumerate(self.runs.items()):
            count = len(_states(self.chains[name]))
            begin = [self.seed, epoch, step, index, *filter(None, [self.process])]
            drawn = np.random.SeedSequence(begin).generate_state(2 * max(count, 1))
            states = [drawn[2 * one : 2 * one + 2] for one in range(count)]
            changed[name] = run(states, np.asarray(changed[name], dtype=np.float32))
        return replace(batch, inputs=changed)


def _chain(specs: Sequence[ObjectSpec], shape: tuple[int, ...]) -> list[keras.layers.Layer]:
    """The layers, each tried on rows of a shape that none of them changes."""
    rows = keras.KerasTensor((2, *shape), "float32")
    layers = []
    for spec in specs:
        layer = construct(spec)
        try:
            compute_output_spec(
                partial(layer, training=True), rows
            )  # what it does, not what it says of itself
        except Exception as error:  # whatever code stands in them, a user reads a sentence
            said = first_sentences(COLOUR.sub("", str(error))) or type(error).__name__
            message = f'"{spec.name}" cannot augment rows of shape {list(shape)}: {said}'
            raise BlueprintError([Diagnostic("augment", message, spec.path, "key")]) from error
        layers.append(layer)
    return layers


def _states(chain: Sequence[keras.layers.Layer]) -> list[Any]:
    """Where the layers keep what they draw from next: they have no other variables."""
    return [variable for layer in chain for variable in layer.non_trainable_variables]


def _applied(chain: Sequence[keras.layers.Layer], values: Any) -> Any:
    for layer in chain:
        values = layer(values, training=True)
    return values


def _compiled(chain: Sequence[keras.layers.Layer]) -> Run:
    backend = keras.backend.backend()
    return {"jax": _on_jax, "tensorflow": _on_tensorflow}.get(backend, _on_torch)(chain)


def _on_jax(chain: Sequence[keras.layers.Layer]) -> Run:
    import jax

    def run(states: Any, values: Any) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(_states(chain), states, strict=True))):
            return _applied(chain, values)

    compiled: Run = jax.jit(run)
    return compiled


def _on_tensorflow(chain: Sequence[keras.layers.Layer]) -> Run:
    import tensorflow as tf

    inner = tf.function(lambda values: _applied(chain, values), reduce_retracing=True)

    def run(states: Any, values: Any) -> Any:
        for variable, state in zip(_states(chain), states, strict=True):
            variable.assign(state)
        return inner(tf.convert_to_tensor(values))

    return run


def _on_torch(chain: Sequence[keras.layers.Layer]) -> Run:
    import torch

    def run(states: Any, values: Any) -> Any:
        for variable, state in zip(_states(chain), states, strict=True):
            variable.assign(state)
        with torch.no_grad():
            return _applied(chain, keras.ops.convert_to_tensor(values))

    return run
