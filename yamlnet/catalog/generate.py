"""Generates the catalogue's data from the installed Keras: `python -m yamlnet.catalog.generate`.

The one module of this room that imports Keras, and nothing imports it. `--check` writes nothing and
fails when the checked-in files differ from what the installed Keras says.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

from yamlnet.catalog.allowed import ALLOWED, NOT_OBJECTS, PLUMBING
from yamlnet.catalog.argument_types import argument_type
from yamlnet.catalog.entry import Kind
from yamlnet.catalog.generate_help import argument_help, call_help, first_line
from yamlnet.catalog.generate_masking import passes_masks
from yamlnet.catalog.refused import REFUSED

FOLDER = Path(__file__).parent / "keras"

MODULES: dict[Kind, str] = {
    "layer": "layers",
    "op": "ops",
    "random": "random",
    "activation": "activations",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "schedule": "optimizers.schedules",
    "callback": "callbacks",
}

SKIPPED = {"self", "args", "kwargs"}
"""Parameters that are no arguments of a blueprint."""

LAYER_EXTRAS: tuple[tuple[str, object, str], ...] = (
    ("activity_regularizer", None, "Regularizer of the layer's output."),
    ("trainable", True, "Whether training changes the layer's weights."),
    ("dtype", None, "The layer's dtype, or dtype policy."),
    ("autocast", True, "Whether inputs are cast to the layer's compute dtype."),
)
"""What `keras.layers.Layer` takes and subclasses pass on in `**kwargs`."""

TENSORS = {
    "x", "x1", "x2", "y", "a", "b", "abs_", "angle", "array", "bias", "condition", "data", "depthwise_kernel",
    "indices", "inputs", "kernel", "key", "logits", "mask", "output", "pointwise_kernel",
    "predictions", "probabilities", "query", "segment_ids", "sorted_sequence", "target", "targets", "tensor",
    "updates", "value", "query_mask", "value_mask", "key_mask", "attention_mask", "sequence", "sequences",
    "states", "initial_state", "output_length", "target_length", "sequence_lengths", "variable",
    "counts", "count_weights", "index", "mean", "variance", "offset", "scale", "gamma", "beta", "values",
    "weights",
}  # fmt: skip
"""Arguments of calls and operations that take a tensor, unless `PLAIN` says otherwise."""

PLAIN = {
    "get_item.key", "normal.mean", "truncated_normal.mean", "kaiser.beta", "dot_product_attention.scale",
    "diagonal.offset", "trace.offset", "istft.window", "select.default",
    "gamma.alpha", "beta.alpha", "beta.beta", "gamma.gamma",
}  # fmt: skip
"""`owner.argument` that are no tensors in spite of their names."""

MANY = {"xs", "operands", "choicelist", "condlist"}
"""Arguments that take a list of tensors."""

MANY_HERE = {"stack.x", "fft.x", "fft2.x", "ifft2.x", "irfft.x", "istft.x"}
"""`owner.argument` that do: tensors to stack, the real and the imaginary parts of numbers."""


def generate() -> dict[str, str]:
    """The catalogue's files by name, as text.

    Raises:
        SystemExit: an argument that `argument_types` does not classify.
    """
    files = {}
    for kind in get_args(Kind):
        entries = dict(sorted(_entries(kind)))
        _require_types(kind, entries)
        rows = ",\n".join(
            f"{json.dumps(name)}: {json.dumps(raw, ensure_ascii=False)}" for name, raw in entries.items()
        )
        files[f"{kind}.json"] = f"{{\n{rows}\n}}\n"
    return files


def _entries(kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
    import keras

    module: Any = keras
    for step in MODULES[kind].split("."):
        module = getattr(module, step)
    aliases = _aliases(kind, module)
    if kind == "metric":
        yield from CHOSEN_BY_SHAPE.items()
    for name, found in public(kind, module):
        known = name in ALLOWED[kind] or f"{kind}.{name}" in REFUSED
        if known and name == _canonical(kind, name, found, module):
            yield name, _entry(kind, name, found, tuple(sorted(aliases.get(id(found), set()) - {name})))


def unclassified() -> list[str]:
    """What Keras exports that a person has neither allowed nor refused yet: `keras.layers.NewThing`."""
    import keras

    found = []
    for kind, room in MODULES.items():
        module: Any = keras
        for step in room.split("."):
            module = getattr(module, step)
        entries = dict(_entries(kind))
        known = {
            *entries,
            *(alias for raw in entries.values() for alias in raw.get("aliases", ())),
            *PLUMBING,
        }
        names = (name for name in dir(module) if not name.startswith("_") and name not in known)
        found += [f"keras.{room}.{name}" for name in names if f"{kind}.{name}" not in NOT_OBJECTS]
    return found


CHOSEN_BY_SHAPE: dict[str, dict[str, Any]] = {
    "accuracy": {
        "path": "keras.metrics.accuracy",
        "help": "Accuracy of the kind that fits the output's and the target's shapes; Keras chooses.",
        "aliases": ["acc"],
        "arguments": [],
    },
    "crossentropy": {
        "path": "keras.metrics.crossentropy",
        "help": "A name that Keras chooses a loss by; of metrics it knows the kinds by their own names.",
        "aliases": ["ce"],
        "refused": REFUSED["metric.crossentropy"],
    },
}
"""Metrics that are names only: `Model.compile` reads them (keras/src/trainers/compile_utils.py)."""


def public(kind: Kind, module: Any) -> Iterator[tuple[str, Any]]:
    """What a module offers of a kind: classes, or functions for operations and activations."""
    functions = kind in ("op", "random", "activation")
    for name in sorted(dir(module)):
        found = getattr(module, name)
        if name.startswith("_") or name in PLUMBING or f"{kind}.{name}" in NOT_OBJECTS:
            continue
        if callable(found) and inspect.isclass(found) != functions:
            yield name, found


def _canonical(kind: Kind, name: str, found: Any, module: Any) -> str:
    """The one name of a thing that is exported under several: its own, if it is exported."""
    own = str(found.__name__)
    if getattr(module, own, None) is found:
        return own
    same = [other for other, thing in public(kind, module) if thing is found]
    return same[0]


def _aliases(kind: Kind, module: Any) -> dict[int, set[str]]:
    """Other names by the identity of what they name: further exports, and Keras's own short names."""
    aliases: dict[int, set[str]] = {}
    for name, found in public(kind, module):
        aliases.setdefault(id(found), set()).add(name)
    for name, found in _short_names(kind).items():
        aliases.setdefault(id(found), set()).add(name)
    if kind == "op":
        for space in ("image", "linalg", "nn", "numpy"):
            for name, found in public(kind, getattr(module, space)):
                aliases.setdefault(id(found), set()).add(f"{space}.{name}")
    return aliases


