"""Checking the words of `data`: sources, splits, and how columns become tensors."""

from __future__ import annotations

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument
from yamlnet.catalog.values import percent, problem
from yamlnet.diagnostics.diagnostic import At, KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.augment_forms import check_augment
from yamlnet.schema.data_words import SOURCES, TRANSFORMS, WINDOWS
from yamlnet.schema.expressions import is_template
from yamlnet.schema.habits import TRANSFORM_HABITS
from yamlnet.schema.objects import check_value, is_object_form, split_form
from yamlnet.schema.rewriting import source_form
from yamlnet.schema.split_forms import check_split
from yamlnet.schema.transform_rules import check_likes, check_missing, check_padding, check_together

COLUMN_WORDS = ("column", "columns")
FRACTION = t.Number(above=0, below=1)


def check_data(value: object, path: KeyPath, problems: Problems) -> None:
    """Report every mistake in the sources and tensors of a `data` section."""
    if not isinstance(value, dict):
        return
    if "train" in value:
        check_source(value["train"], (*path, "train"), problems)
    for part in ("validation", "test"):
        if value.get(part) is not None:
            _check_part(value[part], (*path, part), problems)
    check_split(value, path, problems)
    for section in ("inputs", "targets"):
        tensors = value.get(section)
        for name, tensor in tensors.items() if isinstance(tensors, dict) else ():
            _check_tensor(tensor, (*path, section, str(name)), problems)
    check_likes(value, path, problems)
    check_augment(value.get("augment"), (*path, "augment"), problems)


def _check_part(value: object, path: KeyPath, problems: Problems) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        expected = problem(value, FRACTION)
        if expected is not None:
            mend = percent(value, FRACTION)
            message = f"a part of the training rows is a fraction between 0 and 1, got {value}{mend}"
            problems.add("wrong-type", message, path)
    elif not is_template(value):
        check_source(value, path, problems)


def check_source(value: object, path: KeyPath, problems: Problems) -> None:
    """Report every mistake of one source in object form: `{Csv: rows.csv}`."""
    if is_template(value):
        return
    if not is_object_form(value):
        message = "a source is its name with what it reads: {Csv: rows.csv}, {Sklearn: digits}"
        problems.add("wrong-type", message, path)
        return
    name, body, place = split_form(value, path)
    arguments = SOURCES.get(name)
    if arguments is None:
        mend = _source_mend(name, body)
        at: At = "key" if isinstance(value, dict) else "value"
        problems.add("unknown-source", f'there is no source "{name}"{mend}', place, at)
        return
    _check_arguments(arguments, f'source "{name}"', body, place, problems)


def _source_mend(name: str, body: object) -> str:
    form = source_form(body if isinstance(body, str) else name)
    if form is not None and did_you_mean(name, SOURCES) == "":
        return f"; write {form}"
    if name.endswith("%") and name[:-1].isdigit():
        return f"; a part of the rows is a fraction: {int(name[:-1]) / 100:g}"
    return did_you_mean(name, SOURCES) or f"; there are {', '.join(SOURCES)}"


def _check_arguments(
    arguments: tuple[Argument, ...], owner: str, body: object, path: KeyPath, problems: Problems
) -> None:
    """Report the mistakes in the arguments of a source, in its short form or by name."""
    by_name = {argument.name: argument for argument in arguments}
    given = source_arguments(arguments, body)
    for key, value in given.items():
        argument = by_name.get(key)
        place = (*path, key) if isinstance(body, dict) else path
        if argument is None:
            mend = did_you_mean(key, by_name) or f"; it takes {', '.join(by_name)}"
            problems.add("unknown-argument", f'{owner} has no argument "{key}"{mend}', place, "key")
        else:
            check_value(argument.type, value, place, problems, f'"{key}" of {owner}')
    for argument in arguments:
        if argument.required and argument.name not in given:
            message = f'{owner} needs "{argument.name}": {argument.help}'
            problems.add("missing-argument", message, (*path, argument.name), "key")


def source_arguments(arguments: tuple[Argument, ...], body: object) -> dict[str, object]:
    """A source's arguments by name: `{Csv: rows.csv}` fills the first."""
    if isinstance(body, dict):
        return body
    return {} if body is None or not arguments else {arguments[0].name: body}


def _check_tensor(value: object, path: KeyPath, problems: Problems) -> None:
    """One entry of `inputs` or `targets`: a column's name, or its column(s) with transforms."""
    if isinstance(value, str) or value is None:
        return
    if not isinstance(value, dict):
        message = "write the column's name, or {column: name, scale: …}"
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            message = f"several columns are written {{columns: [{', '.join(value)}]}}"
        problems.add("wrong-type", message, path)
        return
    if "column" in value and "columns" in value:
        problems.add("wrong-type", 'give "column" or "columns", not both', (*path, "columns"), "key")
    if "window" in value and "horizon" in value:
        message = 'a tensor has the rows up to a row ("window") or those after it ("horizon"), not both'
        problems.add("wrong-type", message, (*path, "horizon"), "key")
    check_missing(value, path, problems)
    check_padding(value, path, problems)
    for word, argument in value.items():
        place = (*path, word)
        if word == "column":
            check_value(t.Text(), argument, place, problems, '"column"')
        elif word == "columns":
            check_value(t.ListOf(t.Text(), min_length=1), argument, place, problems, '"columns"')
        elif word in TRANSFORMS or word in WINDOWS:
            check_value({**TRANSFORMS, **WINDOWS}[word], argument, place, problems, f'"{word}"')
            check_together(word, argument, place, problems)
        else:
            known = (*COLUMN_WORDS, *TRANSFORMS, *WINDOWS)
            habit = TRANSFORM_HABITS.get(word)
            mend = f"; write {habit}" if habit is not None else did_you_mean(word, known)
            mend = mend or f"; there are {', '.join(known)}"
            problems.add("unknown-transform", f'a tensor has no "{word}"{mend}', place, "key")
