"""What hands write that come from elsewhere, and what it is called here.

From Keras in Python, PyTorch, Ludwig, Ultralytics, Lightning and docker-compose. Nothing here is understood:
these are the words of mends.
"""

from __future__ import annotations

from collections.abc import Mapping

_TRAIN, _DATA, _MODEL = "it belongs to train", "it belongs to data", "it belongs to model"
_RATE = "train: {optimizer: {Adam: {learning_rate: 1e-3}}}"
_LAYERS = "model: {inputs: {x: [4]}, layers: [Dense: 10]}"

KEYS: Mapping[str, Mapping[str, str]] = {
    "": {
        "layers": f"{_MODEL}: {_LAYERS}",
        "inputs": f"{_MODEL}: {_LAYERS}",
        "outputs": f"{_MODEL}: model: {{…, outputs: name}}",
        "network": f"a network is described under model: {_LAYERS}",
        "net": f"a network is described under model: {_LAYERS}",
        "architecture": f"a network is described under model: {_LAYERS}",
        "backbone": f"layers are listed under model, parts that repeat under blocks: {_LAYERS}",
        "head": f"layers are listed under model, parts that repeat under blocks: {_LAYERS}",
        "input_features": "the model's inputs stand under model.inputs, their columns under data.inputs",
        "output_features": "the model's outputs stand under model.outputs, their columns under data.targets",
        "combiner": "inputs are joined by a layer: - Concatenate: {from: [a, b]}",
        "preprocessing": f"{_DATA}: inputs: {{x: {{column: x, normalize: standard}}}}",
        "batch_size": f"{_DATA}: data: {{batch_size: 32}}",
        "compile": "what it holds belongs to train: train: {optimizer: adam, loss: mse, metrics: [mae]}",
        "fit": "what it holds belongs to train: train: {epochs: 10}",
        "trainer": "what it holds belongs to train: train: {epochs: 10}",
        "version": "the version of the language is written yamlnet: 1",
        "seed": f"{_TRAIN}: train: {{seed: 42}}",
        "seed_everything": f"{_TRAIN}: train: {{seed: 42}}",
        "lr": f"it belongs to the optimizer: {_RATE}",
        "learning_rate": f"it belongs to the optimizer: {_RATE}",
        "hyperparameters": "values that expressions read stand under params: params: {width: 16}",
        "depth_multiple": "values that expressions read stand under params: params: {depth: 0.33}",
        "width_multiple": "values that expressions read stand under params: params: {width: 0.5}",
        "nc": "values that expressions read stand under params: params: {classes: 80}",
        "class_name": f"a model has no class; list its layers: {_LAYERS}",
        "config": f"a model has no configuration; list its layers: {_LAYERS}",
        **{
            key: f"{_TRAIN}: train: {{{key}: …}}"
            for key in ("optimizer", "loss", "metrics", "epochs", "steps", "callbacks", "class_weight")
        },
    },
    "model": {
        **dict.fromkeys(
            ("type", "class_path", "class_name", "_target_"),
            "a model has no class: its layers say what it is",
        ),
        "init_args": "values that expressions read stand under params of the file",
        "config": "list the layers under layers",
        "name": "the name stands in the first column, beside model",
        "optimizer": f"{_TRAIN}, beside model",
        "loss": f"{_TRAIN}, beside model",
    },
    "data": {
        "val": "rows to validate on are called validation: validation: 0.2",
        "valid": "rows to validate on are called validation: validation: 0.2",
        "validation_split": "rows to validate on are called validation: validation: 0.2",
        "test_size": "rows to test on are called test: test: 0.2",
        "splits": "parts of the rows are validation: 0.2 and test: 0.1; how they are divided is split",
        **dict.fromkeys(
            ("cross_validation", "cv", "kfold", "k_folds", "n_splits"),
            "one training for each of five validation parts is folds: 5",
        ),
        "features": "what the model reads is called inputs: inputs: {x: {columns: [a, b]}}",
        "labels": "what the model is to tell is called targets: targets: {y: y}",
        "label": "what the model is to tell is called targets: targets: {y: y}",
        **dict.fromkeys(
            ("source", "path", "file", "csv", "dataset", "root"), "rows come from train: {Csv: rows.csv}"
        ),
        "class_path": "rows come from train: {Csv: rows.csv}",
        "epochs": f"{_TRAIN}, beside data",
    },
    "train": {
        "lr": "it belongs to the optimizer: optimizer: {Adam: {learning_rate: 1e-3}}",
        "learning_rate": "it belongs to the optimizer: optimizer: {Adam: {learning_rate: 1e-3}}",
        "weight_decay": "it belongs to the optimizer: optimizer: {AdamW: {weight_decay: 1e-4}}",
        **dict.fromkeys(
            ("scheduler", "lr_scheduler", "schedule"),
            "a schedule is the optimizer's learning rate: optimizer: {Adam: {learning_rate: "
            "{CosineDecay: {initial_learning_rate: 1e-3, decay_steps: ${steps}}}}}",
        ),
        "batch_size": f"{_DATA}: data: {{batch_size: 32}}",
        "validation_split": f"{_DATA}: data: {{validation: 0.2}}",
        "validation_data": f"{_DATA}: data: {{validation: {{Csv: rows.csv}}}}",
        "shuffle": f"{_DATA}: data: {{shuffle: true}}",
        "early_stopping": "it is a callback: callbacks: [EarlyStopping: {patience: 5}]",
        "patience": "it is a callback's: callbacks: [EarlyStopping: {patience: 5}]",
        "checkpoint": "it is a callback: callbacks: [ModelCheckpoint: {save_best_only: true}]",
        "max_epochs": "write epochs",
        "num_epochs": "write epochs",
        "n_epochs": "write epochs",
        "verbose": "how much is shown is the command's: yamlnet train --quiet",
        "trainer": "what it holds stands in train itself",
        **dict.fromkeys(
            ("accelerator", "device", "gpus"),
            "Keras uses what its backend finds: backend: jax | tensorflow | torch",
        ),
    },
}
"""Keys that other tools have, by the section in which they are written here; `""` is the file itself."""

