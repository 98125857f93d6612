"""Reading what one file gives to others: parameters, blocks, models, and the files that it imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic_core import ValidationError

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.entries import Reader, names_bound
from yamlnet.schema.expressions import check_expressions
from yamlnet.schema.forms import Block, Library, Model
from yamlnet.schema.parameters import meant_parameters, read_parameters
from yamlnet.schema.pydantic_errors import report
from yamlnet.schema.sections import BlockSection, Document, LibrarySection, read_section, section_keys
from yamlnet.schema.words import (
    ASSEMBLED,
    DEFAULT_INPUT,
    DEFAULT_MODEL,
    GIVEN,
    IMPORT,
    IMPORTED,
    name_mistake,
)

UNUSED = ("data", "train", "export")
"""The sections of a file that mean nothing to those who import it."""


def read_library(document: Mapping[str, object], path: KeyPath, label: str, problems: Problems) -> Library:
    """What the document at a path gives; `label` is made of the names of the imports that lead to it."""
    blocks, models = (
        _mapping(document, "blocks", path, problems),
        _mapping(document, "models", path, problems),
    )
    if (whole := document.get(DEFAULT_MODEL)) is not None:
        if DEFAULT_MODEL in models:
            message = f'the key "{DEFAULT_MODEL}" outside is that model; give this one another name'
            problems.add("name", message, (*path, "models", DEFAULT_MODEL), "key")
        models = {**models, DEFAULT_MODEL: whole}
    for name in blocks.keys() & models.keys():
        message = f'"{name}" is both a block and a model; rename one'
        problems.add("name", message, (*path, "blocks", name), "key")
    imports = _imports(document)
    names = _Names(blocks, models, imports, problems, unread=_unread(document))
    return Library(
        params=read_parameters(
            meant_parameters(document, (*section_keys(Document), *ASSEMBLED)), (*path, "params"), problems
        ),
        blocks={name: _block(name, value, names, (*path, "blocks", name)) for name, value in blocks.items()},
        models={name: _model(name, value, names, path) for name, value in models.items()},
        imports={
            name: _imported(name, entry, (*path, IMPORT, name), label, problems)
            for name, entry in imports.items()
        },
        label=label,
        path=path,
    )


def _imports(document: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """The imports as assembling left them, each `{from, params, file}`; without a file if none was read."""
    found = document.get(IMPORT)
    written = found.items() if isinstance(found, dict) else ()
    return {str(name): entry if isinstance(entry, dict) else {"from": entry} for name, entry in written}


def _imported(
    name: str, entry: Mapping[str, object], path: KeyPath, label: str, problems: Problems
) -> Library:
    document, inner = entry.get(IMPORTED), f"{label}_{name}" if label else name
    if not isinstance(document, dict):
        if document is not None:
            problems.add("wrong-type", "an imported file is a mapping of keys to values", (*path, IMPORTED))
        return Library({}, {}, {}, label=inner, broken=True, path=path)
    _check_structure(document, (*path, IMPORTED), problems)
    read = read_library(document, (*path, IMPORTED), inner, problems)
    given = entry.get(GIVEN)
    arguments: dict[str, object] = {**given} if isinstance(given, dict) else {}
    if given is not None and not isinstance(given, dict):
        message = "the parameters of an import are a mapping: params: {width: 32}"
        problems.add("wrong-type", message, (*path, GIVEN))
    for parameter in arguments:
        if parameter not in read.params:
            mend = did_you_mean(parameter, read.params) or f"; it has {', '.join(read.params) or 'none'}"
            message = f'the file imported as "{name}" has no parameter "{parameter}"{mend}'
            problems.add("unknown-argument", message, (*path, GIVEN, parameter), "key")
    return Library(read.params, read.blocks, read.models, read.imports, inner, arguments, path=read.path)


def _check_structure(document: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Report what is wrong with the parts of an imported file that are used; its training is its own."""
    used = {key: value for key, value in document.items() if key not in (*ASSEMBLED, *UNUSED)}
    for key, value in used.items():
        check_expressions(value, (*path, key), problems)
    try:
        read_section(LibrarySection, used)
    except ValidationError as error:
        report(error, LibrarySection, used, path, problems)


