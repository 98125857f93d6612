"""From a refusal to one line: the first rule that knows it, else Keras's own first sentences."""

from __future__ import annotations

import re

from msgspec import Struct

from yamlnet.compiler.explanations import attention, merging, ranks, reshaping, widths, windows
from yamlnet.compiler.explanations.blame import Blame, blames
from yamlnet.compiler.explanations.refusal import Refusal, Rule
from yamlnet.compiler.explanations.unseen import UNSEEN
from yamlnet.compiler.objects import first_sentences

RULES: tuple[Rule, ...] = (
    widths.missing_tensor,
    widths.built_for,
    widths.model_input,
    ranks.windows,
    ranks.recurrent,
    ranks.repeated,
    ranks.distributed,
    ranks.scalar,
    ranks.moved,
    widths.undefined,
    widths.grouped,
    merging.counted,
    merging.concatenated,
    merging.dotted,
    merging.multiplied,
    merging.elementwise,
    windows.too_large,
    windows.cut_away,
    reshaping.reshaped,
    reshaping.squeezed,
    reshaping.split,
    reshaping.transposed,
    reshaping.sliced,
    attention.keys_and_values,
    widths.missing_axis,
    ranks.by_keras,
)
"""In the order in which they are asked: the rank of a tensor before the sizes of its axes."""


class Explanation(Struct, frozen=True):
    """Why a call is refused, in one line; the axes that this is about, and the call's arguments."""

    message: str
    blames: list[Blame]
    arguments: tuple[str, ...]


def explain(refusal: Refusal) -> Explanation:
    """What is wrong with a call that Keras refused.

    Shapes are written without the batch axis, as blueprints write them.
    """
    for rule in RULES:
        found = _explained(refusal, rule)
        if found is not None:
            return found
    message = f"{refusal.callee} cannot be called here{refusal.got}: {first_sentences(plain(refusal.text))}"
    return Explanation(message, *blames(refusal, None))


def unseen(refusal: Refusal) -> Explanation | None:
    """Why a call will fail once there are numbers, or None."""
    rule = UNSEEN.get(refusal.callee)
    return _explained(refusal, rule) if rule is not None else None


def _explained(refusal: Refusal, rule: Rule) -> Explanation | None:
    message = rule(refusal)
    return Explanation(message, *blames(refusal, rule)) if message is not None else None


def plain(text: str) -> str:
    """Keras wraps the cause in "Exception encountered when calling …": keep the cause."""
    match = re.search(r"Exception encountered when calling [^\n]*\n+(?:\x1b\[1m)?(.*)", text, re.DOTALL)
    text = match.group(1) if match else text
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
