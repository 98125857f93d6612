"""The same three epochs as one would write them with tf.data (https://www.tensorflow.org/guide/data_performance)."""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

BATCH = 128
AUTO = tf.data.AUTOTUNE


def mixed() -> tf.data.Dataset:
    """Read, fit, and hold the columns; standardise and encode batch by batch."""
    with Path("rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    numbers = np.array([row[:4] for row in rows], dtype="float32")
    target = np.array([row[6] for row in rows], dtype="float32")
    mean, spread = numbers.mean(axis=0), numbers.std(axis=0)
    colours = tf.keras.layers.StringLookup(vocabulary=sorted({row[4] for row in rows}), num_oov_indices=0)
    cuts = tf.keras.layers.StringLookup(vocabulary=sorted({row[5] for row in rows}), num_oov_indices=0)
    columns = (numbers, np.array([row[4] for row in rows]), np.array([row[5] for row in rows]), target)

    def encoded(x: tf.Tensor, colour: tf.Tensor, cut: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, ...]:
        kinds = tf.concat([tf.one_hot(colours(colour), 5), tf.one_hot(cuts(cut), 12)], axis=-1)
        return (x - mean) / spread, kinds, y

    data = tf.data.Dataset.from_tensor_slices(columns).shuffle(len(rows)).batch(BATCH)
    return data.map(encoded, num_parallel_calls=AUTO).prefetch(AUTO)


def images() -> tf.data.Dataset:
    """Decode and resize in parallel, keep the decoded images in memory."""
    files = sorted(str(path) for path in Path("images").rglob("*.png"))
    labels = [int("dog" in Path(file).parent.name) for file in files]

    def decoded(file: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        image = tf.io.decode_png(tf.io.read_file(file), channels=3)
        return tf.image.resize(image, [64, 64], antialias=True) / 255, label

    data = tf.data.Dataset.from_tensor_slices((files, labels)).map(decoded, num_parallel_calls=AUTO)
    return data.cache().shuffle(len(files)).batch(BATCH).prefetch(AUTO)


def texts() -> tf.data.Dataset:
    """A TextVectorization adapted to the texts, applied batch by batch."""
    with Path("texts.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    words = tf.keras.layers.TextVectorization(max_tokens=5000, output_sequence_length=64)
    words.adapt(tf.data.Dataset.from_tensor_slices([row[0] for row in rows]).batch(1024))
    data = tf.data.Dataset.from_tensor_slices(([row[0] for row in rows], [int(row[1]) for row in rows]))
    data = data.shuffle(len(rows)).batch(BATCH)
    return data.map(lambda text, y: (words(text), y), num_parallel_calls=AUTO).prefetch(AUTO)


def main(kind: str) -> None:
    """Load and run the epochs."""
    start = time.perf_counter()
    data = {"csv": mixed, "images": images, "texts": texts}[kind]()
    for _ in range(3):
        begun, rows, total = time.perf_counter(), 0, 0.0
        for batch in data.as_numpy_iterator():
            rows += len(batch[0])
            total += float(np.sum(batch[0][0]))
    ended = time.perf_counter()
    print(json.dumps({"all": ended - start, "last": ended - begun, "rows": rows, "sum": total}))


if __name__ == "__main__":
    main(sys.argv[1])
