"""What a Keras user writes by hand for the work of `blueprints/digits.yaml`: the thing to be compared with.

Same backend (KERAS_BACKEND), model, split sizes, batch size, epochs, schedule, validation after each epoch,
evaluation on the test rows, saved model, and a history file. Idiomatic Keras 3, no trick left out or put in.

    KERAS_BACKEND=jax python benchmarks/scripts/digits_keras.py FOLDER
"""

import json
import sys
from pathlib import Path

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED, BATCH, EPOCHS, HELD_OUT = 7, 32, 15, 0.15


def conv_unit(x, filters):
    """A convolution, its normalisation and its activation."""
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.Activation("relu")(x)


def build(width=16):
    """The network of digits.yaml."""
    image = keras.Input((8, 8, 1), name="image")
    x = conv_unit(image, width)
    x = conv_unit(x, width * 2)
    x = layers.MaxPooling2D(2)(x)
    x = conv_unit(x, width * 4)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(x))


def main(folder):
    """Train, evaluate, save."""
    keras.utils.set_random_seed(SEED)
    digits = load_digits()
    images = (digits.images[..., None] / 16).astype("float32")
    held_out = round(len(images) * HELD_OUT)
    x, x_test, y, y_test = train_test_split(images, digits.target, test_size=held_out, random_state=SEED)
    x, x_val, y, y_val = train_test_split(x, y, test_size=held_out, random_state=SEED)

    model = build()
    steps = -(-len(x) // BATCH) * EPOCHS
    schedule = keras.optimizers.schedules.CosineDecay(4e-3, decay_steps=steps)
    model.compile(
        keras.optimizers.Adam(schedule), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, validation_data=(x_val, y_val), verbose=2)
    results = model.evaluate(x_test, y_test, batch_size=BATCH, return_dict=True, verbose=0)
    model.save(folder / "model.keras")
    (folder / "history.json").write_text(json.dumps(history.history))
    print(json.dumps({"test": results, "rows": [len(x), len(x_val), len(x_test)]}))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    main(target)
