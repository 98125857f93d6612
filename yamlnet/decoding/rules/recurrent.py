"""Recurrent layers: their state is kept, and goes on from the last place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops
from keras.src.backend import get_keras_mask, set_keras_mask

from yamlnet.decoding.rules.rule import Call, GoesOn, NotStepwise, Step


def recurrent(call: Call) -> GoesOn:
    """`LSTM`, `GRU`, `SimpleRNN`, `RNN` from the first place to the last, with an output at each.

    What `RNN.call` does to a whole text (keras/src/layers/rnn/rnn.py), with the state that is kept.
    """
    layer = call.operation
    sequences, axis = call.only()
    if layer.go_backwards:
        raise NotStepwise("reads the text from its end")
    if not layer.return_sequences or layer.return_state or layer.stateful or axis != 1:
        raise NotStepwise("gives a state of the whole text")
    if sequences is not call.args[0]:
        raise NotStepwise("reads the text as something else than its sequence")

    def read(step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        inputs, *given = args
        initial = given[0] if given else kwargs.get("initial_state")
        mask = kwargs.get("mask")
        if mask is None and initial is None:  # Keras looks for a tensor's own mask only where it stands alone
            mask = get_keras_mask(inputs)
        states = step.before.get(call.key, initial)
        if states is None:
            states = layer.get_initial_state(batch_size=ops.shape(inputs)[0])
        states = list(states) if isinstance(states, list | tuple) else [states]
        dtype = layer.compute_dtype
        _, outputs, states = layer.inner_loop(
            sequences=ops.cast(inputs, dtype),
            initial_state=keras.tree.map_structure(lambda state: ops.cast(state, dtype), states),
            mask=mask,
            training=False,
        )
        step.after[call.key] = keras.tree.map_structure(lambda state: ops.cast(state, dtype), list(states))
        outputs = ops.cast(outputs, dtype)
        if mask is not None:
            set_keras_mask(outputs, mask)
        return outputs

    return GoesOn((axis,), read)
