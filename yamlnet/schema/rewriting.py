"""From another tool's way of writing an object to ours: the exact form, for mends.

`Dense(10, activation="relu")`, `{type: Dense, units: 10}` and `[-1, 1, Conv2D, [64, 3]]` are refused; what to
write instead is made of the same words where that can be told, and of nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from yamlnet.catalog.entry import Entry, Kind
from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.suggest import closest, did_you_mean
from yamlnet.schema.habits import ARGUMENT_KEYS, ARGUMENTS, CLASS_KEYS, DTYPES, SHAPES, called_here

MODULE = re.compile(
    r"(?:(?:tf|tensorflow|keras|torch|nn|optim|layers|optimizers|losses|metrics|callbacks|regularizers|"
    r"initializers|activations|constraints|schedules|K|np|F|functional|modules|pytorch_lightning|lightning)\.)+"
)
CALL = re.compile(
    r"(?P<name>[A-Za-z][\w.]*)\s*(?:\((?P<inside>.*)\)|[ =:]\s*(?P<one>[\w.+-]+))?\s*\Z", re.DOTALL
)
GIVEN = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.+)\Z", re.DOTALL)
TUPLE = re.compile(r"\([^()]*\)\Z")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\Z")
SIZES = re.compile(r"\d+([xX]\d+)+\Z")
PERCENT = re.compile(r"\d+(\.\d+)?\s*%\Z")
ASSIGNED = re.compile(r"[A-Za-z_]\w*\s*=\s*(?P<value>[\w.+-]+)\Z")
EXPRESSION = re.compile(
    r"\{\{(.+)\}\}\Z|\$\((.+)\)\Z|\$([A-Za-z_]\w*)\Z|\{([^{}:,]+)\}\Z"
    r"|([A-Za-z_]\w*\s*(?:\*\*?|//?|%)\s*[\w. +*/-]+|\d+\s*\*\s*[A-Za-z_]\w*)\Z"
)
PLAIN = re.compile(r"[A-Za-z0-9_.+-]+\Z")

LONGEST = 100
"""Longer forms are shown with their beginning."""

MOST = 300
"""Longer texts are not looked at: what they should have been would not help, and a stranger wrote them."""


def without_module(name: str) -> str:
    """`keras.layers.Dense` → `Dense`."""
    return MODULE.sub("", name, count=1)


def keras_name(kind: Kind, name: str) -> str | None:
    """The name that Keras has for a class of any framework, or None."""
    bare = without_module(name)
    if catalog().find(kind, bare) is not None:
        return bare
    here = called_here(kind, bare)
    return here if here is not None else _in_other_case(kind, bare)


def _in_other_case(kind: Kind, name: str) -> str | None:
    near = closest(name, catalog().names(kind))
    return near if near is not None and near.lower() == name.lower().replace("_", "") else None


def from_call(kind: Kind, text: str) -> str | None:
    """`Dense(10, activation="relu")`, `Dense 10`, `nn.Linear`: the object form, or None."""
    found = CALL.match(text.strip()) if len(text) <= MOST else None
    name = keras_name(kind, found["name"]) if found is not None else None
    if found is None or name is None:
        return None
    inside = found["one"] if found["inside"] is None else found["inside"]
    given = _split(inside or "")
    if given is None:
        return f"{name}: {{…}}"
    by_name = {match["name"]: match["value"].strip() for one in given if (match := GIVEN.match(one))}
    positional = [one for one in given if not GIVEN.match(one)]
    arguments = {key: _text(value) for key, value in by_name.items()}
    return object_form(kind, name, arguments, [_text(one) for one in positional])


def from_config(kind: Kind, value: Mapping[str, object]) -> str | None:
    """`{type: Dense, units: 10}`, `{class_path: …, init_args: {…}}`: the object form, or None."""
    for key in CLASS_KEYS:
        named = value.get(key)
        name = keras_name(kind, named) if isinstance(named, str) else None
        if name is not None:
            others = {other: item for other, item in value.items() if other != key}
            nested = next((others[one] for one in ARGUMENT_KEYS if isinstance(others.get(one), dict)), None)
            arguments = nested if isinstance(nested, dict) else others
            return object_form(kind, name, {one: _plain(item) for one, item in arguments.items()}, [])
    return None


def from_row(row: Sequence[object]) -> str | None:
    """`[-1, 1, Conv2D, [64, 3]]`, as Ultralytics writes a layer: the object form, or None."""
    for index, item in enumerate(row):
        name = keras_name("layer", item) if isinstance(item, str) else None
        if name is not None:
            rest = row[index + 1] if index + 1 < len(row) else []
            given = rest if isinstance(rest, list) else [rest]
            return object_form("layer", name, {}, [_plain(one) for one in given])
    return None


def value_mend(value: object, expected: str) -> str:
    """How a value is written that Python, a shell or a template writes otherwise: `; write [3, 3]`."""
    if value is None and "true or false" in expected:
        return "; write true"
    if not isinstance(value, str) or len(value) > LONGEST:
        return ""
    text = value.strip()
    if TUPLE.match(text) and "list" in expected:
        return f"; write {_text(text)}"
    if text != text.lower() and text.lower() in re.findall(r"[\w-]+", expected):
        return f"; write {text.lower()}"
    if SIZES.match(text) and "list" in expected:
        return f"; write [{', '.join(text.lower().split('x'))}]"
    options = expected.partition("one of ")[2].split(", ")
    if DTYPES.get(text) in options:
        return f"; write {DTYPES[text]}"
    if len(options) > 1 and (meant := did_you_mean(text, options)):
        return meant
    if NUMBER.match(text) and "number" in expected:
        return f"; write {text} without quotes"
    if PERCENT.match(text) and "number" in expected:
        return f"; write {float(text.rstrip('% ')) / 100:g}"
    if found := EXPRESSION.match(text):
        inner = next(filter(None, found.groups()))
        return f"; an expression is written ${{{inner.strip()}}}"
    if found := ASSIGNED.match(text):
        return f"; write {found['value'].strip()}"
    return ""


def module_mend(key: str) -> str:
    """What a class or a function of a framework's module is called here: `nn.Linear`, `np.mean`."""
    name = key.rpartition(".")[2]
    if (form := from_call("layer", key)) is not None:
        return f"; Keras's layers are written without a module: - {form}"
    if catalog().find("op", name) is not None and without_module(key) == name:
        return f"; operations are written ops.{name}"
    return ""


