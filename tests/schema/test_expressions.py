"""Reading `${…}`: the tree, its places, its bounds, and where a string holds expressions."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from yamlnet.schema import expression_tree as tree
from yamlnet.schema.expression_parser import MAX_DEPTH, MAX_LENGTH, MAX_NODES, parse_expression
from yamlnet.schema.expression_tree import ExpressionError, Node
from yamlnet.schema.expressions import Expression, mistakes, parse_template


def shape(node: Node) -> str:
    """A tree in full parentheses."""
    match node:
        case tree.Literal():
            return repr(node.value)
        case tree.Name():
            return node.name
        case tree.Fact():
            return node.dotted
        case tree.Items():
            return f"[{' '.join(map(shape, node.items))}]"
        case tree.Unary():
            return f"({node.operator} {shape(node.operand)})"
        case tree.Binary() | tree.Logic():
            return f"({shape(node.left)} {node.operator} {shape(node.right)})"
        case tree.Compare():
            pairs = zip(node.operators, map(shape, node.operands[1:]), strict=True)
            return f"({shape(node.operands[0])} {' '.join(part for pair in pairs for part in pair)})"
        case tree.Choice():
            return f"({shape(node.then)} if {shape(node.test)} else {shape(node.otherwise)})"
        case tree.Call():
            return f"{node.function}({' '.join(map(shape, node.arguments))})"
        case tree.Index():
            return f"{shape(node.owner)}[{shape(node.index)}]"
        case tree.Slice():
            return f"{shape(node.owner)}[{':'.join(shape(bound) if bound else '' for bound in node.bounds)}]"


def parse(text: str) -> Node:
    return parse_expression(text, 0, len(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("2 ** 3 ** 2", "(2 ** (3 ** 2))"),
        ("-2 ** -2", "(- (2 ** (- 2)))"),
        ("2 ** -1 * 3", "((2 ** (- 1)) * 3)"),
        ("- a[0] ** 2", "(- (a[0] ** 2))"),
        ("not a == b", "(not (a == b))"),
        ("not a and b or c", "(((not a) and b) or c)"),
        ("a or b and c", "(a or (b and c))"),
        ("a < b <= c not in d", "(a < b <= c not in d)"),
        ("a + 1 < b * 2", "((a + 1) < (b * 2))"),
        ("1 + a if b else c + 1", "((1 + a) if b else (c + 1))"),
        ("a if b else c if d else e", "(a if b else (c if d else e))"),
        ("not a if b else c", "((not a) if b else c)"),
        ("min(a, b if c else d,)", "min(a (b if c else d))"),
        ("data.digit.classes + 1", "(data.digit.classes + 1)"),
        ("a[1:][::2][:-1]", "a[1::][::2][:(- 1):]"),
        ("(a, b)", "[a b]"),
        ("(a)", "a"),
        ("a,", "[a]"),
        ("[]", "[]"),
        ("1_000.5e1_0", "10005000000000.0"),
        ("0x_ff", "255"),
        ("'a' \"b\" r'\\n' '\\x41'", "'ab\\\\nA'"),
        ("'''a\n'b''' ''", '"a\\n\'b"'),
        ("true and None", "(True and None)"),
        ("a # a comment\n + 1", "(a + 1)"),
        ("1if a else 2", "(1 if a else 2)"),
        ("lambda", "lambda"),
        ("class + is", "(class + is)"),
    ],
)
def test_what_binds_tighter(text: str, expected: str) -> None:
    assert shape(parse(text)) == expected


def test_every_kind_of_node_is_shown_above() -> None:
    """`shape` knows each class, or mypy's exhaustiveness says so; the list itself is complete."""
    found = {one for one in vars(tree).values() if isinstance(one, type) and issubclass(one, Struct)}
    assert found - {Struct} == set(get_args(Node))


