"""source-target: a Seq2Seq objective's source and target are inputs, and the target has a start and an end.

The model reads the source whole and the target as far as it is told: `predict` begins with the start token
alone and goes on until the model tells the end token. So the target's texts stand between both, and are
padded on the right. What the model gives are logits, before softmax.

Fails:

    model:
      inputs:
        source: {shape: [null], dtype: int32}
        target: {shape: [null], dtype: int32}
      layers:
        - Embedding: {from: source, input_dim: 500, output_dim: 8, mask_zero: true}
        - GRU: {units: 8, as: read}
        - Embedding: {from: target, input_dim: 500, output_dim: 8}
        - GRU: {units: 8, return_sequences: true, with: {initial_state: [read]}}
        - Dense: 500
    data:
      train: {Csv: verses.csv}
      inputs:
        source: {column: en, tokenize: {as: words, size: 500, length: 20}}
        target: {column: es, tokenize: {as: words, size: 500, length: 20}}
    train: {objective: Seq2Seq, epochs: 3}

Passes:

    model:
      inputs:
        source: {shape: [null], dtype: int32}
        target: {shape: [null], dtype: int32}
      layers:
        - Embedding: {from: source, input_dim: 500, output_dim: 8, mask_zero: true}
        - GRU: {units: 8, as: read}
        - Embedding: {from: target, input_dim: 500, output_dim: 8}
        - GRU: {units: 8, return_sequences: true, with: {initial_state: [read]}}
        - Dense: 500
    data:
      train: {Csv: verses.csv}
      inputs:
        source: {column: en, tokenize: {as: words, size: 500, length: 20}}
        target: {column: es, tokenize: {as: words, size: 500, length: 20, start: true, end: true}}
    train: {objective: Seq2Seq, epochs: 3}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.answers import answer
from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.plan import Plan, TensorPlan
from yamlnet.schema.data_words import in_full
from yamlnet.schema.words import DEFAULT_MODEL

NAME = "source-target"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for a role that is no input, and for what cannot be told token by token."""
    if plan.objective.name != "Seq2Seq":
        return
    roles = {role: str(plan.objective.arguments.get(role)) for role in ("source", "target")}
    yield from _unknown(plan, roles)
    if plan.data is not None and roles["target"] in plan.data.inputs:
        yield from _unmarked(plan.data.inputs[roles["target"]])
    yield from _probabilities(plan)


def _unknown(plan: Plan, roles: dict[str, str]) -> Iterator[Diagnostic]:
    """Roles that are no inputs, or both the same one."""
    names = [given.name for given in plan.fed]
    for role, name in roles.items():
        if name not in names:
            mend = did_you_mean(name, names) or f"; it has {', '.join(names)}"
            message = f'the model has no input "{name}" to be the {role}{mend}'
            yield Diagnostic(NAME, message, (*plan.objective.path, role))
    if roles["source"] == roles["target"]:
        message = "source and target are two inputs: one is read whole, the other as far as it is told"
        yield Diagnostic(NAME, message, (*plan.objective.path, "target"))


def _unmarked(target: TensorPlan) -> Iterator[Diagnostic]:
    """A target whose texts do not begin with a start token, and end with an end token."""
    words = dict(target.transforms)
    if "tokenize" not in words:
        return  # its tokens come as they are
    argument, path = in_full("tokenize", words["tokenize"]), (*target.path, "tokenize")
    asked = argument if isinstance(argument, dict) else {}
    missing = [word for word in ("start", "end") if asked.get(word) is not True]
    if missing:
        mend = ", ".join(f"{word}: true" for word in missing)
        message = f'"{target.name}" is told from its start to its end, which are tokens; write {mend}'
        yield Diagnostic(NAME, message, path, "key")
    if asked.get("side") == "left":
        message = f'"{target.name}" begins with its start token, and would begin with padding; remove side'
        yield Diagnostic(NAME, message, (*path, "side"))


def _probabilities(plan: Plan) -> Iterator[Diagnostic]:
    """An output that is softmax already, which the loss would take once more."""
    name, ref = next(iter(plan.models[DEFAULT_MODEL].outputs.items()))
    found = answer(plan, name, ref, {})
    if found.activation == "softmax":
        message = f'output "{name}" is softmax, and objective "Seq2Seq" reads logits; remove the activation'
        yield Diagnostic(NAME, message, found.path, found.at, severity="warning")
