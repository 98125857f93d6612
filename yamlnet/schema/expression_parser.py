"""Reading `${…}`: words become a syntax tree, by precedence climbing.

Operators bind as in Python's grammar (reference manual, "Expressions"), from `or`, the loosest, to `**`;
the method is in Clarke, "The top-down parsing of expressions" (1986). Every bound is checked while
reading, so that what comes out is small: the evaluator walks it without asking again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from yamlnet.schema import expression_mends as mends
from yamlnet.schema import expression_tree as tree
from yamlnet.schema.expression_tokens import OPERATOR_WORDS, Token, number, text_value, tokenize
from yamlnet.schema.expression_tree import ExpressionError, Node
from yamlnet.schema.words import FUNCTIONS

MAX_LENGTH = 256
MAX_NODES = 64
"""Numbers, texts, names, operators, calls, lists and indices, each counted once."""

MAX_DEPTH = 30
"""How deep brackets, signs, powers and choices may stand in each other."""

TOO_LARGE = "give a part of it a name under `params`"
"""The mend for what is too long or too large to be read at a glance."""

NOT, COMPARISON, SIGN, POWER = 3, 4, 7, 8
BINDING = {
    "or": 1, "and": 2,
    "<": COMPARISON, "<=": COMPARISON, ">": COMPARISON, ">=": COMPARISON,
    "==": COMPARISON, "!=": COMPARISON, "in": COMPARISON,
    "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "**": POWER,
}  # fmt: skip
"""How tightly an operator between two values binds; a larger number binds tighter."""

LITERALS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
CLOSERS = {"(": ")", "[": "]"}

_ALONE = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")

T = TypeVar("T")


def parse_expression(text: str, start: int, end: int) -> Node:
    """The syntax tree of the expression that stands in `text` from `start` to `end`.

    Raises:
        ExpressionError: at the first word that does not fit, with what was expected there.
    """
    if not text[start:end].strip():
        raise ExpressionError("`${}` is empty; write a parameter's name in it", start - 2, end + 1)
    if end - start > MAX_LENGTH:
        message = f"an expression may have {MAX_LENGTH} characters, this one has {end - start}; {TOO_LARGE}"
        raise ExpressionError(message, start, end)
    alone = _ALONE.fullmatch(text, start, end)
    if alone and alone[1] not in LITERALS and alone[1] not in OPERATOR_WORDS:
        return tree.Name(alone.start(1), alone.end(1), alone[1])  # most are: a third of the time
    return _Parser(tokenize(text, start, end)).whole()


class _Parser(Struct):
    """The words, and how far they are read."""

    tokens: list[Token]
    at: int = 0
    nodes: int = 0
    depth: int = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def whole(self) -> Node:
        """The expression up to its end; with commas outside brackets it is a list, as in Python."""
        if self._at_end:
            raise ExpressionError("there is only a comment here", self.token.start, self.token.end)
        start = self.token.start
        value = self._expression()
        if self._is(","):
            value = self._count(tree.Items(start, self._ended, self._more(value, "")))
        if self.token.kind != "end":
            raise self._unexpected()
        return value

    # ── operators ──

    def _expression(self) -> Node:
        start = self.token.start
        value = self._climb(0)
        if not self._is("if"):
            return value
        choice = self._take()
        test = self._climb(0)
        if self._at_end or self.token.text in (")", "]", ","):
            message = f"this `if` has no `else`; {mends.CHOICE}"
            raise ExpressionError(message, choice.start, choice.end)
        self._expect("else")
        otherwise = self._deeper(self._expression)
        return self._count(tree.Choice(start, self._ended, value, test, otherwise))

    def _climb(self, least: int) -> Node:
        """A value and the operators after it that bind at least so tightly."""
        start = self.token.start
        left = self._signed(least)
        while (operator := self._operator()) and (binding := BINDING[operator]) >= least:
            if binding == COMPARISON:
                left = self._comparison(start, left)
                continue
            self._take()
            # a power's own power comes first, and a sign may stand before it: 2 ** -2 ** 2
            right = self._deeper(lambda: self._climb(SIGN)) if operator == "**" else self._climb(binding + 1)
            kind = tree.Logic if operator in ("and", "or") else tree.Binary
            left = self._count(kind(start, self._ended, operator, left, right))
        return left

    def _operator(self) -> str:
        """The operator that stands here between two values, if any; `not in` counts as `in`."""
        token = self.token
        if token.kind != "symbol":
            return ""
        if token.text == "not" and self.tokens[self.at + 1].text == "in":
            return "in"
        return token.text if token.text in BINDING else ""

    def _comparison(self, start: int, left: Node) -> Node:
        operators: list[str] = []
        operands = [left]
        while (operator := self._operator()) and BINDING[operator] == COMPARISON:
            if self._take().text == "not":
                self._take()
                operator = "not in"
            operators.append(operator)
            operands.append(self._climb(COMPARISON + 1))
        return self._count(tree.Compare(start, self._ended, tuple(operators), tuple(operands)))

    def _signed(self, least: int) -> Node:
        token = self.token
        if token.kind == "symbol" and (token.text in ("-", "+") or (token.text == "not" and least <= NOT)):
            self._take()
            binding = NOT if token.text == "not" else SIGN
            operand = self._deeper(lambda: self._climb(binding))
            return self._count(tree.Unary(token.start, self._ended, token.text, operand))
        return self._postfix()

    # ── calls, indices, facts ──

    def _postfix(self) -> Node:
        start = self.token.start
        value = self._primary()
        while self.token.kind == "symbol":
            if self._is("("):
                value = self._call(start, value)
            elif self._is("["):
                value = self._index(start, value)
            elif self._is("."):
                value = self._fact(start, value)
            else:
                break
        return value

    def _call(self, start: int, function: Node) -> Node:
        end = self._ended
        written = function.name if isinstance(function, tree.Name) else ""
        if written not in FUNCTIONS:
            raise ExpressionError(mends.call(function, written), start, end)
        opener = self._take()
        arguments = () if self._is(")") else self._deeper(lambda: self._more(self._argument(), ")"))
        self._close(opener)
        problem = mends.arity(written, len(arguments))
        if problem is not None:
            raise ExpressionError(problem, start, self._ended)
        return self._count(tree.Call(start, self._ended, written, arguments))

    def _argument(self) -> Node:
        if self.token.kind == "name" and self.tokens[self.at + 1].text == "=":
            raise ExpressionError(mends.KEYWORD, self.token.start, self.tokens[self.at + 1].end)
        return self._expression()

    def _index(self, start: int, owner: Node) -> Node:
        opener = self._take()
        bounds = [self._bound()]
        while self._is(":") and len(bounds) < 3:
            self._take()
            bounds.append(self._bound())
        if self._is(",") and bounds[0] is not None:
            raise ExpressionError("an index has one number; write one after another: x[0][1]", *self._here)
        self._close(opener)
        if len(bounds) > 1:
            lower, upper, step = (*bounds, None)[:3]
            return self._count(tree.Slice(start, self._ended, owner, (lower, upper, step)))
        if bounds[0] is None:
            message = "an index is missing between these; the first item is [0]"
            raise ExpressionError(message, opener.start, self._ended)
        return self._count(tree.Index(start, self._ended, owner, bounds[0]))

    def _bound(self) -> Node | None:
        return None if self._is(":") or self._is("]") else self._deeper(self._expression)

    def _fact(self, start: int, owner: Node) -> Node:
        self._take()
        name = self.token
        if name.kind != "name" and name.text not in OPERATOR_WORDS:
            raise ExpressionError("a name is missing after this point", *self._before)
        self._take()
        if isinstance(owner, tree.Fact) or (isinstance(owner, tree.Name) and owner.name == "data"):
            return self._count(tree.Fact(start, name.end, owner, name.text))
        raise ExpressionError(mends.attribute(owner, name.text, self._is("(")), start, name.end)

    # ── values ──

    def _primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            self._take()
            return self._count(tree.Literal(token.start, token.end, number(token)))
        if token.kind == "text":
            return self._text()
        if token.kind == "name":
            self._take()
            if token.text in LITERALS:
                return self._count(tree.Literal(token.start, token.end, LITERALS[token.text]))
            name = tree.Name(token.start, token.end, token.text)
            return name if self._is("(") else self._count(name)  # a call counts once, with its name
        if token.kind == "symbol" and token.text in CLOSERS:
            return self._bracketed()
        raise self._missing()

    def _text(self) -> Node:
        """One text, or several in a row that are one."""
        start, parts = self.token.start, list[str]()
        while self.token.kind == "text":
            parts.append(text_value(self._take()))
        return self._count(tree.Literal(start, self._ended, "".join(parts)))

    def _bracketed(self) -> Node:
        """`(a)`; or a list, which Python's tuples are too: `[a, b]`, `(a, b)`, `()`."""
        opener = self._take()
        closer = CLOSERS[opener.text]
        items: tuple[Node, ...] = ()
        alone = False
        if not self._is(closer):
            first = self._deeper(self._expression)
            alone = opener.text == "(" and not self._is(",")
            items = (first,) if alone else self._deeper(lambda: self._more(first, closer))
        self._close(opener)
        return items[0] if alone else self._count(tree.Items(opener.start, self._ended, items))

    def _more(self, first: Node, closer: str) -> tuple[Node, ...]:
        """The values after a first one, each after a comma; the last comma may have none."""
        items = [first]
        while self._is(","):
            self._take()
            if self._at_end or self._is(closer):
                break
            items.append(self._argument())
        return tuple(items)

    # ── reading on ──

    def _is(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == "symbol" and token.text == text

    def _take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    @property
    def _at_end(self) -> bool:
        return self.tokens[self.at].kind == "end"

    @property
    def _ended(self) -> int:
        """Where the word that was read last ends."""
        return self.tokens[self.at - 1].end

    @property
    def _here(self) -> tuple[int, int]:
        return self.token.start, self.token.end

    @property
    def _before(self) -> tuple[int, int]:
        return self.tokens[self.at - 1].start, self.tokens[self.at - 1].end

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise self._unexpected()
        self._take()

    def _close(self, opener: Token) -> None:
        """Read the bracket that closes `opener`."""
        closer = CLOSERS[opener.text]
        if self._is(closer):
            self._take()
        elif self._at_end:
            message = f'this "{opener.text}" is never closed; add "{closer}"'
            raise ExpressionError(message, opener.start, opener.end)
        elif self.token.text in CLOSERS.values():
            message = f'"{opener.text}" is closed by "{self.token.text}"; "{closer}" belongs here'
            raise ExpressionError(message, *self._here)
        else:
            raise self._unexpected()

    def _unexpected(self) -> ExpressionError:
        return ExpressionError(mends.after_value(self.tokens, self.at), *self._here)

    def _missing(self) -> ExpressionError:
        place = self._before if self._at_end and self.at else self._here
        return ExpressionError(mends.instead_of_value(self.tokens, self.at), *place)

    def _count(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            message = f"an expression may have {MAX_NODES} parts (values and operators); {TOO_LARGE}"
            raise ExpressionError(message, node.start, node.end)
        return node

    def _deeper(self, read: Callable[[], T]) -> T:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"an expression may be nested {MAX_DEPTH} deep; {TOO_LARGE}", *self._here)
        found = read()
        self.depth -= 1
        return found
