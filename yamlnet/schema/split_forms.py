"""Checking the words of `data` that divide its rows: `split`, `folds`, `fold`."""

from __future__ import annotations

from collections.abc import Mapping

from yamlnet.catalog import types as t
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.data_words import SPLITS
from yamlnet.schema.expressions import is_template
from yamlnet.schema.objects import check_value

RANDOM = "random"
NAME = "split"

HABITS = {
    **dict.fromkeys(("groups", "by_group", "group_by", "groupby", "GroupKFold"), "group"),
    **dict.fromkeys(("stratified", "stratified_by", "class", "label", "StratifiedKFold"), "stratify"),
    **dict.fromkeys(("date", "temporal", "chronological", "timestamp", "TimeSeriesSplit"), "time"),
    **dict.fromkeys(("part", "by_column", "predefined", "PredefinedSplit"), "column"),
}
"""What other tools call them."""


def check_split(data: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Report what is wrong with how a `data` section divides its rows."""
    split, place = data.get("split"), (*path, "split")
    if split is not None and not is_template(split):
        _check_form(split, place, problems)
    _check_parts(data, path, problems)
    _check_folds(data, path, problems)


def _check_form(split: object, path: KeyPath, problems: Problems) -> None:
    if isinstance(split, str):
        if split in SPLITS:
            message = f'"{split}" goes by a column: split: {{{split}: COLUMN}}'
            problems.add(NAME, message, path)
        elif split != RANDOM:
            problems.add(NAME, _unknown(split), path)
        return
    if not isinstance(split, dict) or len(split) != 1:
        message = "a split is random, or what it goes by with its column: {group: patient}, {time: date}"
        mend = "; a part of the rows is validation: 0.2" if isinstance(split, float | list) else ""
        problems.add("wrong-type", message + mend, path)
        return
    kind, column = next(iter(split.items()))
    if kind not in SPLITS:
        problems.add(NAME, _unknown(str(kind)), (*path, kind), "key")
    else:
        check_value(t.Text(), column, (*path, kind), problems, f'"{kind}" of "split"')


def _unknown(kind: str) -> str:
    known = (RANDOM, *SPLITS)
    habit = HABITS.get(kind)
    mend = f'; write "{habit}"' if habit else did_you_mean(kind, known) or f"; there are {', '.join(known)}"
    return f'there is no split "{kind}"{mend}'


def _check_parts(data: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """A column that says the parts leaves nothing to say; another split needs something to divide."""
    split = data.get("split")
    parts = {part: data[part] for part in ("validation", "test") if data.get(part) is not None}
    if isinstance(split, dict) and "column" in split:
        for part in parts:
            message = f'the column "{split["column"]}" says which rows are {part}; leave "{part}" out'
            problems.add(NAME, message, (*path, part), "key")
        return
    fractions = any(isinstance(value, int | float) or is_template(value) for value in parts.values())
    if isinstance(split, dict) and data.get("folds") is None and not fractions:
        message = "this divides nothing: no part is a fraction; add validation: 0.2 or test: 0.1"
        problems.add(NAME, message, (*path, "split"), "key")


def _check_folds(data: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    folds, fold = data.get("folds"), data.get("fold")
    if folds is not None and data.get("validation") is not None:
        message = 'each fold is validated on its own share of the rows; leave "validation" out'
        problems.add("folds", message, (*path, "validation"), "key")
    if fold is not None and folds is None:
        problems.add("folds", "a fold is one of several: say how many: folds: 5", (*path, "fold"), "key")
    elif isinstance(fold, int) and isinstance(folds, int) and fold > folds:
        problems.add("folds", f"there are {folds} folds, counted from 1, and no fold {fold}", (*path, "fold"))
