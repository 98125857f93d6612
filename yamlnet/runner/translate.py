"""Texts that a trained run tells of others: translations, token by token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from yamlnet.data.dataset import pipeline_inputs
from yamlnet.data.facts import input_shapes
from yamlnet.data.table import Table
from yamlnet.data.texts.written import State, texts_of, tokenize_state
from yamlnet.decoding.choice import Choice
from yamlnet.decoding.continue_tokens import continued, why_whole
from yamlnet.decoding.next_token import NextToken
from yamlnet.diagnostics.diagnostic import YamlnetError
from yamlnet.resolver.plan import Plan, TensorPlan
from yamlnet.runner.run import Run
from yamlnet.schema.data_words import in_full

Array = np.ndarray[Any, np.dtype[Any]]

AT_ONCE = 64
"""Rows that are told side by side."""


class Target(Struct, frozen=True):
    """What a run tells: the input of that name, from its tokenizer's start token to its end token."""

    name: str
    tensor: TensorPlan
    state: State
    padding: int

    @property
    def length(self) -> int:
        """How many tokens the target of a row has, both marks among them."""
        argument = in_full("tokenize", dict(self.tensor.transforms).get("tokenize"))
        written = argument.get("length") if isinstance(argument, dict) else None
        return int(written if written is not None else self.state["longest"])


def target_of(run: Run, plan: Plan) -> Target:
    """What a run tells.

    Raises:
        YamlnetError: its tokens came without a tokenizer, so nothing says where a text begins and ends.
    """
    name = str(plan.objective.arguments["target"])
    state = tokenize_state(run.fitted[name])
    if plan.data is None or state is None or state["start"] is None or state["end"] is None:
        message = (
            f'the run\'s "{name}" has no tokenizer, which says where a text begins, ends, and what it says'
        )
        raise YamlnetError(message, hint="train it with tokenize: {…, start: true, end: true}")
    return Target(name, plan.data.inputs[name], state, int(str(plan.objective.arguments["padding"])))


def source_inputs(plan: Plan) -> dict[str, TensorPlan]:
    """The inputs that rows have when their target is still to be told."""
    assert plan.data is not None, "target_of looked"
    return {name: one for name, one in plan.data.inputs.items() if name != plan.objective.arguments["target"]}


def tokens_told(run: Run, plan: Plan, table: Table, beams: int = 1, length: int | None = None) -> Array:
    """The tokens that a run tells of rows, without marks: int32 (rows, the longest), filled with padding.

    Args:
        run: trained for `Seq2Seq`.
        plan: of its blueprint.
        table: rows with the columns of its inputs but the target.
        beams: 1 takes the likeliest token each time; more look for the likeliest text (`decoding/beams.py`).
        length: the most tokens of a text; default: as many as its targets have.

    Raises:
        DataError: a column is missing, or holds what the run's transforms cannot take.
    """
    target = target_of(run, plan)
    inputs = pipeline_inputs(table, source_inputs(plan), run.fitted, input_shapes(plan))
    most = target.length - 1 if length is None else length
    size = min(AT_ONCE, table.rows)
    told = []
    for first in range(0, table.rows, AT_ONCE):
        # The last rows are made as many by repeating one, so that nothing is compiled for another number.
        rows = np.minimum(np.arange(first, first + size), table.rows - 1)
        given = {name: values[rows] for name, values in inputs.items()}
        told += list(_told(run, target, given, beams, most))[: table.rows - first]
    longest = max(map(len, told))
    return np.stack([np.pad(one, (0, longest - len(one)), constant_values=target.padding) for one in told])


def _told(run: Run, target: Target, given: Mapping[str, Array], beams: int, most: int) -> Array:
    state, rows = target.state, len(next(iter(given.values())))
    start, end = state["start"], state["end"]
    prompts = np.full((rows, 1), start, dtype=np.int32)
    choice = Choice(temperature=0, beams=beams)
    banned = [state[role] for role in ("pad", "unknown", "start") if state[role] is not None]
    author = NextToken(run.model, target.name, end, banned)
    found = continued(author, prompts, given, most, choice)[:, 1:]
    over = np.cumsum(found == end, axis=1) > 0
    return np.where(over, np.int32(target.padding), found)


def read_again(run: Run, target: Target) -> str:
    """Why the whole target is read again for each of its tokens, which takes long; "" where it is not."""
    why = why_whole(run.model, target.name)
    return f'for each token "{target.name}" is read from its start: {why}' if why else ""


def texts_told(tokens: Array, target: Target) -> list[str]:
    """The texts of tokens that were told."""
    return texts_of(tokens, target.state)
