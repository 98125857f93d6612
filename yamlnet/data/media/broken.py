"""What cannot be decoded, in a sentence."""

from __future__ import annotations


class Broken(Exception):
    """A file, or the bytes of one, that a decoder does not take; `str(error)` says why."""


def looks_like(content: bytes) -> str:
    """What a file is instead, where that can be told: `; it is empty`, `; it is a text`."""
    if not content:
        return "; it is empty"
    try:
        text = content[:1024].decode("utf-8", errors="strict" if len(content) <= 1024 else "ignore")
    except UnicodeDecodeError:
        return ""
    return "" if any(sign < " " and sign not in "\t\r\n" for sign in text) else "; it is a text"
