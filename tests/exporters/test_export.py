"""Exports: reopened in their own runtime, compared on rows, and published only when they agree."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

import yamlnet
from yamlnet.diagnostics.diagnostic import ExportError
from yamlnet.exporters import EXPORTERS, onnx_file, saved_model
from yamlnet.exporters.export import export

pytestmark = pytest.mark.backend

TWO = """yamlnet: 1
model:
  inputs: {a: [6], b: [3]}
  layers:
    - Dense: {units: 4, activation: relu, from: a, as: seen}
    - Concatenate: {from: [seen, b]}
    - Dense: {units: 2, activation: softmax, as: kind}
    - Dense: {units: 1, from: seen, as: size}
  outputs: [kind, size]
"""
IMAGES = """yamlnet: 1
model:
  inputs: {image: [8, 8, 3]}
  layers:
    - Conv2D: {filters: 4, kernel_size: 3, padding: same}
    - BatchNormalization
    - Activation: gelu
    - MaxPooling2D: 2
    - Flatten
    - Dropout: 0.5
    - Dense: {units: 3, as: kind}
"""
SEQUENCES = """yamlnet: 1
model:
  inputs: {words: {shape: [7], dtype: int32}}
  layers:
    - Embedding: {input_dim: 20, output_dim: 6}
    - LSTM: {units: 5, return_sequences: true, as: read}
    - MultiHeadAttention: {num_heads: 2, key_dim: 3, from: [read, read]}
    - Dense: {units: 3, from: "_[:, -1]", as: kind}
"""
RNG = np.random.default_rng(0)
ROWS: dict[str, dict[str, Any]] = {
    TWO: {"a": RNG.normal(size=(9, 6)).astype("float32"), "b": RNG.normal(size=(9, 3)).astype("float32")},
    IMAGES: {"image": RNG.normal(size=(9, 8, 8, 3)).astype("float32")},
    SEQUENCES: {"words": RNG.integers(0, 20, size=(9, 7)).astype("int32")},
}


def model_of(text: str, folder: Path) -> Any:
    (folder / "net.yaml").write_text(text, encoding="utf-8")
    model = yamlnet.load(folder / "net.yaml").build()
    weights = [RNG.normal(scale=0.4, size=weight.shape) ** 2 + 0.1 for weight in model.get_weights()]
    model.set_weights([np.asarray(values, dtype="float32") for values in weights])
    return model


@pytest.mark.parametrize("text", [TWO, IMAGES, SEQUENCES], ids=["two", "images", "sequences"])
@pytest.mark.parametrize("format", EXPORTERS)
def test_an_export_computes_what_the_model_computes(
    text: str, format: str, tmp_path: Path, backend: str
) -> None:
    if format == "saved_model" and backend != "tensorflow" and text != TWO:
        pytest.skip("TensorFlow writes it from the saved model, in a process of its own: tried there")
    model = model_of(text, tmp_path)
    artifact = export(model, format, tmp_path / "export", ROWS[text])
    assert artifact.path.exists()
    assert artifact.max_difference < 1e-4
    listed = json.loads((tmp_path / "export/manifest.json").read_text(encoding="utf-8"))
    assert listed[format]["sha256"] == artifact.sha256
    if artifact.path.is_file():
        assert hashlib.sha256(artifact.path.read_bytes()).hexdigest() == artifact.sha256
    assert {path.name for path in (tmp_path / "export").iterdir()} == {artifact.path.name, "manifest.json"}


def test_onnx_keeps_the_names_and_a_free_batch_axis(tmp_path: Path) -> None:
    """With ONNX Runtime alone, as whoever deploys the file uses it."""
    model = model_of(TWO, tmp_path)
    path = export(model, "onnx", tmp_path / "export", ROWS[TWO]).path
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert sorted(one.name for one in session.get_inputs()) == ["a", "b"]
    for rows in (1, 4, 9):
        given = {name: values[:rows] for name, values in ROWS[TWO].items()}
        kind, size = session.run(None, given)
        expected = model.predict(given, verbose=0)
        np.testing.assert_allclose(kind, expected[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(size, expected[1], rtol=1e-4, atol=1e-5)


def test_an_export_that_computes_something_else_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(IMAGES, tmp_path)
    kept = export(model, "onnx", tmp_path / "export", ROWS[IMAGES])
    real = onnx_file.run
    wrong = type(onnx_file.EXPORTER)(
        onnx_file.EXPORTER.name, onnx_file.missing, onnx_file.write,
        lambda *given: [{name: values + 0.01 for name, values in one.items()} for one in real(*given)],
        onnx_file.runtime,
    )  # fmt: skip
    monkeypatch.setitem(EXPORTERS, "onnx", wrong)
    with pytest.raises(ExportError, match=r'something else: output "kind" differs by up to 0\.01'):
        export(model, "onnx", tmp_path / "export", ROWS[IMAGES])
    assert hashlib.sha256(kept.path.read_bytes()).hexdigest() == kept.sha256
    assert not (tmp_path / "export/.part").exists()


def test_an_export_that_fixes_the_batch_axis_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(IMAGES, tmp_path)

    def fixed(path: Path, given: Any, names: Any) -> Any:
        if any(len(rows["image"]) != 9 for rows in given):
            raise RuntimeError("expected 9 rows")
        return onnx_file.run(path, given, names)

    stiff = type(onnx_file.EXPORTER)(
        onnx_file.EXPORTER.name, onnx_file.missing, onnx_file.write, fixed, onnx_file.runtime
    )
    monkeypatch.setitem(EXPORTERS, "onnx", stiff)
    with pytest.raises(ExportError, match="cannot run the onnx export: expected 9 rows"):
        export(model, "onnx", tmp_path / "export", ROWS[IMAGES])
    assert not (tmp_path / "export/model.onnx").exists()


@pytest.mark.parametrize(("module", "format"), [(onnx_file, "onnx"), (saved_model, "saved_model")])
def test_missing_packages_are_told_before_training(
    module: Any, format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yamlnet.diagnostics.diagnostic import BlueprintError

    monkeypatch.setattr(module, "find_spec", lambda name: None)
    (tmp_path / "net.yaml").write_text(
        TWO + f"train: {{loss: mse, epochs: 1}}\nexport: [{format}]\n"
        "data:\n  train: {Npz: rows.npz}\n  inputs: {a: {column: a}, b: {column: b}}\n"
        "  targets: {kind: {column: k}, size: {column: s}}\n"
    )
    with pytest.raises(BlueprintError) as refused:
        yamlnet.load(tmp_path / "net.yaml").train(out=tmp_path / "run")
    problem = refused.value.diagnostics[0]
    assert f'pip install "yamlnet[{format}' in problem.message
    assert problem.path == ("export", 0)
    assert not (tmp_path / "run").exists()
