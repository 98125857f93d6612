"""`${…}` as syntax: what an expression may contain, and where a string holds one.

The grammar is a small part of Python's, so Python's own parser reads it; an allow-list of node
types then decides. Nothing is ever compiled or executed: the resolver walks the tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from yamlnet.catalog.values import is_open
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.schema.words import FUNCTIONS

MAX_LENGTH = 500
MAX_DEPTH = 30

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Constant, ast.Name, ast.Load, ast.List, ast.Tuple, ast.Subscript, ast.Slice,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow,
    ast.UnaryOp, ast.UAdd, ast.USub, ast.Not, ast.BoolOp, ast.And, ast.Or, ast.IfExp,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn,
    ast.Call, ast.Attribute,
)  # fmt: skip

_MENDS: dict[type[ast.AST], str] = {
    ast.Lambda: "functions cannot be written in a blueprint",
    ast.ListComp: "a comprehension cannot be written; repeat the entry with `for`",
    ast.JoinedStr: "text with values in it is written outside: block${i}",
    ast.NamedExpr: "an expression cannot set a name; declare it under `params`",
    ast.Starred: "`*` cannot unpack here",
}


class ExpressionError(ValueError):
    """A mistake inside `${…}`; `start` and `end` are character offsets inside the whole string."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = max(end, start + 1)


@dataclass(frozen=True, slots=True)
class Expression:
    """One `${…}`: its text, its syntax tree, and where it starts inside the string."""

    text: str
    tree: ast.expr
    start: int


Template = tuple[str | Expression, ...]


def is_template(value: object) -> bool:
    """Whether a value is a string that holds an expression."""
    return is_open(value)


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Split a string into literal text and expressions. `$${` stands for a literal `${`.

    Raises:
        ExpressionError: for an unclosed `${`, or an expression that the language does not have.
    """
    parts: list[str | Expression] = []
    literal = ""
    position = 0
    while (start := text.find("${", position)) >= 0:
        if start > 0 and text[start - 1] == "$":
            literal += text[position : start - 1] + "${"
            position = start + 2
            continue
        end = _closing_brace(text, start + 2)
        literal += text[position:start]
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(_parse_expression(text[start + 2 : end], start + 2))
        position = end + 1
    literal += text[position:]
    if literal or not parts:
        parts.append(literal)
    return tuple(parts)


def _closing_brace(text: str, start: int) -> int:
    quote = ""
    for index in range(start, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "}":
            return index
    raise ExpressionError("`${` is never closed; add `}`", start - 2, len(text))


def _parse_expression(text: str, offset: int) -> Expression:
    stripped = text.strip()
    if not stripped:
        raise ExpressionError("`${}` is empty; write a parameter's name in it", offset - 2, offset + 1)
    if len(text) > MAX_LENGTH:
        message = f"an expression may have {MAX_LENGTH} characters, this one has {len(text)}"
        raise ExpressionError(message, offset, offset + len(text))
    lead = len(text) - len(text.lstrip())
    try:
        # Parentheses let an expression run over several lines of a folded YAML string.
        tree = ast.parse(f"({stripped}\n)", mode="eval").body
    except (SyntaxError, MemoryError, RecursionError, ValueError) as error:
        raise _syntax_error(error, stripped, offset + lead) from None
    expression = Expression(stripped, tree, offset + lead - 1)
    for problem in _refused(tree, 0):
        node, message = problem
        raise ExpressionError(message, *place(expression, node))
    return expression


def _syntax_error(error: Exception, text: str, start: int) -> ExpressionError:
    # The text was parsed as "(text\n)": column 2 is its first character, line 2 is past its end.
    column = (getattr(error, "offset", None) or 1) if getattr(error, "lineno", 1) == 1 else len(text) + 1
    reason = getattr(error, "msg", None) or "it is nested too deeply"
    if "{" in text:  # its first "}" ended the expression
        reason = "a mapping cannot be written inside an expression"
    at = start + max(0, min(column - 2, len(text) - 1))
    return ExpressionError(f"this expression does not read: {reason}", at, at + 1)


def _refused(node: ast.AST, depth: int) -> Iterator[tuple[ast.AST, str]]:
    """What the language does not have, outermost first."""
    if depth > MAX_DEPTH:
        yield node, f"an expression may be nested {MAX_DEPTH} deep"
    elif not isinstance(node, _ALLOWED):
        yield (
            node,
            _MENDS.get(type(node), "expressions have numbers, names, operators, a few functions"),
        )
    elif isinstance(node, ast.Call) and (problem := _call_problem(node)):
        yield node, problem
    elif isinstance(node, ast.Attribute) and not _is_fact(node):
        yield node, "only `data.` has attributes (`${data.digit.classes}`)"
    elif isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str | bool | None):
        yield node, "expressions have numbers, strings, booleans and lists"
    else:
        for child in ast.iter_child_nodes(node):
            yield from _refused(child, depth + 1)


def _call_problem(node: ast.Call) -> str | None:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        written = ast.unparse(node.func)
        return f'"{written}" is not a function of expressions; there are {", ".join(FUNCTIONS)}'
    if node.keywords:
        return "functions of expressions take no arguments by name"
    return None


def _is_fact(node: ast.Attribute) -> bool:
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return isinstance(inner, ast.Name) and inner.id == "data"


def place(expression: Expression, node: ast.AST) -> tuple[int, int]:
    """The character range of a syntax node inside the whole string that holds the expression."""
    if not isinstance(node, ast.expr) or node.lineno != 1:
        return expression.start + 1, expression.start + 1 + len(expression.text)
    end = node.end_col_offset if node.end_lineno == 1 else len(expression.text) + 1
    return expression.start + node.col_offset, expression.start + (end or node.col_offset + 1)


def check_expressions(value: object, path: KeyPath, problems: Problems) -> None:
    """Report every `${…}` of a value that does not read, used or not."""
    if isinstance(value, dict):
        for key, item in value.items():
            check_expressions(item, (*path, key), problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check_expressions(item, (*path, index), problems)
    elif is_template(value):
        try:
            parse_template(str(value))
        except ExpressionError as error:
            problems.add("expression", str(error), path, within=(error.start, error.end))
