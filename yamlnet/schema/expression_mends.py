"""What people write in `${…}` that expressions do not have, and what to write for it.

Most come from other languages: `&&`, `x ? a : b`, `2x`, `math.sqrt(2)`, `${{ width }}`.
"""

from __future__ import annotations

from collections.abc import Sequence

from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.expression_tokens import OPERATOR_WORDS, Token
from yamlnet.schema.expression_tree import Name, Node
from yamlnet.schema.words import FUNCTIONS

OPERATORS = {
    "&&": "and", "&": "and", "||": "or", "|": "or", "^": "**", "=": "==", "===": "==", "!==": "!=",
    "<>": "!=", "=>": ">=", "=<": "<=", "is": "==", "mod": "%", "div": "//", "xor": "!=",
    "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "≤": "<=", "≥": ">=", "≠": "!=",
    "AND": "and", "OR": "or", "NOT": "not", "IN": "in", "IF": "if", "ELSE": "else", "!": "not",
    "¬": "not", "²": "** 2", "³": "** 3", "elif": "else … if",
}  # fmt: skip
"""Operators of other languages, and ours."""

KNOWN = frozenset({
    "+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", ",", ":", "(", ")", "[", "]",
    *OPERATOR_WORDS,
})  # fmt: skip
"""The symbols of expressions."""

CHOICE = "a choice is written: a if x else b"
MAPPING = "a mapping cannot be written inside an expression"
ATTRIBUTE = "only `data.` has attributes (`${data.digit.classes}`)"
COMPREHENSION = "a comprehension cannot be written; repeat the entry with `for`"
LAMBDA = "functions cannot be written in a blueprint"
ASSIGNMENT = "an expression cannot set a name; declare it under `params`"
KEYWORD = "functions of expressions take no arguments by name"
DOLLAR = "inside an expression a name stands as it is, without $"
QUOTES = "a text stands in straight quotes: 'same'"

_SYMBOLS = {
    "?": CHOICE,
    "if": CHOICE,
    "then": CHOICE,
    "{": MAPPING,
    "$": DOLLAR,
    ":=": ASSIGNMENT,
    "for": COMPREHENSION,
    **dict.fromkeys("‘’‚“”„«»`", QUOTES),
}
_PREFIXES = {
    "f": "text with values in it is written outside: block${i}",
    "b": "expressions have no bytes; leave the b out",
}
_CALLS = {
    "pow": "write a ** b",
    "power": "write a ** b",
    "mean": "write sum(x) / len(x)",
    "avg": "write sum(x) / len(x)",
    "trunc": "write int(x)",
}


def instead_of_value(tokens: Sequence[Token], at: int) -> str:
    """What is wrong where a value should stand and another word does, or the end."""
    token, before = tokens[at], tokens[at - 1] if at else None
    if token.text == "{" and at == 0 and not any(other.text == ":" for other in tokens):
        return "one brace opens an expression: ${width}"
    if token.text == "not":
        return "put it into parentheses: (not …)"
    if token.text in ("*", "**") and before is not None and before.text in ("(", "[", ","):
        return "`*` cannot unpack here"
    if token.text in ("!", "¬", "NOT"):
        return _operator(token.text)
    if token.text in _SYMBOLS:
        return _SYMBOLS[token.text]
    if token.kind == "symbol" and token.text not in KNOWN:
        return _extra(token)
    if before is not None:
        return f'after "{before.text}" a value is missing'
    return f'before "{token.text}" a value is missing'


def after_value(tokens: Sequence[Token], at: int) -> str:
    """What is wrong where an operator should stand, or the end, and another word does."""
    token, before = tokens[at], tokens[at - 1]
    if before.text == "lambda" and (token.kind == "name" or token.text in (":", "*")):
        return LAMBDA
    if token.kind == "text" and before.kind == "name" and before.end == token.start:
        for letter, mend in _PREFIXES.items():
            if letter in before.text.lower() and len(before.text) < 3:
                return mend
    if token.text == "is" and tokens[at + 1].text == "not":
        return _operator("is not", "!=")
    if token.text in OPERATORS:
        return _operator(token.text)
    if token.text in _SYMBOLS:
        return _SYMBOLS[token.text]
    if token.text == "not":
        return "`not` stands before a value, or as `not in`"
    if token.text == ":":
        return 'a ":" stands only in a slice: sizes[1:3]'
    if token.text == "else":
        return f"an `if` is missing before this `else`; {CHOICE}"
    if token.text in (")", "]"):
        return f'this "{token.text}" closes nothing'
    if token.kind in ("name", "number", "text"):
        return "an operator or a comma is missing before this"
    return _extra(token)


def _extra(token: Token) -> str:
    return f'"{token.text}" is no part of expressions; they have numbers, texts, names, operators, functions'


def _operator(written: str, ours: str = "") -> str:
    return f'"{written}" is not an operator of expressions; write `{ours or OPERATORS[written]}`'


def attribute(owner: Node, name: str, called: bool) -> str:
    """What to write for `params.width`, `math.sqrt(2)` and other attributes."""
    if called and name in FUNCTIONS:
        return f"functions stand alone; write {name}(…)"
    if isinstance(owner, Name) and owner.name in ("params", "param", "parameters"):
        return f"a parameter is read by its name alone; write {name}"
    return ATTRIBUTE


def call(function: Node, written: str) -> str:
    """What is wrong with calling what is no function."""
    if not isinstance(function, Name):
        return "only functions are called; to multiply write *"
    if written in _CALLS:
        return f'"{written}" is not a function of expressions; {_CALLS[written]}'
    mend = did_you_mean(written, FUNCTIONS) or f"; there are {', '.join(FUNCTIONS)}"
    return f'"{written}" is not a function of expressions{mend}'


def arity(function: str, given: int) -> str | None:
    """What is wrong with how many values a function is given, else None."""
    least, most = FUNCTIONS[function]
    if least <= given and (most is None or given <= most):
        return None
    wanted = f"{least} or more" if most is None else f"{least}" if least == most else f"{least} to {most}"
    values = "value" if wanted == "1" else "values"
    return f"{function}() takes {wanted} {values}, not {given}"
