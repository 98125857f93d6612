"""The object form, everywhere the same: `relu`, `L2: 1e-4`, `Dense: {units: 10}`.

Checks a written value against the catalogue's types, into nested objects; the one place that knows
how an object's name, its one value and its arguments by name are told apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Entry, Kind
from yamlnet.catalog.load import catalog
from yamlnet.catalog.values import describe, percent, problem, shown, text_mend
from yamlnet.diagnostics.diagnostic import At, KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import closest, did_you_mean
from yamlnet.schema.expressions import is_template
from yamlnet.schema.habits import ARGUMENTS, CLASS_KEYS, READS, REPEATS, SAID, SHAPES, called_here
from yamlnet.schema.rewriting import from_call, from_config, module_mend, positional, value_mend
from yamlnet.schema.words import WIRING

NOUNS: dict[str, str] = {
    "layer": "layer",
    "op": "operation",
    "random": "random operation",
    "activation": "activation",
    "initializer": "initializer",
    "regularizer": "regularizer",
    "constraint": "constraint",
    "loss": "loss",
    "metric": "metric",
    "optimizer": "optimizer",
    "schedule": "learning-rate schedule",
    "callback": "callback",
}


class Written(Struct, frozen=True):
    """An object as it was written: its name, its arguments by name, and where each value stands.

    `unnamed` is the argument that the short form `Dense: 10` filled, or None.
    """

    name: str
    arguments: Mapping[str, object]
    path: KeyPath
    unnamed: str | None = None

    def place(self, argument: str) -> KeyPath:
        """The path of an argument's value; the short form has its value at the object's own key."""
        return self.path if argument == self.unnamed else (*self.path, argument)


def is_object_form(value: object) -> bool:
    """Whether a value could be an object: a name, or a mapping of one key."""
    return isinstance(value, str) or (isinstance(value, dict) and len(value) == 1)


def read_object(entry: Entry, name: str, body: object, path: KeyPath) -> Written:
    """What was written under an object's name, as arguments by name.

    `path` leads to the value under the name (or to the bare name itself).
    """
    if body is None:
        return Written(name, {}, path)
    if isinstance(body, dict):
        return Written(name, body, path)
    first = entry.arguments[0].name if entry.arguments else ""
    return Written(name, {first: body}, path, unnamed=first)


def split_form(value: object, path: KeyPath) -> tuple[str, object, KeyPath]:
    """The name, the body, and the path of the body of a value in object form."""
    if isinstance(value, dict):
        name, body = next(iter(value.items()))
        return str(name), body, (*path, str(name))
    return str(value), None, path


def check_object(kind: Kind, value: object, path: KeyPath, problems: Problems) -> None:
    """Report every mistake of a value that should be an object of `kind`."""
    noun = NOUNS[kind]
    if is_template(value):
        return
    form = from_config(kind, value) if isinstance(value, dict) and {*value} & {*CLASS_KEYS} else None
    if form is not None or not is_object_form(value):
        message = _not_an_object(noun, value, form)
        problems.add("wrong-type", message, path)
        return
    name, body, place = split_form(value, path)
    entry = find(kind, name, path, problems, at_key=isinstance(value, dict))
    if entry is None or kind == "activation":
        return  # an activation is a function: its name is all that is written
    if body is not None and not isinstance(body, dict) and not entry.arguments:
        problems.add("wrong-type", f'{noun} "{name}" takes no arguments', place)
        return
    written = read_object(entry, name, body, place)
    check_arguments(entry, written, problems)


def _not_an_object(noun: str, value: object, form: str | None) -> str:
    if form is not None:
        return f"the {noun}'s name is the key, and its arguments stand inside: {_in_braces(form)}"
    if isinstance(value, dict) and len(value) > 1:
        keys = ", ".join(str(key) for key in value)
        return (
            f"expected one {noun}, got a mapping of {len(value)} keys ({keys}); "
            "write its name as the only key and its arguments inside: Name: {argument: value}"
        )
    article = "an" if noun[0] in "aeiou" else "a"
    return f"expected {article} {noun} by its name (Name, or Name: {{argument: value}}), got {shown(value)}"


FEW = 20
"""Of fewer names all are told where none is near: there is no need to look them up."""


def find(kind: Kind, name: str, path: KeyPath, problems: Problems, at_key: bool) -> Entry | None:
    """The catalogue's entry for a name; reports an unknown or a refused one and gives None."""
    place = (*path, name) if at_key else path
    at: At = "key" if at_key else "value"
    entry = catalog().find(kind, name)
    noun = NOUNS[kind]
    if entry is None:
        known = catalog().names(kind)
        mend = "; write null" if name == "None" else _object_mend(kind, name) or did_you_mean(name, known)
        mend = mend or (f"; there are {', '.join(known)}" if len(known) < FEW else "")
        problems.add(f"unknown-{noun.replace(' ', '-')}", f'Keras has no {noun} "{name}"{mend}', place, at)
    elif entry.refused is not None:
        problems.add("refused", f'{noun} "{name}" cannot stand in a blueprint: {entry.refused}', place, at)
        return None
    return entry


