"""What Keras offers and a blueprint may not use, each with the reason and what to write instead."""

from __future__ import annotations

_ABSTRACT = "it is the class that others are derived from; use one of those"
_CODE = "it runs a function, and a blueprint holds no code"
_LOOP = "it takes a function, and a blueprint holds no code; repeat entries with `for`, choose with `if`"
_OUTSIDE = "it wraps an object of another library, which no file can hold"
_NOTHING_COMPARED = "it adds up numbers that code gives it; name what compares: mae, mse, accuracy"
_WRONG_SHAPE = "Keras 3.15 tells its shape wrongly in a graph; use the layer: "
_ARRAY = "it leaves the graph; it is for code that works on arrays"

REFUSED: dict[str, str] = {
    # layers
    "layer.Layer": _ABSTRACT,
    "layer.Wrapper": _ABSTRACT,
    "layer.InputLayer": "inputs are written under `inputs`: image: {shape: [28, 28, 1]}",
    "layer.InputSpec": "it describes what a layer written in Python accepts",
    "layer.Lambda": _CODE + "; write the operation: ops.multiply, ops.mean, …",
    "layer.TFSMLayer": "it loads and runs a program from a path",
    "layer.TorchModuleWrapper": _OUTSIDE,
    "layer.JaxLayer": _OUTSIDE,
    "layer.FlaxLayer": _OUTSIDE,
    # losses, metrics, optimizers, schedules
    "loss.Loss": _ABSTRACT,
    "metric.Metric": _ABSTRACT,
    "metric.MeanMetricWrapper": _CODE,
    "metric.Mean": _NOTHING_COMPARED,
    "metric.Sum": _NOTHING_COMPARED,
    "metric.crossentropy": (
        "Keras knows no metric of that name; "
        "name the kind: binary_crossentropy, categorical_crossentropy or sparse_categorical_crossentropy"
    ),
    "optimizer.Optimizer": _ABSTRACT,
    "optimizer.LossScaleOptimizer": "write precision: mixed_float16 under train, which scales the loss",
    "optimizer.MultiOptimizer": "one optimizer trains all layers in this version",
    "optimizer.OptimizerMap": "one optimizer trains all layers in this version",
    "schedule.LearningRateSchedule": _ABSTRACT,
    # callbacks
    "callback.Callback": _ABSTRACT,
    "callback.CallbackList": "callbacks are a list already",
    "callback.History": "every run keeps its history: history.csv",
    "callback.ProgbarLogger": "progress is shown anyway; --quiet hides it",
    "callback.LambdaCallback": _CODE,
    "callback.LearningRateScheduler": _CODE + "; give the optimizer a schedule: {CosineDecay: …}",
    "callback.RemoteMonitor": "it sends what it sees to any address",
    "callback.BackupAndRestore": "it deletes the folder that it is given; the run folder keeps every epoch",
    "callback.OrbaxCheckpoint": "it writes wherever its path says; ModelCheckpoint keeps to the run folder",
    # initializers, regularizers, constraints
    "initializer.Initializer": _ABSTRACT,
    "regularizer.Regularizer": _ABSTRACT,
    "constraint.Constraint": _ABSTRACT,
    # operations
    "op.adaptive_average_pool": _WRONG_SHAPE + "AdaptiveAveragePooling2D",
    "op.adaptive_max_pool": _WRONG_SHAPE + "AdaptiveMaxPooling2D",
    **{
        f"op.{name}": _LOOP
        for name in (
            "associative_scan", "cond", "custom_gradient", "fori_loop", "jvp", "map", "scan", "switch",
            "vectorize", "vectorized_map", "while_loop",
        )
    },
    **{
        f"op.{name}": _ARRAY
        for name in (
            "convert_to_numpy", "convert_to_tensor", "dtype", "is_tensor", "shape", "ndim", "nonzero",
            "unique",
        )
    },
    "op.get_item": "write a slice where the tensor is read: from: hidden[:, 0]",
}  # fmt: skip
"""By `kind.Name`."""
