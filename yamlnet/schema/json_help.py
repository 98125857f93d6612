"""What each key of a blueprint is for, in a line: what an editor shows where the mouse rests on it."""

from __future__ import annotations

from yamlnet.schema.json_types import Schema
from yamlnet.schema.sections import (
    BlockSection,
    DataSection,
    Document,
    GraphSection,
    ParameterSection,
    TrainSection,
)
from yamlnet.schema.words import EXTENDS, GIVEN, IMPORT, VARIANTS

HELP: dict[type, dict[str, str]] = {
    Document: {
        "yamlnet": "The language's version; required.",
        "name": "What the model, its runs and its files are called.",
        "description": "What it is, in a sentence.",
        "params": 'What a user may turn: --set width=32. An expression reads them: "${width * 2}".',
        "blocks": "Sub-graphs with parameters of their own, used like layers; every use has its own weights.",
        "models": "Further models, used like layers; calling one twice shares its weights.",
        "model": "The model that is built and trained.",
        "data": "Where rows come from, and how columns become tensors.",
        "train": "What is learnt, how, and for how long.",
        "export": "The formats that a trained model is written in.",
        IMPORT: "Blocks and models of other files, by a name: vision: ./blocks/vision.yaml",
        EXTENDS: "A file whose keys this one's go over.",
        VARIANTS: "Named settings, chosen as file.yaml:name.",
    },
    GraphSection: {
        "inputs": "The tensors that it reads, by name: image: [28, 28, 1]. null is any size.",
        "layers": "Layers, operations, blocks and models; each reads the one before, or what `from` says.",
        "outputs": "The tensors that it gives, by the names that `as` gave them; default: the last entry's.",
    },
    BlockSection: {
        "params": "What a use may set; null is what every use has to give.",
        "inputs": "The names of the tensors that it reads; default: one, input.",
        "layers": "Layers, operations and blocks; each reads the one before, or what `from` says.",
        "outputs": "The tensors that it gives, by the names that `as` gave them; default: the last entry's.",
        "help": "What it is, in a sentence.",
    },
    DataSection: {
        "train": "The rows to learn from: {Csv: rows.csv}, {Sklearn: digits}.",
        "validation": "The rows that training is watched on: a source, or a fraction of train.",
        "test": "The rows that the result is measured on: a source, or a fraction of train.",
        "split": "Which rows are in which part: random, {column: …}, {time: …}, {group: …}, {stratify: …}.",
        "learn_from": "Values of columns; train and validation keep rows that have them: {target: 0}.",
        "folds": "How many trainings, each validated on its own share of the rows, in place of validation.",
        "fold": "Which of the folds is trained alone, from 1.",
        "inputs": "For each of the model's inputs, its columns and what turns them into a tensor.",
        "targets": "For each of the model's outputs, its columns and what turns them into a tensor.",
        "batch_size": "Rows a step; default 32.",
        "augment": "Layers that change the inputs at random, while training only: [RandomFlip: horizontal].",
        "on_error": "What a broken image or sound does: raise stops, skip leaves its row out and says so.",
        "shuffle": "Whether each epoch has its rows in another order; default true.",
        "stream": "Whether rows are read, and images and sounds decoded, only when they are needed; default: "
        "where memory does not hold them.",
    },
    TrainSection: {
        "objective": "What is learnt; default Supervised.",
        "loss": "What is made small: one loss, or a mapping by output.",
        "loss_weights": "How much each output's loss counts.",
        "metrics": "What is measured: one metric, a list, or a mapping by output.",
        "optimizer": "How weights are changed: adam, or {Adam: {learning_rate: 1e-3}}.",
        "epochs": "How often all rows are seen.",
        "steps": "How many batches are seen in all, in place of epochs.",
        "callbacks": "What happens while training: EarlyStopping, ModelCheckpoint, …",
        "initialize": "Weights to start from: runs/x, or by model or layer: {backbone: runs/x}.",
        "freeze": "Layers that are not learnt, by name: [backbone/*], or {layers: …, until: 3} epochs.",
        "learning_rates": 'What the learning rate is multiplied by, by layer: {"backbone/*": 0.1}.',
        "lora": 'Low-rank changes are learnt in place of kernels: {rank: 8, target: ["*/query"]}.',
        "quantize": "How the trained model is kept: int8 is a quarter of the size.",
        "class_weight": "How much the rows of each class count: {0: 1, 1: 4}.",
        "precision": "Keras's dtype policy: mixed_float16, float32, …",
        "distribution": "Which devices train together: DataParallel, {DataParallel: {devices: 4}}, …",
        "seed": "Where all randomness begins; the same seed gives the same run. Default 0.",
        "backend": "What Keras runs on; auto is what is installed.",
    },
    ParameterSection: {
        "default": "Its value where none is set.",
        "type": "What it has to be; by default what the default is. A path is set from the current folder.",
        "min": "The smallest value.",
        "max": "The largest value.",
        "choices": "The values that it may have.",
        "help": "What it is, in a few words.",
    },
}

