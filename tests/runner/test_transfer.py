"""Weights to start from, frozen layers, low-rank changes, models of 8 bits: from blueprint to run folder."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import yamlnet
from yamlnet.compiler.lower import lower
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.pipeline import LoadedBlueprint
from yamlnet.runner.transfer.initialize import initialize
from yamlnet.runner.transfer.learning import require_learning

pytestmark = pytest.mark.backend

BLUEPRINT = """yamlnet: 1
models:
  backbone:
    inputs: {x: [4]}
    layers:
      - Dense: {units: 8, activation: relu, as: first}
      - BatchNormalization: {as: norm}
      - Dense: {units: 8, as: second}
model:
  inputs: {row: [4]}
  layers:
    - backbone
    - Dense: {units: 3, as: kind}
data:
  train: {Sklearn: iris}
  validation: 0.2
  inputs: {row: {column: features, normalize: standard}}
  targets: {kind: {column: target}}
  batch_size: 40
train:
  loss: {SparseCategoricalCrossentropy: {from_logits: true}}
  metrics: [accuracy]
  optimizer: {Adam: {learning_rate: 0.05}}
  epochs: 2
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # what `--set` names is relative to the folder one is in
    file = tmp_path / "small.yaml"
    file.write_text(BLUEPRINT, encoding="utf-8")
    return file


def loaded(path: Path, *words: str) -> LoadedBlueprint:
    return yamlnet.load(path, [f"train.{word}" for word in words])


def trained(path: Path, *words: str, out: str = "run") -> Any:
    return loaded(path, *words).train(out=path.parent / out, progress="none")


def begun(path: Path, *words: str) -> tuple[Any, list[str]]:
    """The model with the weights that training would begin with, and what is told of them."""
    blueprint = loaded(path, *words)
    models = lower(blueprint.plan)
    notes = initialize(models, blueprint.plan, path.parent)
    require_learning(models, blueprint.plan)
    return models["model"], notes


