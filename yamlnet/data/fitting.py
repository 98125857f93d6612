"""Fitting all tensors on the training rows, those first whose tokenizers others share.

What a tokenizer is given from outside, the file that it is or the tensor that it is like, becomes part of the
argument here, so that the transform itself reads no files and knows no other tensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from msgspec import ValidationError, convert
from msgspec.structs import replace

from yamlnet.data.rows import Rows
from yamlnet.data.tensors import Fitted, Fitting, fit_tensor, stored_facts
from yamlnet.data.texts.tokenizer_files import read_run_tokenizer, read_tokenizer
from yamlnet.data.transforms import TRANSFORMS
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.resolver.plan import DataPlan, TensorPlan
from yamlnet.schema.data_words import in_full

WORD = "tokenize"


def fit_tensors(plan: DataPlan, train: Rows, root: Path) -> dict[str, Fitting]:
    """What each tensor's transforms learn from the training rows, by the tensor's name.

    Args:
        plan: the filled-in data section.
        train: the training rows.
        root: the folder that paths are relative to.

    Raises:
        DataError: a column or a file is missing, or holds what a transform cannot take.
    """
    tensors = {**plan.inputs, **plan.targets}
    marked = {_root_of(name, tensors) for name, tensor in tensors.items() if _is_marked(tensor)}
    fittings: dict[str, Fitting] = {}

    def fit(name: str) -> Fitting:
        if name not in fittings:
            more: dict[str, object] = {"marked": name in marked}
            if (like := _argument(tensors[name]).get("like")) is not None:
                more |= _shared(fit(like))
            fittings[name] = fit_tensor(_with(tensors[name], more, root), train)
        return fittings[name]

    return {name: fit(name) for name in tensors}


def told_by(plan: DataPlan, fitted: Mapping[str, Fitted]) -> dict[str, Fitting]:
    """The same from states that an earlier run kept: nothing is fitted."""
    tensors = {**plan.inputs, **plan.targets}
    return {name: Fitting(fitted[name], stored_facts(one, fitted[name])) for name, one in tensors.items()}


def require_fitted(tensor: TensorPlan, states: object) -> None:
    """Refuse states that no fit of the tensor's transforms gives: what is kept may come from a stranger.

    Raises:
        DataError: naming the word whose state it is.
    """
    if not isinstance(states, list) or len(states) != len(tensor.columns):
        raise DataError(f'nothing was fitted for "{tensor.name}"')
    for word, _ in tensor.transforms:
        form = TRANSFORMS[word].learnt
        for learnt in states:
            try:
                found = convert(learnt, dict[str, Any]).get(word)
                convert(found, form if form is not None else dict[str, Any])
            except ValidationError as error:
                message = f'what "{tensor.name}" keeps for "{word}" is nothing that it learns: {error}'
                raise DataError(message) from None


def _argument(tensor: TensorPlan) -> dict[str, Any]:
    words = dict(tensor.transforms)
    return cast("dict[str, Any]", in_full(WORD, words[WORD])) if WORD in words else {}


def _is_marked(tensor: TensorPlan) -> bool:
    argument = _argument(tensor)
    return bool(argument.get("start") or argument.get("end"))


def _root_of(name: str, tensors: Mapping[str, TensorPlan]) -> str:
    """The tensor whose tokenizer this one has in the end."""
    like = _argument(tensors[name]).get("like")
    return name if like is None else _root_of(like, tensors)


def _shared(fitting: Fitting) -> dict[str, object]:
    state = fitting.states[0][WORD]
    return {"given": state["tokenizer"], "learnt": state["learnt"]}


def _with(tensor: TensorPlan, more: dict[str, object], root: Path) -> TensorPlan:
    """A tensor's plan with more under its `tokenize`."""
    if WORD not in dict(tensor.transforms):
        return tensor
    argument = _argument(tensor)
    path = (*tensor.path, WORD)
    if (file := argument.get("file")) is not None:
        more["given"] = read_tokenizer(str(file), root, (*path, "file"))
    if (run := argument.get("run")) is not None:
        of = argument.get("of")
        more |= read_run_tokenizer(str(run), str(of) if of is not None else None, tensor.name, root, path)
    transforms = tuple(
        (word, {**argument, **more} if word == WORD else value) for word, value in tensor.transforms
    )
    return replace(tensor, transforms=transforms)
