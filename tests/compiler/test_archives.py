"""Models from strangers: what blueprints make is let through, code and files are not; Keras's safe mode."""

from __future__ import annotations

import importlib
import inspect
import json
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras.src.ops.operation import Operation
from keras.src.saving import serialization_lib

import yamlnet
from yamlnet.catalog.allowed import ALLOWED
from yamlnet.compiler.archive_names import CLASSES, REFUSED_OPERATIONS
from yamlnet.compiler.archives import ArchiveError, inspect_archive
from yamlnet.compiler.safe_mode import safe_mode
from yamlnet.compiler.saving import load_model, save_model
from yamlnet.diagnostics.diagnostic import BlueprintError

pytestmark = pytest.mark.backend

GOLDEN = Path(__file__).parents[1] / "blueprints" / "ok"
GALLERY = Path(__file__).parents[2] / "blueprints"
SMALL = ("attention", "functional", "lstm", "recommend/dlrm", "graph-ops/mixture_of_experts", "sequence/tcn")
LARGE = GOLDEN / "many_parameters.yaml"
"""10⁹ parameters: four gigabytes are drawn, written and read to say of a graph what smaller ones say too."""

PATHS = [
    pytest.param(path, marks=pytest.mark.exhaustive) if path == LARGE else path
    for path in sorted(GOLDEN.glob("*.yaml"))
]


def built(path: Path) -> keras.Model | None:
    """The model of a blueprint; None for one whose sizes the data knows, or that builds on none."""
    loaded = yamlnet.load(path)
    if "model" not in loaded.plan.models or loaded.plan.unknown:
        return None
    try:
        return loaded.build()
    except BlueprintError:
        return None


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_a_blueprint_makes_is_let_through(path: Path, tmp_path: Path) -> None:
    model = built(path)
    if model is not None:
        save_model(model, tmp_path / "model.keras")
        assert inspect_archive(tmp_path / "model.keras")["config"]["name"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_what_the_gallery_makes_is_let_through(name: str, tmp_path: Path) -> None:
    model = yamlnet.load(GALLERY / f"{name}.yaml").build()
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 10)), "mse", ["mae", "accuracy"]
    )
    save_model(model, tmp_path / "model.keras")
    load_model(tmp_path / "model.keras")


@pytest.mark.parametrize("name", sorted(ALLOWED["optimizer"]))
def test_every_optimizer_is_let_through(name: str, tmp_path: Path) -> None:
    """PyTorch saves its own classes for some of them."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, dtype="mixed_float16")])
    optimizer = getattr(keras.optimizers, name)()
    model.compile(keras.optimizers.LossScaleOptimizer(optimizer), keras.losses.Huber(), [keras.metrics.AUC()])
    save_model(model, tmp_path / "scaled.keras")
    inspect_archive(tmp_path / "scaled.keras")
    model.compile(optimizer, "mse", ["mae"])
    save_model(model, tmp_path / "model.keras")
    inspect_archive(tmp_path / "model.keras")


@pytest.mark.parametrize("room", sorted(module for module in CLASSES if module.startswith("keras.src.ops.")))
def test_every_operation_of_keras_is_allowed_or_refused(room: str) -> None:
    module = importlib.import_module(room)
    own = {
        name
        for name, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Operation) and found.__module__ == room
    }
    assert own - CLASSES[room] <= REFUSED_OPERATIONS, f"classify {own - CLASSES[room] - REFUSED_OPERATIONS}"
    assert own >= CLASSES[room]


def test_every_room_of_operations_is_known() -> None:
    rooms = {module.rpartition(".")[2] for module in CLASSES if module.startswith("keras.src.ops.")}
    source = Path(importlib.import_module("keras.src.ops").__path__[0])
    found = {
        path.stem
        for path in source.glob("*.py")
        if not path.stem.endswith("_test") and "(Operation)" in path.read_text(encoding="utf-8")
    }
    assert found - rooms <= {"image", "function"}  # no blueprint names those of images


class TestSafeMode:
    def test_it_holds_where_a_program_left_it(self) -> None:
        """`enable_unsafe_deserialization` may have been called by whoever imports yamlnet."""
        code = {"class_name": "__lambda__", "config": {"value": "4wEAAAA="}, "module": "builtins"}
        keras.config.enable_unsafe_deserialization()
        try:
            assert serialization_lib.in_safe_mode() is False
            with safe_mode():
                assert serialization_lib.in_safe_mode() is True
                with pytest.raises(ValueError, match="arbitrary code execution"):
                    keras.saving.deserialize_keras_object(code)
            assert serialization_lib.in_safe_mode() is False
        finally:
            keras.backend.clear_session()

    def test_building_is_in_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[object] = []

        class Dense(keras.layers.Dense):
            def build(self, input_shape: object) -> None:
                seen.append(serialization_lib.in_safe_mode())
                super().build(input_shape)

        monkeypatch.setattr("yamlnet.compiler.objects.keras_object", lambda path: Dense)
        (tmp_path / "net.yaml").write_text("yamlnet: 1\nmodel: {inputs: {x: [4]}, layers: [Dense: 3]}\n")
        yamlnet.load(tmp_path / "net.yaml").build()
        assert seen
        assert set(seen) == {True}

    def test_code_is_refused_by_keras_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Were our own list to fail, the second belt holds, with a message and no traceback of Keras."""
        model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x + 1)])
        model.save(tmp_path / "code.keras")
        keras.config.enable_unsafe_deserialization()
        monkeypatch.setattr("yamlnet.compiler.archives._check_object", lambda *_: None)
        try:
            with pytest.raises(ArchiveError, match=r"Keras cannot load it: .*[Ll]ambda"):
                load_model(tmp_path / "code.keras")
        finally:
            keras.backend.clear_session()


def with_weights(path: Path, weights: Path) -> None:
    """Put other weights into a model's file."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["model.weights.h5"] = weights.read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_weights_that_lie_in_another_file_are_refused(tmp_path: Path) -> None:
    """HDF5 can keep a tensor's bytes in any file of the machine: the weights would be that file."""
    model = keras.Sequential(
        [keras.Input((4,), name="x"), keras.layers.Dense(3, use_bias=False, name="dense")]
    )
    save_model(model, tmp_path / "model.keras")
    secret = tmp_path / "secret"
    secret.write_bytes(np.arange(12, dtype=np.float32).tobytes())
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", (4, 3), np.float32, external=[(str(secret), 0, 48)])
    with_weights(tmp_path / "model.keras", tmp_path / "weights.h5")
    with pytest.raises(ArchiveError, match="Keras cannot load it"):
        load_model(tmp_path / "model.keras")


def test_a_module_is_not_imported_because_a_file_names_it(tmp_path: Path) -> None:
    (tmp_path / "evil_module.py").write_text("raise SystemExit('imported')")
    config = {"class_name": "Evil", "config": {}, "module": "evil_module", "registered_name": "x>Evil"}
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(ArchiveError, match=r'it holds "evil_module.Evil" \(registered as "x>Evil"\)'):
        load_model(tmp_path / "model.keras")
