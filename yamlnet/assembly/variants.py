"""Variants: named settings in one file, chosen as `resnet.yaml:50`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from yamlnet.assembly.merge import SECTIONS, merge
from yamlnet.diagnostics.diagnostic import Span
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.parameters import meant_parameters, read_parameters
from yamlnet.schema.sections import Document, section_keys
from yamlnet.schema.words import ASSEMBLED, VARIANTS, name_mistake
from yamlnet.syntax.graft import put
from yamlnet.syntax.tree import Branch, Positions


def choose_variant(document: Branch, name: str | None, asked_at: Span | None, problems: Problems) -> Branch:
    """The document with a variant's settings over it; every variant is checked, chosen or not.

    `asked_at` is the place that chose it; None is the command line.
    """
    value = document.value
    assert isinstance(value, dict)
    variants = value.get(VARIANTS)
    if VARIANTS not in value and name is None:
        return document
    if not isinstance(variants, dict):
        at = document.positions.children.get(VARIANTS, document.positions).span
        if variants is None and name is not None:
            problems.add_at(
                "variant", f'this file has no variants, so none is called "{name}"', asked_at or at
            )
        else:
            problems.add_at("wrong-type", "variants are a mapping of names to settings", at)
        return document
    places = document.positions.children[VARIANTS]
    meant = _meant(variants, document, places, problems)
    for each in meant:
        if mistake := name_mistake(each, "variant"):
            message = f'"{each}" cannot name a variant; {mistake}'
            problems.add_at("name", message, places.keys[each])
    applied = {
        each: _applied(document, Branch(variants[each], places.children[each]), each, problems)
        for each in meant
    }
    if name is None:
        return document
    if name not in applied:
        mend = did_you_mean(name, applied) or f"; there are {', '.join(applied)}"
        at = asked_at or document.positions.keys[VARIANTS]
        problems.add_at("variant", f'there is no variant "{name}"{mend}', at)
    return applied.get(name, document)


def _applied(document: Branch, settings: Branch, name: str, problems: Problems) -> Branch:
    if settings.value is None:
        return document  # `base:` alone: the file as it is, under a name
    if not isinstance(settings.value, dict):
        message = f'the variant "{name}" is a mapping of settings: {name}: {{width: 32}}'
        problems.add_at("wrong-type", message, settings.positions.span)
        return document
    changed = merge(document, _as_document(settings, document, problems), problems)
    if isinstance(changed.value, dict):
        before = len(problems.found)
        read = Problems()
        read_parameters(changed.value.get("params"), ("params",), read)
        if len(problems.found) == before:
            _tell_types(read, changed, problems)
    return changed


def _meant(
    variants: Mapping[str, object], document: Branch, places: Positions, problems: Problems
) -> list[str]:
    """The names of variants, up to a section of the file that stands a level too deep: that is told here."""
    assert isinstance(document.value, dict)
    keys = section_keys(Document)
    known = {*SECTIONS, *_declared(document)}
    below = [*list(variants.values())[1:], {}]
    for index, (name, settings) in enumerate(variants.items()):
        unlike = settings is None or (isinstance(settings, dict) and not known.issuperset(settings))
        followed = settings is None and not isinstance(below[index], dict | None)
        if name in keys and (followed or (name not in document.value and unlike)):
            mend = f'stands inside "{VARIANTS}": begin it in the column of "{VARIANTS}"'
            problems.add_at("indentation", f'"{name}" {mend}, to belong to the blueprint', places.keys[name])
            return list(variants)[:index]  # what follows belongs to it
    return list(variants)


def _declared(document: Branch) -> Collection[str]:
    assert isinstance(document.value, dict)
    found = meant_parameters(document.value, (*section_keys(Document), *ASSEMBLED))
    return found if isinstance(found, dict) else ()


def _tell_types(read: Problems, changed: Branch, problems: Problems) -> None:
    """Tell what is wrong with a parameter that the variant set; others' mistakes are told elsewhere."""
    for diagnostic in read.diagnostics:
        found, is_set = changed.positions, False
        for step in diagnostic.path:
            found = found.children.get(step, found)
            is_set = is_set or found.replaced is not None
        if is_set:
            problems.add_at(diagnostic.check, diagnostic.message, found.span)


def _as_document(settings: Branch, document: Branch, problems: Problems) -> Branch:
    """A variant's settings as the document that goes over the file: bare names are parameters."""
    assert isinstance(settings.value, dict)
    assert isinstance(document.value, dict)
    declared = _declared(document)
    params = Branch({}, Positions(settings.positions.span))
    root = Branch({}, Positions(settings.positions.span))
    for name, value in settings.value.items():
        places, key = settings.positions.children[name], settings.positions.keys[name]
        if name in SECTIONS and name != "params":
            root = put(root, (name,), Branch(value, places), key)
        elif name == "params" and isinstance(value, dict):
            for inner, item in value.items():
                params = put(params, (inner,), Branch(item, places.children[inner]), places.keys[inner])
        elif name in declared:
            params = put(params, (name,), Branch(value, places), key)
        else:
            known = [*declared, *SECTIONS]
            mend = did_you_mean(name, known) or f"; a variant sets {', '.join(known)}"
            problems.add_at("unknown-parameter", f'there is no parameter "{name}" to set{mend}', key)
    return put(root, ("params",), params) if params.value else root