def refused(path: Path, *words: str) -> str:
    with pytest.raises(BlueprintError) as error:
        begun(path, *words)
    assert {problem.check for problem in error.value.diagnostics} == {"weights"}
    return str(error.value.diagnostics[0].message)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run to take weights from."""
    file = tmp_path_factory.mktemp("first") / "first.yaml"
    file.write_text(BLUEPRINT, encoding="utf-8")
    return trained(file, "epochs=1", out="first")


def weights(model: Any, layer: str) -> list[Any]:
    inner = model.get_layer("backbone") if layer != "kind" else model
    return [keras.ops.convert_to_numpy(one) for one in inner.get_layer(layer).weights]


def same(one: list[Any], other: list[Any]) -> bool:
    return all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


def test_what_is_frozen_stays_until_its_epoch(path: Path) -> None:
    initial = loaded(path).build()
    freeze = "freeze=[{layers: backbone, until: 2}, {layers: backbone/first, until: 3}]"
    run = trained(path, "epochs=2", freeze)
    for layer in ("first", "norm", "second"):  # a frozen BatchNormalization keeps its statistics, too
        assert same(weights(run.model, layer), weights(initial, layer))
    assert not same(weights(run.model, "kind"), weights(initial, "kind"))
    later = trained(path, "epochs=3", freeze, out="later")
    assert same(weights(later.model, "first"), weights(initial, "first"))
    for layer in ("norm", "second"):
        assert not same(weights(later.model, layer), weights(initial, layer))


@pytest.mark.usefixtures("on_jax")
@pytest.mark.parametrize(
    "source", ["{backbone: DIR}", "{backbone: DIR/backbone.keras}", '{"*": {path: DIR, except: kind}}']
)
def test_layers_begin_with_the_weights_of_a_run(path: Path, first: Any, source: str) -> None:
    model, notes = begun(path, f"initialize={source.replace('DIR', str(first.folder))}")
    for layer in ("first", "norm", "second"):
        assert same(weights(model, layer), weights(first.model, layer))
    assert not same(weights(model, "kind"), weights(first.model, "kind"))
    assert notes[0].startswith("initialize: 3 of 3 layers from ")


@pytest.mark.usefixtures("on_jax")
def test_it_is_told_what_was_taken(path: Path, first: Any, capfd: pytest.CaptureFixture[str]) -> None:
    (path.parent / "first").symlink_to(first.folder)
    loaded(path, "initialize={backbone: first}", "freeze=backbone", "epochs=1").train(out=path.parent / "run")
    told = capfd.readouterr().err
    assert "initialize: 3 of 3 layers from first; not used: kind\n" in told
    assert "27 of 171 parameters are learnt\n" in told


@pytest.mark.usefixtures("on_jax")
def test_a_file_of_weights_fills_a_whole_model(path: Path) -> None:
    model = loaded(path, "seed=5").build()
    model.save_weights(path.parent / "all.weights.h5")
    found, notes = begun(path, "initialize=all.weights.h5")
    assert all(same(weights(found, layer), weights(model, layer)) for layer in ("first", "second", "kind"))
    assert notes == ["initialize: all 10 weights of model from all.weights.h5"]


@pytest.mark.usefixtures("on_jax")
def test_what_does_not_fit_is_refused(path: Path, first: Any) -> None:
    wide = BLUEPRINT.replace("units: 3", "units: 5").replace("units: 8, as: second", "units: 9, as: second")
    path.write_text(wide, encoding="utf-8")
    told = refused(path, f"initialize={first.folder}")
    assert told.startswith('"backbone/second" has weights of [8, 9], [9], and in ')
    told = refused(path, f"initialize={{kind: {{path: {first.folder}, model: backbone}}}}")
    assert told.startswith("nothing in ")
    assert told.endswith("it has backbone/first, backbone/norm, backbone/second, kind")
    assert 'there is no run or file "nothing"' in refused(path, "initialize=nothing")
    assert "is neither a run folder nor a file of weights" in refused(path, f"initialize={path}")
    assert '"kind/inner" means no layer' in refused(path, "freeze=[kind/inner]")
    assert 'keras.applications has no "Resnet50"; did you mean "ResNet50"?' in refused(
        path, "initialize={backbone: {application: Resnet50}}"
    )


@pytest.mark.usefixtures("on_jax")
def test_a_network_from_elsewhere_is_taken_in_order(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = loaded(path, "seed=9").build().get_layer("backbone")
    theirs = [(one.path, keras.ops.convert_to_numpy(one)) for one in reference.weights]
    found = list(theirs)
    monkeypatch.setattr("yamlnet.runner.transfer.initialize.application", lambda *_: found)
    word = "initialize={backbone: {application: MobileNet}}"
    model, notes = begun(path, word)
    assert same(list(map(keras.ops.convert_to_numpy, model.get_layer("backbone").weights)),
                [array for _, array in theirs])  # fmt: skip
    assert notes == ["initialize: 3 of 3 layers from MobileNet (in order)"]
    found.pop()
    assert refused(path, word).startswith("MobileNet has 7 weights, and what they are for has 8")
    found[:] = theirs[::-1]
    assert 'where "backbone/first" has "kernel" of [4, 8]; is it the same network?' in refused(path, word)


@pytest.mark.usefixtures("on_jax")
def test_low_rank_changes_end_in_the_kernels(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learnt: dict[str, Any] = {}
    from yamlnet.runner import fit

    plain = fit.plain_models

    def watched(models: Any, plan: Any) -> Any:
        learnt.update(models)
        return plain(models, plan)

    monkeypatch.setattr(fit, "plain_models", watched)
    initial = loaded(path).build()
    run = trained(path, "lora={rank: 2, alpha: 6, target: [backbone/first, backbone/second], train: [kind]}")
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    expected = learnt["model"].predict(rows, verbose=0)
    np.testing.assert_allclose(run.model.predict(rows, verbose=0), expected, rtol=1e-5, atol=1e-6)
    again = yamlnet.open_run(run.folder).model
    np.testing.assert_allclose(again.predict(rows, verbose=0), expected, rtol=1e-5, atol=1e-6)
    layer = learnt["backbone"].get_layer("first")
    a, b = (keras.ops.convert_to_numpy(one) for one in (layer.lora_kernel_a, layer.lora_kernel_b))
    assert np.abs(b).max() > 1e-3
    kernel, bias = weights(initial, "first")
    np.testing.assert_allclose(weights(again, "first")[0], kernel + 6 / 2 * a @ b, rtol=1e-5, atol=1e-6)
    assert np.array_equal(weights(again, "first")[1], bias)
    assert same(weights(again, "norm"), weights(initial, "norm"))
    assert not same(weights(again, "kind"), weights(initial, "kind"))
    assert again.count_params() == initial.count_params()


@pytest.mark.usefixtures("on_jax")
def test_a_quantized_run_is_measured_as_it_is_kept(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    blueprint = loaded(path, "quantize=int8", "epochs=1")
    run = blueprint.train(out=path.parent / "run")
    assert "int8: model.keras" in capfd.readouterr().err
    again = yamlnet.open_run(run.folder)
    assert again.model.get_layer("kind")._kernel.dtype == "int8"
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_allclose(again.model.predict(rows, verbose=0), run.model.predict(rows, verbose=0))
    assert run.metrics["validation"] == pytest.approx(yamlnet.evaluate(again, "validation"), rel=1e-4)
    with zipfile.ZipFile(run.folder / "model.keras") as archive:
        assert b"optimizer" not in archive.read("metadata.json")


ATTENTION = """yamlnet: 1
blocks:
  attend:
    layers:
      - MultiHeadAttention: {num_heads: 2, key_dim: 4, from: [_, _], as: heads}
      - Dropout: {rate: 0.5}
      - Add: {from: [input, _]}
models:
  backbone:
    inputs: {x: [2, 8]}
    layers:
      - GroupQueryAttention: {head_dim: 4, num_query_heads: 2, num_key_value_heads: 1, from: [x, x]}
model:
  inputs: {row: [4]}
  layers:
    - Dense: {units: 16, activation: relu}
    - Reshape: [2, 8]
    - backbone
    - attend
    - Flatten
    - Dense: {units: 3, as: kind}
"""


@pytest.mark.usefixtures("on_jax")
def test_attention_is_quantized_and_read_again(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(ATTENTION + text[text.index("data:") :], encoding="utf-8")
    run = loaded(path, "quantize=int8", "steps=2").train(out=path.parent / "run", progress="none")
    again = yamlnet.open_run(run.folder)
    inside = [one for one in again.model._flatten_layers() if isinstance(one, keras.layers.EinsumDense)]
    assert len(inside) == 2 * 4
    assert {str(one._kernel.dtype) for one in inside} == {"int8"}
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_array_equal(again.model.predict(rows, verbose=0), run.model.predict(rows, verbose=0))
    yamlnet.export(again, ["keras"])  # reopened and compared