def _short_names(kind: Kind) -> dict[str, Any]:
    """The strings that Keras's own `get` of a kind takes (`mse`, `adam`, `he_normal`), by lookup."""
    if kind in ("loss", "metric"):
        return _function_names(kind)
    if kind in ("initializer", "regularizer", "constraint", "optimizer"):
        room = importlib.import_module(f"keras.src.{MODULES[kind]}")
        known = {key: value for key, value in room.ALL_OBJECTS_DICT.items() if isinstance(key, str)}
        lower = {key.lower(): value for key, value in known.items()} if kind == "optimizer" else {}
        return {key: value for key, value in {**known, **lower}.items() if inspect.isclass(value)}
    return {}


def _function_names(kind: Kind) -> dict[str, Any]:
    """Losses and metrics are named by their functions too; each stands for the class of that function."""
    room = importlib.import_module(f"keras.src.{MODULES[kind]}")
    classes = {value.__name__: value for value in room.ALL_OBJECTS if inspect.isclass(value)}
    by_snake = {_snake(name): value for name, value in classes.items()}
    names: dict[str, Any] = {}
    for key, value in room.ALL_OBJECTS_DICT.items():
        if not isinstance(key, str):
            continue
        found = value if inspect.isclass(value) else by_snake.get(value.__name__)
        if found is not None:
            names[key] = found
    return {name: found for name, found in {**by_snake, **names}.items() if name not in CHOSEN_BY_SHAPE}