def _unread_arguments(entry: Entry, written: Written) -> str | None:
    """Arguments listed without their names, or a layer without `layer:`: one mistake that looks like many."""
    value = written.arguments.get(written.unnamed) if written.unnamed is not None else None
    first = entry.by_name.get(written.unnamed or "")
    if isinstance(value, list) and value and first is not None and problem(value, first.type) is not None:
        return f'arguments of "{written.name}" are written by name: {positional(entry, written.name, value)}'
    inner = next((name for name in written.arguments if catalog().find("layer", name) is not None), None)
    if inner is not None and "layer" in entry.by_name and "layer" not in written.arguments:
        return f'the layer in "{written.name}" is written layer: {{{inner}: …}}'
    return None


def _object_mend(kind: Kind, name: str) -> str:
    """What to write for the name that another framework has, or for a call as Python writes it."""
    if said := SAID.get(name) if kind == "layer" else None:
        return f"; {said}"
    if kind == "layer" and "." in name and "(" not in name:
        return module_mend(name)
    form = from_call(kind, name) if called_here(kind, name) or not name.isidentifier() else None
    if form is None or (kind == "activation" and "{" in form):
        return ""
    return f"; write - {form}" if kind == "layer" else f"; write {_in_braces(form)}"


def _in_braces(form: str) -> str:
    return form if form.startswith("{") or ":" not in form else f"{{{form}}}"


def check_arguments(
    entry: Entry, written: Written, problems: Problems, given: frozenset[str] = frozenset()
) -> None:
    """Report unknown, missing and mistyped arguments.

    Args:
        entry: the catalogue's entry.
        written: what the user wrote.
        problems: where mistakes go.
        given: arguments that the wiring fills (an operation's tensors).
    """
    noun = NOUNS[entry.kind]
    if (message := _unread_arguments(entry, written)) is not None:
        problems.add("wrong-type", message, written.path)
        return
    for name, value in written.arguments.items():
        argument = entry.by_name.get(name)
        place = written.place(name)
        if argument is None:
            message = f'{noun} "{written.name}" has no argument "{name}"{_argument_mend(entry, name)}'
            problems.add("unknown-argument", message, place, "key")
        elif isinstance(argument.type, t.Unwritable) and argument.type.check == "callback-paths":
            message = f'{noun} "{written.name}" takes no "{name}": {argument.type.reason}; remove it'
            problems.add("callback-paths", message, place)
        elif entry.kind == "op" and argument.tensor != "no" and isinstance(value, str) and "${" not in value:
            mend = f"it is read by: from: {{{name}: {value}}}"
            message = f'"{name}" of {noun} "{written.name}" is a tensor; {mend}'
            problems.add("wrong-type", message, place)
        else:
            check_value(argument.type, value, place, problems, f'"{name}" of {noun} "{written.name}"')
    unknown = [name for name in written.arguments if name not in entry.by_name]
    meant = {
        ARGUMENTS.get(name) or closest(name, entry.by_name) for name in unknown
    }  # a misspelt argument is not missing too
    for argument in entry.arguments:
        if argument.required and argument.name not in {*written.arguments, *given, *meant}:
            message = f'{noun} "{written.name}" needs "{argument.name}": {describe(argument.type)}'
            problems.add("missing-argument", message, (*written.path, argument.name), "key")


def _argument_mend(entry: Entry, name: str) -> str:
    known = list(entry.by_name)
    if habit := _argument_habit(entry, name):
        return f"; {habit}"
    mend = did_you_mean(name, [*known, *WIRING] if entry.kind in ("layer", "op", "random") else known)
    if not mend and name in entry.call_by_name:
        return f"; it belongs to the call: with: {{{name}: …}}"
    if mend or not known:
        return mend or "; it takes none"
    return f"; it takes {', '.join(known)}"