ARGUMENTS: Mapping[str, str] = {
    "lr": "learning_rate",
    "out_channels": "filters",
    "out_features": "units",
    "hidden_size": "units",
    "num_units": "units",
    "bias": "use_bias",
    "p": "rate",
    "num_embeddings": "input_dim",
    "embedding_dim": "output_dim",
    "dilation": "dilation_rate",
    "stride": "strides",
    "inplanes": "filters",
    "eps": "epsilon",
    "betas": "beta_1",
}
"""Arguments by what other frameworks call them."""

SHAPES = ("input_shape", "input_dim", "batch_input_shape", "batch_shape", "in_channels", "in_features")
"""Arguments that say what a layer reads, which it knows from what it reads."""

READS = ("input", "inputs", "in", "inbound_nodes", "bottom", "parents", "source")
REPEATS = ("repeat", "repeats", "times", "n", "num", "number", "count")
NAMES = ("id", "alias", "output", "out")

LAYERS: Mapping[str, str] = {
    "linear": "Dense", "fc": "Dense", "fullyconnected": "Dense", "conv": "Conv2D",
    "convtranspose1d": "Conv1DTranspose", "convtranspose2d": "Conv2DTranspose",
    "batchnorm": "BatchNormalization", "batchnorm1d": "BatchNormalization",
    "batchnorm2d": "BatchNormalization", "layernorm": "LayerNormalization",
    "groupnorm": "GroupNormalization", "bn": "BatchNormalization",
    "adaptiveavgpool2d": "GlobalAveragePooling2D", "adaptiveavgpool1d": "GlobalAveragePooling1D",
    "dropout1d": "SpatialDropout1D", "dropout2d": "SpatialDropout2D", "upsample": "UpSampling2D",
    "concat": "Concatenate", "cat": "Concatenate", "multiheadattention": "MultiHeadAttention",
    "pad": "ZeroPadding2D", "zeropad2d": "ZeroPadding2D", "embeddings": "Embedding", "pool": "MaxPooling2D",
    "pixelnorm": "UnitNormalization",
}  # fmt: skip
"""Layers by what other frameworks call them, in lower case without underscores."""