def list_mend(key: str, value: object) -> str:
    """How a list is written that was written as a mapping or as one text."""
    if key == "layers" and isinstance(value, Mapping):
        first = next(iter(value), "Dense")
        form = first if catalog().find("layer", str(first)) else f"Dense: {{units: 10, as: {first}}}"
        return f"; begin each with a dash and its class: - {form}{'' if ':' in form else ': {…}'}"
    if key == "callbacks" and isinstance(value, Mapping | str) and value:
        first = value if isinstance(value, str) else f"{next(iter(value))}: {{…}}"
        return f"; begin each with a dash: - {first}"
    return ""


def mapping_mend(key: str, value: object) -> str:
    """How a mapping is written that was written as a list or as one text."""
    if key == "model" and isinstance(value, str | list):
        return "; list its layers: model: {inputs: {x: [4]}, layers: [Dense: 10]}"
    if key == "train" and isinstance(value, str):
        return "; say what is learnt and how long: train: {loss: mse, epochs: 10}"
    if key == "data" and isinstance(value, str) and (source := source_form(value)):
        return f"; name the source: data: {{train: {source}}}"
    if key in ("blocks", "models") and isinstance(value, list):
        return f"; each has its name as its key: {key}: {{name: {{layers: […]}}}}"
    if key == "inputs" and isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return f"; name the input that they are columns of: inputs: {{x: {{columns: {_plain(value)}}}}}"
    if key == "targets" and isinstance(value, str):
        return f"; name the output that it is for: targets: {{{value}: {value}}}"
    return ""


def source_form(value: object) -> str | None:
    """`{Csv: rows.csv}` of a path, by how it ends."""
    ending = str(value).rpartition(".")[2].lower()
    source = {
        "csv": "Csv", "tsv": "Csv", "parquet": "Parquet", "json": "Json", "jsonl": "Json", "npz": "Npz",
        "npy": "Npy", "txt": "TextFile",
    }  # fmt: skip
    return f"{{{source[ending]}: {value}}}" if ending in source and "." in str(value) else None


def object_form(kind: Kind, name: str, arguments: Mapping[str, str], positional: Sequence[str]) -> str:
    """`Dense: {units: 10, activation: relu}`: a name with its arguments; `positional` get their names."""
    entry = catalog().find(kind, name.partition(".")[2] if kind in ("op", "random") else name)
    if name.startswith("{") or entry is None:
        return name
    known = [argument.name for argument in entry.arguments]
    if len(positional) == 1 and not arguments:
        return f"{name}: {positional[0]}"
    named = dict(zip(known, positional, strict=False))
    for key, value in arguments.items():
        here = key if key in known else ARGUMENTS.get(key, key)
        if key not in SHAPES or key in known:
            named[here] = value
    if not named:
        return name
    text = f"{name}: {{{', '.join(f'{key}: {value}' for key, value in named.items())}}}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(', ')[0]}, …}}"


def _split(inside: str) -> list[str] | None:
    """The arguments of a call, or None where that takes more than counting brackets."""
    parts, depth, begun = [], 0, 0
    for index, character in enumerate(inside):
        depth += character in "([{"
        depth -= character in ")]}"
        if character == "," and depth == 0:
            parts.append(inside[begun:index].strip())
            begun = index + 1
    parts.append(inside[begun:].strip())
    return None if depth else [part for part in parts if part]


def positional(entry: Entry, name: str, value: Sequence[object]) -> str:
    """The object form of arguments that were listed without their names: `Conv2D: [64, 3]`."""
    pairs = [(key, item) for one in value if isinstance(one, dict) for key, item in one.items()]
    if pairs and all(isinstance(one, dict) and len(one) == 1 for one in value):
        return object_form(entry.kind, name, {str(key): _plain(item) for key, item in pairs}, [])
    reads = entry.kind == "op" or (entry.call and entry.call[0].tensor == "many")
    if reads and all(isinstance(one, str) for one in value):
        return f"{name}: {{from: {_plain(list(value))}}}"
    known = [argument.name for argument in entry.arguments]
    return object_form(entry.kind, name, dict(zip(known, map(_plain, value), strict=False)), [])


def _text(written: str) -> str:
    """A Python value in YAML: tuples are lists, quotes go where none are needed."""
    written = written.strip()
    if written.startswith("(") and written.endswith(")"):
        return f"[{written[1:-1].strip().rstrip(',')}]"
    if len(written) > 1 and written[0] == written[-1] and written[0] in "'\"":
        inner = written[1:-1]
        return inner if PLAIN.match(inner) else written
    if "(" in written or "lambda" in written:
        return "…"
    return {"True": "true", "False": "false", "None": "null"}.get(written, without_module(written))


def _plain(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_plain(item)}' for key, item in value.items())}}}"
    text = str(value)
    return text if not isinstance(value, str) or PLAIN.match(text) or "${" in text else f'"{text}"'