def _argument_habit(entry: Entry, name: str) -> str:
    """What an argument of another framework, or of an older Keras, is written as here."""
    if ARGUMENTS.get(name) in entry.by_name:
        return f'Keras calls it "{ARGUMENTS[name]}"'
    if entry.kind not in ("layer", "op", "random"):
        schedule = "a decreasing rate is a schedule: learning_rate: {InverseTimeDecay: {…}}"
        return schedule if name == "decay" and entry.kind == "optimizer" else ""
    if name in SHAPES:
        return "a layer knows what it reads; the model's shapes stand under its inputs: inputs: {x: [4]}"
    if name in READS and name not in entry.by_name:
        return "what an entry reads is written from: name"
    return "an entry is repeated by for: 3" if name in REPEATS else ""


def check_value(
    type: t.ValueType, value: object, path: KeyPath, problems: Problems, what: str = "this"
) -> None:
    """Report every mistake of one value against its type, at the deepest place that is wrong."""
    if is_template(value):
        return
    expected = problem(value, type)
    listed = _listed(type)
    if expected is not None and listed is not None and _has_wrong_items(listed, value):
        for index, item in enumerate(value if isinstance(value, list) else ()):
            check_value(listed.item, item, (*path, index), problems, what)
        return
    if expected is not None:
        mend = text_mend(value, expected) or percent(value, type) or value_mend(value, expected)
        problems.add("wrong-type", f"{what} must be {expected}, got {shown(value)}{mend}", path)
        return
    for option in _options(type):
        if isinstance(option, t.ObjectOf) and _chosen(option, value, type):
            _check_nested(option, value, path, problems)
            return
        if isinstance(option, t.ListOf) and isinstance(value, list):
            for index, item in enumerate(value):
                check_value(option.item, item, (*path, index), problems, what)
            return
        if isinstance(option, t.MappingOf) and isinstance(value, dict):
            for key, item in value.items():
                check_value(option.value, item, (*path, key), problems, what)
            return
        if isinstance(option, t.Fields) and isinstance(value, dict):
            _check_fields(option.fields, value, path, problems, what)
            return


def _listed(type: t.ValueType) -> t.ListOf | None:
    """The list among the forms of a type that is one value, several, or a mapping of its own."""
    options = _options(type)
    if not any(isinstance(option, t.Fields) for option in options):
        return None
    return next((option for option in options if isinstance(option, t.ListOf)), None)


def _has_wrong_items(type: t.ListOf, value: object) -> bool:
    return isinstance(value, list) and any(problem(item, type.item) is not None for item in value)


def _check_fields(
    fields: tuple[t.Field, ...], value: dict[str, object], path: KeyPath, problems: Problems, what: str
) -> None:
    types = {field.name: field.value for field in fields}
    for key, item in value.items():
        if key in types:
            check_value(types[key], item, (*path, key), problems, f'"{key}" of {what}')
        else:
            mend = did_you_mean(key, types) or f"; it takes {', '.join(types)}"
            problems.add("unknown-argument", f'{what} has no argument "{key}"{mend}', (*path, key), "key")
    for field in fields:
        if field.required and field.name not in value:
            message = f'{what} needs "{field.name}": {field.help}, {describe(field.value)}'
            problems.add("missing-argument", message, (*path, field.name), "key")


def _check_nested(option: t.ObjectOf, value: object, path: KeyPath, problems: Problems) -> None:
    if option.kind == "dtype_policy":
        return  # a name from a fixed list: `problem` has settled it
    if option.kind == "activation" and isinstance(value, dict):
        name = next(iter(value))
        message = (
            f'an activation here is a name without arguments; write "{name}", '
            "or use the layer of that name as an entry of its own"
        )
        problems.add("wrong-type", message, path)
        return
    check_object(option.kind, value, path, problems)


def _options(type: t.ValueType) -> tuple[t.ValueType, ...]:
    if isinstance(type, t.AnyOf):
        return tuple(inner for option in type.options for inner in _options(option))
    return (type,)


def _chosen(option: t.ObjectOf, value: object, type: t.ValueType) -> bool:
    """Whether a value means the object and not another option of the same type."""
    if not is_object_form(value):
        return False
    others = [other for other in _options(type) if not isinstance(other, t.ObjectOf)]
    return not any(problem(value, other) is None for other in others)
