"""A model that says of each token how likely it comes next, and what is known of its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from yamlnet.decoding.choice import Array, logarithms

if TYPE_CHECKING:
    import keras


class NextToken(Struct, frozen=True):
    """What tells the next token of a text.

    Attributes:
        model: its output is (rows, time, vocabulary); of several outputs the first.
        reads: the name of the input that reads the text.
        stop: the token that ends a text; None where none does.
        banned: tokens that are never written.
        from_logits: whether the output is logits, or else probabilities.
    """

    model: keras.Model
    reads: str
    stop: int | None = None
    banned: Sequence[int] = ()
    from_logits: bool = True

    def logarithms(self, outputs: Array) -> Array:
        """The logarithm of each token's share, float64 (rows, vocabulary)."""
        return logarithms(outputs, self.from_logits, self.banned)