OBJECTS: Mapping[str, Mapping[str, str]] = {
    "layer": LAYERS,
    "loss": {
        "mseloss": "MeanSquaredError", "l1loss": "MeanAbsoluteError", "bceloss": "BinaryCrossentropy",
        "bcewithlogitsloss": "{BinaryCrossentropy: {from_logits: true}}",
        "crossentropyloss": "{SparseCategoricalCrossentropy: {from_logits: true}}",
        "crossentropy": "SparseCategoricalCrossentropy (classes by number), CategoricalCrossentropy "
        "(one-hot) or BinaryCrossentropy (two classes)",
        "rmse": "MeanSquaredError", "huberloss": "Huber", "smoothl1loss": "Huber",
    },
    "metric": {"acc": "accuracy", "rmse": "RootMeanSquaredError", "f1": "F1Score", "r2": "R2Score"},
    "initializer": {
        "glorot": "glorot_uniform", "xavier": "glorot_uniform", "he": "he_normal", "kaiming": "he_normal",
        "normal": "RandomNormal", "uniform": "RandomUniform", "lecun": "lecun_normal",
    },
    "callback": {"checkpoint": "ModelCheckpoint", "lrscheduler": "ReduceLROnPlateau"},
    "activation": {"swish": "silu", "lrelu": "leaky_relu", "hardswish": "hard_silu", "none": "null"},
}  # fmt: skip
"""Objects by what other frameworks call them, in lower case without underscores, by their kind."""

SAID: Mapping[str, str] = {
    "Input": "inputs are written under the model's inputs: inputs: {image: [28, 28, 1]}",
    "Sequential": "layers in a row are a group: - layers: [Dense: 10, ReLU]",
    "Model": "a model is called by its name under models",
    "Functional": "a model is called by its name under models",
}
"""What to do where another framework has a layer and the language something else."""

CLASS_KEYS = ("type", "class_name", "class_path", "class", "_target_", "name", "layer", "op", "module")
"""Keys under which others write which class is meant, surest first."""

DTYPES: Mapping[str, str] = {
    "float": "float32", "double": "float64", "half": "float16", "int": "int32", "long": "int64",
    "str": "string",
}  # fmt: skip
"""Types of numbers by what other languages call them."""

ARGUMENT_KEYS = ("config", "init_args", "kwargs", "params", "args", "arguments")
"""Keys under which others write its arguments."""


def key_mend(owner: str, key: str) -> str:
    """`; it belongs to train: …` for a key that other tools have where the language has another place."""
    found = KEYS.get(owner, {}).get(key.lower())
    return f"; {found}" if found else ""


def called_here(kind: str, name: str) -> str | None:
    """What an object of another framework is called in Keras."""
    return OBJECTS.get(kind, {}).get(name.lower().replace("_", ""))


TRANSFORM_HABITS: Mapping[str, str] = {
    "onehot": "encode: one-hot", "one_hot": "encode: one-hot", "categorical": "encode: one-hot",
    "standardize": "normalize: standard", "zscore": "normalize: standard", "minmax": "normalize: min-max",
    "rescale": "scale: ${1 / 255}", "fillna": "missing: mean", "type": "dtype: float32",
    "impute": "missing: median", "imputer": "missing: median", "fill_na": "missing: median",
    "robust": "normalize: robust", "log1p": "log: true", "clamp": "clip: [0, 100]",
    "multihot": "encode: multi-hot", "multi_hot": "encode: multi-hot", "binarize": "encode: binary",
    "binary": "encode: binary", "hash": "encode: {as: hash, size: 1000}",
    "hashing": "encode: {as: hash, size: 1000}", "vocabulary": "encode: {as: index, classes: [a, b]}",
    "classes": "encode: {as: index, classes: [a, b]}", "datetime": "date: [year, month, weekday]",
    "timestamp": "date: [year, month, weekday]", "tokenizer": "tokenize: words",
    "vectorize": "tokenize: words",
    "text": "tokenize: words", "bpe": "tokenize: bpe", "wordpiece": "tokenize: wordpiece",
    "pad": "length: 20", "padding": "length: 20", "maxlen": "length: 20", "max_length": "length: 20",
    "name": "column: name", "col": "column: name", "features": "columns: [a, b]", "names": "columns: [a, b]",
}  # fmt: skip
"""Transforms of columns by what other tools call them."""
