"""Attention: keys and values of the places before are kept, and those of a source are made once.

What the layers' `call` does (keras/src/layers/attention/), with a mask of the places that are read so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops
from keras.src.backend import get_keras_mask, set_keras_mask

from yamlnet.decoding.rules.each_place import called
from yamlnet.decoding.rules.rule import Call, GoesOn, NotStepwise, Step

READ = ("query", "value", "key")
MASK, CAUSAL = "attention_mask", "use_causal_mask"


def attention(call: Call) -> GoesOn:
    """`MultiHeadAttention`, `GroupQueryAttention`: causal over the text, or of the text over a source."""
    given = _arguments(call.args, call.kwargs)
    query, value, key = given["query"], given["value"], given.get("key")
    if call.axis(query) != 1 or len(query.shape) != 3:
        raise NotStepwise("asks with something else than the text's places")
    if given.get("return_attention_scores"):
        raise NotStepwise("gives scores for all places")
    axes = [call.axis(value), call.axis(value if key is None else key)]
    if axes == [None, None]:
        return _over_source(call, given)
    if axes != [1, 1] or not given.get(CAUSAL):
        raise NotStepwise("looks ahead: it has no use_causal_mask")
    return _over_itself(call, given)


def simple_attention(call: Call) -> GoesOn:
    """`Attention`, `AdditiveAttention` of the text over a source: each place asks alone."""
    query, value, *keys = call.args[0]
    if call.axis(query) != 1 or any(call.axis(one) is not None for one in (value, *keys)):
        raise NotStepwise("compares the text's places with each other")
    if call.kwargs.get(CAUSAL) or len(call.outputs) > 1:
        raise NotStepwise("compares the text's places with each other")
    return called(call, [1])


def _arguments(args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(READ, args, strict=False)) | dict(kwargs)


def _over_source(call: Call, given: Mapping[str, Any]) -> GoesOn:
    layer, mask = call.operation, given.get(MASK)
    if given.get(CAUSAL) or _window(layer) is not None:
        raise NotStepwise("compares the places of the text and the source")
    if mask is not None and call.axis(mask) is None and tuple(mask.shape)[-2] != 1:
        raise NotStepwise("has a mask for each place of the text")
    if mask is not None and call.axis(mask) not in (None, len(mask.shape) - 2):
        raise NotStepwise("has a mask of another form")

    def read(step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        real = _arguments(args, kwargs)
        value = real["value"]
        key = value if real.get("key") is None else real["key"]
        held = step.before.get(call.key)
        keys, values = (layer._key_dense(key), layer._value_dense(value)) if held is None else held
        step.after[call.key] = [keys, values]
        seen = real.get(MASK)
        seen = _both(seen, _as_row(_padding("value", real)))
        seen = _both(seen, _as_row(_padding("key", real)))
        return _attended(layer, real, keys, values, seen)

    return GoesOn((1,), read)


def _over_itself(call: Call, given: Mapping[str, Any]) -> GoesOn:
    layer, mask = call.operation, given.get(MASK)
    if mask is not None and (
        call.axis(mask) != len(mask.shape) - 1 or len(mask.shape) < 2 or tuple(mask.shape)[-2] != 1
    ):
        raise NotStepwise("has a mask of another form than one for each place that is looked at")

    def read(step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        real = _arguments(args, kwargs)
        value = real["value"]
        key = value if real.get("key") is None else real["key"]
        keys = step.extend(f"{call.key}.keys", layer._key_dense(key), axis=1)
        values = step.extend(f"{call.key}.values", layer._value_dense(value), axis=1)
        seen = step.seen(_window(layer))
        if mask is not None:
            written = ops.cast(real[MASK], "int32")
            seen = _both(seen, step.extend(f"{call.key}.mask", written, axis=len(mask.shape) - 1))
        padding = _both(_padding("value", real), _padding("key", real))
        if padding is not None:
            kept = step.extend(f"{call.key}.padding", ops.cast(padding, "int32"), axis=1)
            seen = _both(seen, _as_row(kept))
        return _attended(layer, real, keys, values, seen)

    return GoesOn((1,), read)


def _window(layer: Any) -> int | None:
    return getattr(layer, "_sliding_window", None) or getattr(layer, "sliding_window", None)


def _padding(name: str, real: Mapping[str, Any]) -> Any:
    """The mask of an argument, (rows, places): as the graph gives it, or as it comes with the tensor."""
    mask = real.get(f"{name}_mask")
    tensor = real.get(name)
    return get_keras_mask(tensor) if mask is None and tensor is not None else mask


def _as_row(mask: Any) -> Any:
    """A mask of what is looked at, (rows, places), for every place that looks: (rows, 1, places)."""
    return None if mask is None else ops.expand_dims(mask, 1)


def _both(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return ops.logical_and(ops.cast(one, "bool"), ops.cast(other, "bool"))


def _attended(layer: Any, real: Mapping[str, Any], keys: Any, values: Any, seen: Any) -> Any:
    """The layer's answer for new places: (rows, new, features)."""
    query, padding = real["query"], _padding("query", real)
    if padding is not None:
        seen = _both(seen, ops.expand_dims(padding, -1))
    if isinstance(layer, keras.layers.GroupQueryAttention):
        keys, values = (ops.repeat(each, layer.num_repeats, axis=2) for each in (keys, values))
    found, _ = layer._compute_attention(layer._query_dense(query), keys, values, seen, training=False)
    gate = getattr(layer, "_gate_dense", None)
    found = layer._output_dense(found if gate is None else ops.multiply(found, gate(query)))
    if padding is not None:
        set_keras_mask(found, padding)
    return found
