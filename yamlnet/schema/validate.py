"""The second stage: a parsed file becomes a `Blueprint`, or every structural mistake in it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from pydantic_core import ValidationError

from yamlnet.diagnostics.diagnostic import Note
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import closest
from yamlnet.schema.data_forms import check_data
from yamlnet.schema.expressions import check_expressions
from yamlnet.schema.forms import Blueprint, Model
from yamlnet.schema.library import read_library
from yamlnet.schema.objective_forms import makes_model
from yamlnet.schema.pydantic_errors import MISPLACED, report
from yamlnet.schema.sections import Document, read_section, section_keys
from yamlnet.schema.train_forms import check_export, check_train
from yamlnet.schema.words import ASSEMBLED, DEFAULT_MODEL
from yamlnet.syntax.graft import replaced
from yamlnet.syntax.tree import Tree


def validate(tree: Tree, problems: Problems | None = None) -> Blueprint:
    """Read a parsed file as a blueprint.

    Args:
        tree: the parsed file.
        problems: where mistakes go. With it, what could be read is given back in spite of mistakes,
            so that the next stage can add its own; without it, mistakes raise.

    Raises:
        BlueprintError: with every structural mistake: unknown and missing keys, wrong types, layers,
            arguments and names that do not exist, expressions that do not read; also where `problems`
            are given, if the file is indented so that it cannot be read as it was meant.
    """
    found = Problems() if problems is None else problems
    value = tree.value
    document: dict[str, object] = {**value} if isinstance(value, dict) else {}
    if not isinstance(value, dict):
        message = "a blueprint is a mapping of keys to values; begin the file with: yamlnet: 1"
        found.add("wrong-type", message, ())
    else:
        check_expressions({key: document[key] for key in document if key not in ASSEMBLED}, (), found)
    _check_purpose(document, found)
    sections = _sections(document, found) if document else None
    if any(problem.check == MISPLACED for problem in found.diagnostics):
        found.raise_if_failed()  # what would be said of the rest is about a file that nobody meant
    blueprint = _blueprint(document, sections, found)
    blueprint = replace(blueprint, replaced=tuple(replaced(tree.positions)))
    if problems is None:
        found.raise_if_failed()
    return blueprint


def _check_purpose(document: Mapping[str, object], problems: Problems) -> None:
    """A file describes a model, or it is a library of blocks and models for other files."""
    if DEFAULT_MODEL in document or not document or makes_model(document.get("train")):
        return
    inside = next(
        (key for key, part in document.items() if isinstance(part, dict) and DEFAULT_MODEL in part), None
    )
    if inside is not None:
        message = f'"{DEFAULT_MODEL}" stands inside "{inside}": begin it in the first column'
        problems.add(MISPLACED, message, (inside, DEFAULT_MODEL), "key")
        return
    misspelt = closest(DEFAULT_MODEL, [key for key in document if key not in section_keys(Document)])
    about = [section for section in ("data", "train", "export") if section in document]
    if misspelt or not (about or not (document.get("blocks") or document.get("models"))):
        return
    mend = "a blueprint describes one: model: {inputs: …, layers: […]}"
    notes = tuple(Note(f'"{section}" is about a model', (section,)) for section in about)
    problems.add("missing-key", f'"model" is missing in the blueprint; {mend}', (), "key", notes=notes)


def _sections(document: dict[str, object], problems: Problems) -> Document | None:
    own = {key: value for key, value in document.items() if key not in ASSEMBLED}
    try:
        return read_section(Document, own)
    except ValidationError as error:
        report(error, Document, document, (), problems)
        return None


def _blueprint(document: dict[str, object], sections: Document | None, problems: Problems) -> Blueprint:
    library = read_library(document, (), "", problems)
    check_data(document.get("data"), ("data",), problems)
    check_train(document.get("train"), _output_names(library.models), ("train",), problems)
    export = document.get("export") or []
    check_export(export, ("export",), problems)
    return Blueprint(
        name=str(document.get("name") or "blueprint"),
        description=str(document.get("description") or ""),
        params=library.params,
        blocks=library.blocks,
        models=library.models,
        imports=library.imports,
        data=sections.data if sections else None,
        train=sections.train if sections else None,
        export=tuple(export) if isinstance(export, list) else (str(export),),
        document=document,
    )


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
