"""Texts as tokens: tokenizers learnt, read and applied."""