def places(node: Node) -> list[tuple[int, int]]:
    inner = [getattr(node, name) for name in node.__struct_fields__]
    below = [part for value in inner for part in (value if isinstance(value, tuple) else (value,))]
    return [(node.start, node.end)] + [
        at for part in below if isinstance(part, get_args(Node)) for at in places(part)
    ]


def test_places_are_those_in_the_whole_string() -> None:
    text = "unit ${(width + 2) * min(1, a)}!"
    parts = parse_template(text)
    assert parts[0] == "unit "
    assert parts[2] == "!"
    assert isinstance(parts[1], Expression)
    assert parts[1].text == "(width + 2) * min(1, a)"
    found = [text[start:end] for start, end in places(parts[1].tree)]
    assert found == ["(width + 2) * min(1, a)", "width + 2", "width", "2", "min(1, a)", "1", "a"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", ("plain",)),
        ("", ("",)),
        ("$${a}", ("${a}",)),
        ("$$${a}", ("$${a}",)),
        ("a$b{c}", ("a$b{c}",)),
        ("price $${x} $${y", ("price ${x} ${y",)),
    ],
)
def test_text_without_expressions(text: str, parts: tuple[str, ...]) -> None:
    assert parse_template(text) == parts


@pytest.mark.parametrize("text", ["'}'", '"}"', "'it\\'s}'", "'''}'''", "'\\\\'"])
def test_a_brace_in_quotes_ends_nothing(text: str) -> None:
    (part,) = parse_template("${" + text + "}")
    assert isinstance(part, Expression)
    assert part.text == text


def test_each_expression_of_a_string_tells_its_mistake() -> None:
    found = mistakes("${a +} and ${b} and ${* 2} and ${")
    assert [(error.start, error.end) for error in found] == [(4, 5), (22, 23), (31, 33)]
    assert mistakes("${a} and ${b}") == []


class TestBounds:
    def test_length(self) -> None:
        text = "1" + " " * (MAX_LENGTH - 2) + "\n"
        parse(text)
        with pytest.raises(ExpressionError, match=f"may have {MAX_LENGTH} characters"):
            parse(text + " ")

    def test_nodes(self) -> None:
        text = "-" + "+".join("a" * (MAX_NODES // 2))
        assert parse(text)
        with pytest.raises(ExpressionError, match=f"may have {MAX_NODES} parts"):
            parse(text + "*a")

    @pytest.mark.parametrize(
        ("opening", "inside", "closing"),
        [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("-", "1", ""),
            ("a**", "1", ""),
            ("not ", "a", ""),
            ("a[", "0", "]"),
        ],
    )
    def test_depth(self, opening: str, inside: str, closing: str) -> None:
        parse(opening * MAX_DEPTH + inside + closing * MAX_DEPTH)
        with pytest.raises(ExpressionError, match=f"nested {MAX_DEPTH} deep"):
            parse(opening * (MAX_DEPTH + 1) + inside + closing * (MAX_DEPTH + 1))

    def test_whole_numbers(self) -> None:
        assert parse("9007199254740992") == tree.Literal(0, 16, 2**53)
        with pytest.raises(ExpressionError, match="up to 2\\*\\*53"):
            parse("9007199254740993")


expression_like = st.text(
    st.sampled_from("()[]{},.:+-*/%<>=!'\"\\ \nabx019_$#&|^~?é²") | st.characters(), max_size=80
) | st.lists(
    st.sampled_from(("if", "else", "not", "in", "and", "or", "a", "1", "'b'", *"()[],-.", "**", "data")),
    max_size=40,
).map(" ".join)  # fmt: skip


@given(expression_like)
def test_any_text_reads_or_is_refused_at_a_place_inside_it(text: str) -> None:
    whole = "before ${" + text + "} after"
    try:
        parts = parse_template(whole)
    except ExpressionError as error:
        assert 0 <= error.start < error.end <= len(whole)
        assert str(error)
        return
    for part in parts:
        if isinstance(part, Expression):
            for start, end in places(part.tree):
                assert 0 <= start < end <= len(whole)
