"""From a refusal to one line: the first rule that knows it, else Keras's own first sentences."""

from __future__ import annotations

import re

from yamlnet.compiler.explanations.refusal import Refusal, Rule
from yamlnet.compiler.objects import first_sentences

RULES: tuple[Rule, ...] = ()


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