class _Without(Mapping[str, object]):
    """A mapping without one of its keys; a file may have thousands of models, each read without itself."""

    def __init__(self, whole: Mapping[str, object], without: str) -> None:
        self.whole, self.without = whole, without

    def __getitem__(self, key: str) -> object:
        if key == self.without:
            raise KeyError(key)
        return self.whole[key]

    def __iter__(self) -> Iterator[str]:
        return (key for key in self.whole if key != self.without)

    def __len__(self) -> int:
        return len(self.whole) - (self.without in self.whole)


class _Names:
    """What the entries of a file may call, and where problems go."""

    def __init__(
        self,
        blocks: Mapping[str, object],
        models: Mapping[str, object],
        imports: Mapping[str, Mapping[str, object]],
        problems: Problems,
        unread: bool,
    ) -> None:
        self.blocks, self.models, self.imports, self.problems = blocks, models, imports, problems
        self.unread = unread

    def reader(self, layers: object, without: str = "") -> Reader:
        """A reader of one list of entries; `without` is the model that it is: none calls itself."""
        models = _Without(self.models, without)
        named = set(names_bound(layers))
        return Reader(self.blocks, models, self.imports, self.problems, named, self.unread)


def _unread(document: Mapping[str, object]) -> bool:
    """Whether blocks or models were written as something else, so that not all their names are known."""
    return any(isinstance(document.get(key), list | str) for key in ("blocks", "models"))


def _mapping(
    document: Mapping[str, object], key: str, path: KeyPath, problems: Problems
) -> dict[str, object]:
    """A mapping of named things; its shape is pydantic's to report, its names are checked here."""
    value = document.get(key)
    if not isinstance(value, dict):
        return {}
    for name in value:
        if mistake := name_mistake(name, "tensor"):
            message = f'"{name}" cannot name one of the {key}; {mistake}'
            problems.add("name", message, (*path, key, name), "key")
    return value


def _block(name: str, value: object, known: _Names, path: KeyPath) -> Block:
    value = value if isinstance(value, dict) else {}
    inputs = value.get("inputs") or DEFAULT_INPUT
    names = tuple(map(str, inputs)) if isinstance(inputs, list) else (str(inputs),)
    for index, given in enumerate(inputs if isinstance(inputs, list) else names):
        if not isinstance(given, str):
            continue  # pydantic tells that it is no text
        if mistake := name_mistake(given, "tensor"):
            message = f'"{given}" cannot name an input; {mistake}'
            known.problems.add("name", message, (*path, "inputs", index))
    reader = known.reader(value.get("layers"))
    return Block(
        name=name,
        params=read_parameters(
            meant_parameters(value, section_keys(BlockSection)), (*path, "params"), known.problems
        ),
        inputs=names,
        entries=reader.read(value.get("layers"), (*path, "layers")),
        outputs=value.get("outputs"),
        path=path,
    )


def _model(name: str, value: object, known: _Names, file: KeyPath) -> Model:
    path: KeyPath = (*file, DEFAULT_MODEL) if name == DEFAULT_MODEL else (*file, "models", name)
    value = value if isinstance(value, dict) else {}
    reader = known.reader(value.get("layers"), without=name)
    inputs = value.get("inputs")
    named = inputs if isinstance(inputs, dict) else {DEFAULT_INPUT: inputs}
    for given in named:
        if mistake := name_mistake(str(given), "tensor"):
            message = f'"{given}" cannot name an input; {mistake}'
            known.problems.add("name", message, (*path, "inputs", str(given)), "key")
    return Model(
        name=name,
        inputs={str(given): form for given, form in named.items()},
        entries=reader.read(value.get("layers"), (*path, "layers")),
        outputs=value.get("outputs"),
        path=path,
        input_paths=_input_paths(inputs, (*path, "inputs")),
    )


def _input_paths(inputs: object, path: KeyPath) -> dict[str, KeyPath]:
    """Where each input stands; one bare shape stands at `inputs` itself."""
    if isinstance(inputs, dict):
        return {str(given): (*path, str(given)) for given in inputs}
    return {DEFAULT_INPUT: path}
