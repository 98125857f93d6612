"""What a place of a blueprint is for, by its path alone: the blueprint language as a small table.

Written without yamlnet's own reading of files, so that it can judge it. A *fixed* role has words that the
language or Keras gives; a *chosen* one has names that the user gives.
"""

from __future__ import annotations

from collections.abc import Mapping

Path = tuple[str | int, ...]

WIRING = ("from", "as", "with", "for", "if", "name")
CHOSEN = frozenset(
    (
        "parameter",
        "block",
        "model",
        "input",
        "import",
        "variant",
        "loop-variable",
        "tensor-name",
        "output-name",
        "class",
    )
)
"""Roles of keys that the user chose."""


def role_of(path: Path, document: Mapping[str, object]) -> str:
    """The role of the key (or item) at a path of a document."""
    head, *rest = path
    if not rest:
        return "top-key"
    if head == "params":
        return _parameter(rest)
    if head == "blocks":
        return "block" if len(rest) == 1 else _block(rest[1:], document)
    if head == "models":
        return "model" if len(rest) == 1 else _graph(rest[1:], document)
    if head == "model":
        return _graph(rest, document)
    if head == "data":
        return _data(rest)
    if head == "train":
        return _train(rest)
    if head == "variants":
        return _variant(rest)
    if head == "import":
        return "import" if len(rest) == 1 else "import-word" if len(rest) == 2 else "import-parameter"
    return f"{head}-item"


def _parameter(rest: list[str | int]) -> str:
    if len(rest) == 1:
        return "parameter"
    if isinstance(rest[1], int):
        return "parameter-item"
    return "parameter-word" if len(rest) == 2 else "parameter-item"


def _block(rest: list[str | int], document: Mapping[str, object]) -> str:
    if rest[0] == "params" and len(rest) > 1:
        return _parameter(rest[1:])
    if rest[0] == "inputs" and len(rest) > 1:
        return "bound-name"
    return _graph(rest, document)


def _graph(rest: list[str | int], document: Mapping[str, object]) -> str:
    if len(rest) == 1:
        return "graph-word"
    if rest[0] == "inputs":
        if isinstance(rest[1], int):
            return "shape-item"
        return "input" if len(rest) == 2 else "shape-item" if isinstance(rest[2], int) else _input(rest[2:])
    if rest[0] == "outputs":
        return "reference" if isinstance(rest[1], int) else "output-name"
    return _entry(rest[1:], document) if rest[0] == "layers" else "unknown"


def _input(rest: list[str | int]) -> str:
    return "input-word" if len(rest) == 1 else "shape-item"


def _entry(rest: list[str | int], document: Mapping[str, object]) -> str:
    if len(rest) == 1:
        return "entry"
    key = rest[1]
    if len(rest) == 2:
        return "group-word" if key in ("layers", "for", "if") else "callee"
    if key == "layers":
        return _entry(rest[2:], document)
    if key == "for":
        return "loop-variable" if len(rest) == 3 else "loop-value"
    if isinstance(rest[2], int):
        return "argument-item"
    return _inside_call(str(key), rest[2:], document)


def _inside_call(key: str, rest: list[str | int], document: Mapping[str, object]) -> str:
    word = rest[0]
    if len(rest) == 1:
        if word in WIRING:
            return "wiring"
        return "argument" if key[:1].isupper() or key.startswith(("ops.", "random.")) else "block-argument"
    if word == "for":
        return "loop-variable" if len(rest) == 2 and isinstance(rest[1], str) else "loop-value"
    if word == "from":
        return "call-argument" if isinstance(rest[1], str) else "reference"
    if word == "with":
        return "call-argument" if len(rest) == 2 else "reference"
    if word == "as":
        return "bound-name"
    if not (key[:1].isupper() or key.startswith(("ops.", "random."))):
        return "block-argument-item"
    return "nested" if isinstance(rest[-1], str) else "argument-item"


def _data(rest: list[str | int]) -> str:
    if len(rest) == 1:
        return "section-word"
    if rest[0] in ("inputs", "targets"):
        if len(rest) == 2:
            return "tensor-name"
        return "tensor-word" if len(rest) == 3 else "tensor-item"
    return "source" if len(rest) == 2 else "source-argument"


def _train(rest: list[str | int]) -> str:
    if len(rest) == 1:
        return "section-word"
    if rest[0] == "class_weight":
        return "class"
    if rest[0] == "loss_weights":
        return "output-name" if isinstance(rest[1], str) else "weight"
    if rest[0] in ("loss", "metrics") and len(rest) == 2 and isinstance(rest[1], str):
        return "object" if rest[1][:1].isupper() else "output-name"
    return "object" if isinstance(rest[-1], int) or str(rest[-1])[:1].isupper() else "nested"


def _variant(rest: list[str | int]) -> str:
    if len(rest) == 1:
        return "variant"
    return "variant-setting" if isinstance(rest[-1], str) else "variant-item"
