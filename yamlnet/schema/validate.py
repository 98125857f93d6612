"""The second stage: a parsed file becomes a `Blueprint`, or every structural mistake in it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import ValidationError

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.schema.data_forms import check_data
from yamlnet.schema.entries import Reader, names_bound
from yamlnet.schema.expressions import ExpressionError, is_template, parse_template
from yamlnet.schema.forms import Block, Blueprint, Model
from yamlnet.schema.parameters import read_parameters
from yamlnet.schema.pydantic_errors import report
from yamlnet.schema.sections import Document, read_section
from yamlnet.schema.train_forms import check_export, check_train
from yamlnet.schema.words import DEFAULT_INPUT, DEFAULT_MODEL, NAME
from yamlnet.syntax.tree import Tree


def validate(tree: Tree, problems: Problems | None = None) -> Blueprint:
    """Read a parsed file as a blueprint.

    Args:
        tree: the parsed file.
        problems: where mistakes go. With it, what could be read is given back in spite of mistakes,
            so that the next stage can add its own; without it, mistakes raise.

    Raises:
        BlueprintError: with every structural mistake: unknown and missing keys, wrong types, layers,
            arguments and names that do not exist, expressions that do not read.
    """
    found = Problems() if problems is None else problems
    value = tree.value
    document: dict[str, object] = {**value} if isinstance(value, dict) else {}
    if not isinstance(value, dict):
        message = "a blueprint is a mapping of keys to values; begin the file with: yamlnet: 1"
        found.add("wrong-type", message, ())
    else:
        _check_expressions(document, (), found)
    blueprint = _blueprint(document, _sections(document, found) if document else None, found)
    if problems is None:
        found.raise_if_failed()
    return blueprint


def _sections(document: dict[str, object], problems: Problems) -> Document | None:
    try:
        return read_section(Document, document)
    except ValidationError as error:
        report(error, Document, document, (), problems)
        return None


def _blueprint(document: dict[str, object], sections: Document | None, problems: Problems) -> Blueprint:
    params = read_parameters(document.get("params"), ("params",), problems)
    blocks = _mapping(document, "blocks", problems)
    models = _mapping(document, "models", problems)
    if (whole := document.get(DEFAULT_MODEL)) is not None:
        if DEFAULT_MODEL in models:
            message = f'the key "{DEFAULT_MODEL}" outside is that model; give this one another name'
            problems.add("name", message, ("models", DEFAULT_MODEL), "key")
        models = {**models, DEFAULT_MODEL: whole}
    for name in blocks.keys() & models.keys():
        problems.add("name", f'"{name}" is both a block and a model; rename one', ("blocks", name), "key")
    read_blocks = {name: _block(name, value, blocks, models, problems) for name, value in blocks.items()}
    read_models = {name: _model(name, value, blocks, models, problems) for name, value in models.items()}
    check_data(document.get("data"), ("data",), problems)
    check_train(document.get("train"), _output_names(read_models), ("train",), problems)
    export = document.get("export") or []
    check_export(export, ("export",), problems)
    return Blueprint(
        name=str(document.get("name") or "blueprint"),
        description=str(document.get("description") or ""),
        params=params,
        blocks=read_blocks,
        models=read_models,
        data=sections.data if sections else None,
        train=sections.train if sections else None,
        export=tuple(export) if isinstance(export, list) else (str(export),),
        document=document,
    )


def _mapping(document: dict[str, object], key: str, problems: Problems) -> dict[str, object]:
    """A mapping of named things; its shape is pydantic's to report, its names are checked here."""
    value = document.get(key)
    if not isinstance(value, dict):
        return {}
    for name in value:
        if not NAME.match(name):
            message = f'"{name}" cannot name one of the {key}; names begin with a lower-case letter'
            problems.add("name", message, (key, name), "key")
    return value


def _block(
    name: str, value: object, blocks: Mapping[str, object], models: Mapping[str, object], problems: Problems
) -> Block:
    path: KeyPath = ("blocks", name)
    value = value if isinstance(value, dict) else {}
    inputs = value.get("inputs") or DEFAULT_INPUT
    names = tuple(inputs) if isinstance(inputs, list) else (str(inputs),)
    for index, given in enumerate(names):
        if not NAME.match(str(given)):
            message = f'"{given}" cannot name an input; names begin with a lower-case letter'
            problems.add("name", message, (*path, "inputs", index))
    reader = Reader(blocks, models, problems, set(names_bound(value.get("layers"))))
    return Block(
        name=name,
        params=read_parameters(value.get("params"), (*path, "params"), problems),
        inputs=names,
        entries=reader.read(value.get("layers"), (*path, "layers")),
        outputs=value.get("outputs"),
        path=path,
    )


def _model(
    name: str, value: object, blocks: Mapping[str, object], models: Mapping[str, object], problems: Problems
) -> Model:
    path: KeyPath = (DEFAULT_MODEL,) if name == DEFAULT_MODEL else ("models", name)
    value = value if isinstance(value, dict) else {}
    others = {other: form for other, form in models.items() if other != name}
    reader = Reader(blocks, others, problems, set(names_bound(value.get("layers"))))
    inputs = value.get("inputs")
    named = inputs if isinstance(inputs, dict) else {DEFAULT_INPUT: inputs}
    for given in named:
        if not NAME.match(str(given)):
            message = f'"{given}" cannot name an input; names begin with a lower-case letter'
            problems.add("name", message, (*path, "inputs", str(given)), "key")
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


def _output_names(models: Mapping[str, Model]) -> tuple[str, ...]:
    """The trained model's outputs as far as the text tells: needed to read `loss: {digit: …}`."""
    model = models.get(DEFAULT_MODEL)
    if model is None:
        return ()
    if isinstance(model.outputs, dict):
        return tuple(str(name) for name in model.outputs)
    if isinstance(model.outputs, list):
        return tuple(str(name) for name in model.outputs)
    return (str(model.outputs),) if model.outputs else tuple(names_bound_last(model))


def names_bound_last(model: Model) -> list[str]:
    """The name of the last entry, which is the output of a model that names none."""
    last = model.entries[-1] if model.entries else None
    return [last.binds] if last is not None and isinstance(last.binds, str) else []


def _check_expressions(value: object, path: KeyPath, problems: Problems) -> None:
    """Report every `${…}` of the file that does not read, used or not."""
    if isinstance(value, dict):
        for key, item in value.items():
            _check_expressions(item, (*path, key), problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_expressions(item, (*path, index), problems)
    elif is_template(value):
        try:
            parse_template(str(value))
        except ExpressionError as error:
            problems.add("expression", str(error), path, within=(error.start, error.end))
