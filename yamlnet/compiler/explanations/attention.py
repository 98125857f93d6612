"""Attention: queries, values and keys that belong together."""

from __future__ import annotations

from yamlnet.compiler.explanations.refusal import Refusal, shape_text

ATTENTION = ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention")


def keys_and_values(refusal: Refusal) -> str | None:
    """A key for each value: all axes but the last are equal."""
    if refusal.callee not in ATTENTION or len(refusal.reads) < 3:
        return None
    value, key = refusal.reads[1], refusal.reads[2]
    if value.shape[:-1] == key.shape[:-1]:
        return None
    return (
        f'{refusal.callee} needs a key for each value: "{value.name}" is {shape_text(value.shape)}, '
        f'"{key.name}" is {shape_text(key.shape)}, and only the last axis may differ; '
        "from: [query, value, key]"
    )