def _snake(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _entry(kind: Kind, name: str, found: Any, aliases: tuple[str, ...]) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "path": f"keras.{MODULES[kind]}.{name}",
        "help": first_line(found),
    }
    if aliases:
        raw["aliases"] = list(aliases)
    if f"{kind}.{name}" in REFUSED:
        raw["refused"] = REFUSED[f"{kind}.{name}"]
        return raw
    raw["arguments"] = list(constructor_arguments(kind, name, found))
    if kind == "layer":
        raw["call"] = list(call_arguments(name, found))
        if passes_masks(found):
            raw["masking"] = True
    return raw


def constructor_arguments(kind: Kind, name: str, found: Any) -> Iterator[dict[str, Any]]:
    """The arguments of a constructor, or of a function, as the catalogue's files have them."""
    help_by_name = argument_help(found)
    function = found.__init__ if inspect.isclass(found) else found
    parameters = inspect.signature(function).parameters.values()
    seen = set()
    for parameter in parameters:
        if parameter.name in SKIPPED or parameter.kind is parameter.VAR_KEYWORD:
            continue
        if parameter.name == "name" and kind != "metric":
            continue  # of a layer it is wiring, of a metric it is the name in the history
        seen.add(parameter.name)
        yield _argument(kind, name, parameter, help_by_name.get(parameter.name, ""))
    takes_more = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    if kind == "layer" and takes_more:
        for extra, default, text in LAYER_EXTRAS:
            if extra not in seen:
                yield {"name": extra, "default": default, "help": text}


def _argument(kind: Kind, owner: str, parameter: inspect.Parameter, text: str) -> dict[str, Any]:
    raw: dict[str, Any] = {"name": parameter.name}
    if parameter.default is not parameter.empty:
        raw["default"] = _json_value(parameter.default)
    elif parameter.kind is not parameter.VAR_POSITIONAL:
        raw["required"] = True
    if text:
        raw["help"] = text
    if kind in ("op", "random"):
        raw |= _tensor(owner, parameter)
    return raw


def _tensor(owner: str, parameter: inspect.Parameter) -> dict[str, str]:
    name = parameter.name
    of_many = name in MANY or f"{owner}.{name}" in MANY_HERE
    if of_many or (name == "x" and parameter.kind is parameter.VAR_POSITIONAL):
        return {"tensor": "many"}
    if name in TENSORS and f"{owner}.{name}" not in PLAIN:
        return {"tensor": "one"}
    return {}


def call_arguments(name: str, layer: Any) -> Iterator[dict[str, Any]]:
    """The arguments of a layer's call; a merging layer's `inputs` is a list."""
    from keras.src.layers.merging.base_merge import Merge

    merging = issubclass(layer, Merge) or name in ("Attention", "AdditiveAttention", "HashedCrossing")
    help_by_name = call_help(layer)
    for parameter in inspect.signature(layer.call).parameters.values():
        if parameter.name in SKIPPED or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        raw = _argument("layer", name, parameter, help_by_name.get(parameter.name, ""))
        raw |= _tensor(name, parameter)
        if parameter.name == "inputs" and merging:
            raw["tensor"] = "many"
        yield raw


def _json_value(value: Any) -> Any:
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, tuple | list):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    return getattr(value, "__name__", None)


def _require_types(kind: Kind, entries: dict[str, dict[str, Any]]) -> None:
    missing = [
        f"{kind} {name}.{argument['name']}"
        for name, raw in entries.items()
        for argument in (*raw.get("arguments", ()), *raw.get("call", ()))
        if argument_type(name, argument["name"]) is None
    ]
    if missing:
        raise SystemExit(
            "nobody has classified these arguments (argument_types.py):\n  " + "\n  ".join(missing)
        )


def main(arguments: list[str], echo: Callable[[str], None] = print) -> int:
    """Write the files, or with `--check` compare them; gives the exit code."""
    stale = []
    for name, text in generate().items():
        path = FOLDER / name
        if "--check" not in arguments:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    for name in stale:
        echo(f"{FOLDER / name} is stale: run python -m yamlnet.catalog.generate")
    new = unclassified()
    for name in new:
        echo(f"classify {name} in yamlnet/catalog/allowed.py or yamlnet/catalog/refused.py; it is left out")
    return 1 if stale or new else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
