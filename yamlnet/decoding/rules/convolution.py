"""Causal convolutions: the inputs that the next places look back to are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keras import ops
from keras.src.backend import AutocastScope

from yamlnet.decoding.rules.each_place import called
from yamlnet.decoding.rules.rule import Call, GoesOn, NotStepwise, Step


def convolution(call: Call) -> GoesOn:
    """`Conv1D` with `padding: causal`, or that looks at one place alone."""
    layer, (_, axis) = call.operation, call.only()
    if layer.strides != (1,) or layer.data_format != "channels_last" or axis != 1:
        raise NotStepwise("takes some places of the text")
    back = (layer.kernel_size[0] - 1) * layer.dilation_rate[0]
    if not back:
        return called(call, [axis])
    if layer.padding != "causal":
        raise NotStepwise(f"looks ahead, with padding: {layer.padding}")

    def read(step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        new = ops.cast(args[0], layer.compute_dtype)
        before = step.before.get(call.key)
        if before is None:
            before = ops.zeros((ops.shape(new)[0], back, new.shape[-1]), dtype=new.dtype)
        inputs = ops.concatenate([before, new], axis=1)
        step.after[call.key] = inputs[:, -back:]
        return _convolved(layer, inputs)

    return GoesOn((axis,), read)


def _convolved(layer: Any, inputs: Any) -> Any:
    """What the layer gives of inputs that nothing is put before."""
    with AutocastScope(layer.compute_dtype):
        outputs = ops.conv(
            inputs,
            layer.kernel,
            strides=list(layer.strides),
            padding="valid",
            dilation_rate=layer.dilation_rate,
            data_format=layer.data_format,
        )
        if layer.use_bias:
            outputs = ops.add(outputs, ops.reshape(layer.bias, (1, 1, layer.filters)))
    return outputs if layer.activation is None else layer.activation(outputs)
