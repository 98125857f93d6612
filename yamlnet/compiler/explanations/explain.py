"""From a refusal to one line: the first rule that knows it, else Keras's own first sentences."""

from __future__ import annotations

import re

from yamlnet.compiler.explanations import attention, merging, ranks, reshaping, widths, windows
from yamlnet.compiler.explanations.refusal import Refusal, Rule
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


def explain(refusal: Refusal) -> str:
    """One line for what Keras refused.

    Shapes are written without the batch axis, as blueprints write them.
    """
    for rule in RULES:
        found = rule(refusal)
        if found is not None:
            return found
    return f"{refusal.callee} cannot be called here{refusal.got}: {first_sentences(plain(refusal.text))}"


def plain(text: str) -> str:
    """Keras wraps the cause in "Exception encountered when calling …": keep the cause."""
    match = re.search(r"Exception encountered when calling [^\n]*\n+(?:\x1b\[1m)?(.*)", text, re.DOTALL)
    text = match.group(1) if match else text
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
