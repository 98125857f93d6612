"""The `data` section, filled in and read a second time with every value known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from pydantic_core import ValidationError

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.data_files import check_data_files, check_token_runs
from yamlnet.resolver.evaluate import Scope, Unknown, has_template
from yamlnet.resolver.filling import Filling, without_unknown
from yamlnet.resolver.plan import (
    DataPlan,
    Graph,
    SourcePlan,
    SplitPlan,
    TensorPlan,
)  # fmt: skip
from yamlnet.resolver.tensor_words import augment_plan, window_plan
from yamlnet.schema.data_forms import COLUMN_WORDS, check_data, source_arguments
from yamlnet.schema.data_words import SOURCES, WINDOWS, in_full
from yamlnet.schema.objects import split_form
from yamlnet.schema.pydantic_errors import report
from yamlnet.schema.sections import DataSection, read_section


def refilled(
    section: type, written: Mapping[str, object], values: Scope, filling: Filling, path: KeyPath
) -> dict[str, object]:
    """A section's words with expressions filled in, checked again where there were any."""
    filled = cast(dict[str, object], filling.value(dict(written), values, path))
    if has_template(dict(written)):
        try:
            read_section(section, without_unknown(filled))
        except ValidationError as error:
            report(error, section, filled, path, filling.problems)
    return filled


def data_plan(
    written: Mapping[str, object] | None,
    fed: Graph | None,
    compared: Collection[str],
    values: Scope,
    filling: Filling,
) -> DataPlan | None:
    """The data section of a blueprint as a plan.

    `fed` is the model that rows feed, `compared` are the outputs that may have targets. One that the section
    does not mention reads the column of its own name.
    """
    if written is None:
        return None
    path: KeyPath = ("data",)
    filled = refilled(DataSection, written, values, filling, path)
    if has_template(dict(written)):
        check_data(without_unknown(filled), path, filling.problems)
    _refuse_unknown(filled, path, filling)
    if filling.problems.failed_in("data") or "train" not in filled:
        return None
    source = _source(filled["train"], (*path, "train"))
    parts = {name: _part(filled.get(name), (*path, name)) for name in ("validation", "test")}
    check_data_files([source, *parts.values()], filling.token_files.tree, filling.problems)
    inputs = _tensors(filled.get("inputs"), [i.name for i in fed.inputs] if fed else [], (*path, "inputs"))
    targets = _tensors(filled.get("targets"), list(compared), (*path, "targets"))
    check_token_runs((*inputs.values(), *targets.values()), filling.token_files.tree, filling.problems)
    return DataPlan(
        train=source,
        **parts,
        inputs=inputs,
        targets=targets,
        batch_size=cast(int, filled.get("batch_size", 32)),
        shuffle=bool(filled.get("shuffle", True)),
        path=path,
        stream=cast("bool | None", filled.get("stream")),
        split=_split(filled.get("split"), (*path, "split")),
        folds=cast("int | None", filled.get("folds")),
        fold=cast("int | None", filled.get("fold")),
        augment=augment_plan(filled.get("augment"), fed, filling, (*path, "augment")),
        on_error=str(filled.get("on_error", "raise")),
        learn_from=cast("Mapping[str, object]", filled.get("learn_from") or {}),
    )


def _refuse_unknown(filled: Mapping[str, object], path: KeyPath, filling: Filling) -> None:
    """Report what cannot wait for the data, because it says what the data is."""
    if isinstance(filled.get("train"), Unknown):
        message = "the training rows are named here, not computed: steps and data are read from them"
        filling.problems.add("expression", message, (*path, "train"))
    for word in ("split", "learn_from", "folds", "fold"):
        if holds_unknown(filled.get(word)):
            message = "rows are divided before anything is known of them; write what divides them"
            filling.problems.add("expression", message, (*path, word))


def holds_unknown(value: object) -> bool:
    """Whether a value, or one inside it, waits for the data."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, Unknown) or any(map(holds_unknown, items))


def _split(value: object, path: KeyPath) -> SplitPlan:
    if not isinstance(value, dict):
        return SplitPlan(path=path)
    kind, column = next(iter(value.items()))
    return SplitPlan(kind, str(column), (*path, kind))


def _part(value: object, path: KeyPath) -> SourcePlan | float | None:
    if value is None or isinstance(value, Unknown):
        return None
    return float(value) if isinstance(value, int | float) else _source(value, path)


def _source(value: object, path: KeyPath) -> SourcePlan:
    name, body, place = split_form(value, path)
    return SourcePlan(name, source_arguments(SOURCES[name], body), place)


def _tensors(value: object, names: list[str], path: KeyPath) -> dict[str, TensorPlan]:
    given = value if isinstance(value, dict) else {}
    wanted = given if given else dict.fromkeys(names)
    return {name: _tensor(name, form, (*path, name)) for name, form in wanted.items()}


def _tensor(name: str, form: object, path: KeyPath) -> TensorPlan:
    if not isinstance(form, dict):
        return TensorPlan(name, (str(form) if form is not None else name,), (), path)
    columns = form.get("columns") or [form.get("column", name)]
    transforms = tuple(
        (word, in_full(word, value)) for word, value in form.items() if word not in (*COLUMN_WORDS, *WINDOWS)
    )
    return TensorPlan(name, tuple(columns), transforms, path, window_plan(form))