DISTRIBUTION_HELP = {
    "DataParallel": "Each device has a share of every batch, and all weights.",
    "ModelParallel": "Weights are divided among devices, too.",
}

SPLIT_HELP = {
    "column": "Rows say themselves whether they are train, validation or test.",
    "time": "The latest rows are test, those before them validation.",
    "group": "All rows of a group are in one part.",
    "stratify": "Each part has its share of every class.",
}

IMPORT_HELP = {
    "from": "A path, pkg:package/file.yaml, git+https://host/repository@revision#file.yaml, or a URL.",
    GIVEN: "What is set in that file's params.",
}

TENSOR_HELP = {
    "column": "The column that becomes this tensor.",
    "columns": "The columns that become this tensor, side by side.",
    "missing": "What stands for a missing value: error, mean, median, most-frequent, a number, or a text.",
    "date": "The parts of a date or a moment, as numbers: month, or [year, month, weekday, hour].",
    "encode": "What a category becomes: its index, a one-hot vector, a multi-hot one, or 0 or 1 (binary).",
    "tokenize": "What a text becomes: a list of token numbers, by characters, words, bpe or wordpiece.",
    "length": "Lists of numbers are padded with 0, or cut, to this length.",
    "log": "The logarithm of 1 + x.",
    "clip": "The lowest and the highest value; what lies beyond takes theirs.",
    "normalize": "Mean 0, deviation 1 (standard), 0 to 1 (min-max), or median 0, quartiles 1 apart (robust).",
    "scale": "What every number is multiplied by.",
    "reshape": "The shape of one row.",
    "dtype": "The type of its numbers.",
    "channels": "How many channels an image has: 1 (grey), 3 (red, green, blue) or 4 (and opacity).",
    "resize": "The height and width of an image: [64, 64], or {size: [64, 64], mode: crop}.",
    "resample": "The sampling rate of a sound, in Hz.",
    "samples": "How long a sound is, in samples: longer ones are cut, shorter ones end in silence.",
    "seconds": "How long a sound is, in seconds: longer ones are cut, shorter ones end in silence.",
    "window": "The last rows up to and with a row, as one: 48, or {length: 48, by: series}.",
    "horizon": "The next rows after a row, as one: 12, or {steps: 12, by: series}.",
    "shift": "How many rows later a tensor is taken: 1 for what comes next.",
}

SOURCE_HELP = {
    "Sklearn": "A data set that scikit-learn ships.",
    "Keras": "A data set of keras.datasets, which is fetched once.",
    "HuggingFace": "A data set of the datasets library: a saved folder, or one of the hub.",
    "Csv": "A CSV file, plain or packed (.gz, .bz2, .zst).",
    "Parquet": "A Parquet file.",
    "Json": "A file with a JSON object on each line, or a list of objects.",
    "Npz": "An archive of NumPy arrays; each is a column.",
    "Npy": "One NumPy array, the column `array`.",
    "ImageFolder": "Images, whose folders are their classes: columns `image` and `label`.",
    "AudioFolder": "Sounds, whose folders are their classes: columns `audio` and `label`.",
    "TextFolder": "Text files, whose folders are their classes: columns `text` and `label`.",
    "TextFile": "A corpus, the column `text`: a row is a line, a paragraph or a file.",
    "Sql": "What one SELECT gives, or a table, of a database; its password stays in the environment.",
}


def helped(properties: dict[str, Schema], help: dict[str, str]) -> dict[str, Schema]:
    """Properties with their help; the key error of one without is the author's to mend."""
    return {name: {**schema, "description": help[name]} for name, schema in properties.items()}
