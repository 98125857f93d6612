"""Our training loop against `Model.fit`: same model, same batches, same numbers, on each backend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet import pipeline
from yamlnet.data.dataset import load as load_data

pytestmark = pytest.mark.backend

HEAD = """yamlnet: 1
name: parity
model:
  inputs: {row: [4]}
  layers:
"""
DATA = """data:
  train: {Sklearn: iris}
  validation: 0.3
  inputs: {row: {column: features, normalize: standard}}
  targets: {kind: {column: target}}
  batch_size: 16
  shuffle: false
"""
CASES = {
    "batch statistics and regularisation": HEAD
    + """    - Dense: {units: 8, activation: relu, kernel_regularizer: {L2: 0.01}}
    - BatchNormalization
    - Dense: {units: 3, activation: softmax, as: kind}
"""
    + DATA
    + """train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy, {SparseTopKCategoricalAccuracy: {k: 2}}]
  optimizer:
    Adam: {learning_rate: {ExponentialDecay: {initial_learning_rate: 0.02, decay_steps: 10, decay_rate: 0.9}}}
  epochs: 3
""",
    "weighted classes": HEAD
    + """    - Dense: {units: 8, activation: tanh}
    - Dense: {units: 3, as: kind}
"""
    + DATA
    + """train:
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
  metrics: [accuracy]
  optimizer: {SGD: {learning_rate: 0.1, momentum: 0.9, nesterov: true, clipnorm: 1.0}}
  class_weight: {0: 1, 1: 3, 2: 0.5}
  epochs: 3
""",
    "two outputs": HEAD
    + """    - Dense: {units: 8, activation: relu, as: seen}
    - Dense: {units: 3, activation: softmax, as: kind, from: seen}
    - Dense: {units: 4, as: copy, from: seen}
  outputs: {kind: kind, copy: copy}
"""
    + DATA.replace("kind: {column: target}", "kind: {column: target}, copy: {column: features}")
    + """train:
  loss: {kind: sparse_categorical_crossentropy, copy: mse}
  loss_weights: {kind: 1.0, copy: 0.1}
  metrics: {kind: accuracy, copy: [mae]}
  optimizer: {RMSprop: {learning_rate: 0.01, weight_decay: 0.001}}
  epochs: 3
""",
    "an average of the weights": HEAD
    + """    - Dense: {units: 3, activation: softmax, as: kind}
"""
    + DATA
    + """train:
  loss: sparse_categorical_crossentropy
  optimizer: {Adam: {learning_rate: 0.05, use_ema: true, ema_momentum: 0.9}}
  epochs: 3
""",
}


def fitted_by_keras(loaded: Any, run: Any) -> tuple[Any, dict[str, list[float]]]:
    """The same blueprint compiled and fitted by Keras, from the same initial weights."""
    plan, dataset = pipeline._with_data(loaded)
    model = pipeline._lower(loaded, plan)["model"]
    model.compile_from_config(run.model.get_compile_config())
    targets = {name: values for name, values in dataset.train.targets.items()}
    held_out = {name: values for name, values in dataset.validation.targets.items()}
    single = not isinstance(model.output, dict)
    history = model.fit(
        dataset.train.inputs["row"],
        targets["kind"] if single else targets,
        validation_data=(dataset.validation.inputs["row"], held_out["kind"] if single else held_out),
        batch_size=plan.data.batch_size,
        epochs=plan.train.epochs,
        shuffle=False,
        class_weight=dict(plan.train.class_weight) if plan.train.class_weight else None,
        verbose=0,
    )
    return model, history.history


@pytest.mark.parametrize("case", CASES)
def test_history_and_weights_are_those_of_fit(case: str, tmp_path: Path, backend: str) -> None:
    path = tmp_path / "parity.yaml"
    path.write_text(CASES[case], encoding="utf-8")
    loaded = yamlnet.load(path)
    run = loaded.train(out=tmp_path / "run", progress="none")
    model, history = fitted_by_keras(loaded, run)
    assert run.history.keys() == history.keys()
    for name, values in history.items():
        if backend == "tensorflow" and name.endswith(("kind_loss", "copy_loss")):
            continue  # Keras does not know a batch's rows in its graphs there, and weighs all batches alike
        np.testing.assert_allclose(run.history[name], values, rtol=2e-4, atol=1e-5, err_msg=name)
    for one, other in zip(run.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=1e-4)


def test_each_output_has_the_mean_over_rows(tmp_path: Path) -> None:
    """Also where the last batch is smaller than the others."""
    path = tmp_path / "parity.yaml"
    path.write_text(CASES["two outputs"], encoding="utf-8")
    loaded = yamlnet.load(path)
    run = loaded.train(out=tmp_path / "run", progress="none")
    _, dataset = pipeline._with_data(loaded)
    split = dataset.validation
    assert split is not None and split.rows % 16 != 0
    found = run.model.predict(split.inputs["row"], verbose=0)
    wrong = found["copy"] - split.targets["copy"]
    likely = np.take_along_axis(found["kind"], split.targets["kind"][:, None].astype(int), axis=1)
    expected = {"copy_loss": np.mean(wrong**2), "kind_loss": np.mean(-np.log(likely))}
    for name, value in expected.items():
        np.testing.assert_allclose(run.metrics["validation"][name], value, rtol=1e-5)


def test_evaluating_again_gives_what_keras_evaluates(tmp_path: Path) -> None:
    path = tmp_path / "parity.yaml"
    path.write_text(CASES["batch statistics and regularisation"], encoding="utf-8")
    run = yamlnet.load(path).train(out=tmp_path / "run", progress="none")
    again = yamlnet.open_run(tmp_path / "run")
    plan = pipeline.load(path).plan
    dataset = load_data(plan.data, tmp_path, plan.seed, {"row": (4,)})
    expected = again.model.evaluate(
        dataset.validation.inputs["row"], dataset.validation.targets["kind"], return_dict=True, verbose=0
    )
    found = yamlnet.evaluate(again, "validation")
    assert found.keys() == expected.keys() == run.metrics["validation"].keys()
    for name, value in expected.items():
        np.testing.assert_allclose([found[name], run.metrics["validation"][name]], value, rtol=1e-4)
    predicted = yamlnet.predict(again)
    np.testing.assert_allclose(
        predicted["kind"], again.model.predict(dataset.validation.inputs["row"], verbose=0), rtol=1e-4
    )


def test_a_seed_settles_everything(tmp_path: Path) -> None:
    text = CASES["weighted classes"].replace(
        "    - Dense: {units: 3, as: kind}", "    - Dropout: 0.5\n    - Dense: {units: 3, as: kind}"
    )
    path = tmp_path / "parity.yaml"
    path.write_text(text.replace("shuffle: false", "shuffle: true"), encoding="utf-8")
    runs = [yamlnet.load(path).train(out=tmp_path / name, progress="none") for name in ("one", "two")]
    assert runs[0].history == runs[1].history
    other = yamlnet.load(path, ["train.seed=3"]).train(out=tmp_path / "three", progress="none")
    assert other.history != runs[0].history
    assert keras.backend.backend() == other.manifest["backend"]
