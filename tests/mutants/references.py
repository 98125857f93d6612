"""Mistakes with names and expressions: a misspelt reference, an expression that lost a part."""

from __future__ import annotations

import re
from random import Random

from mutants.mutant import Mutant, misspelt
from mutants.names import EXPRESSION, FIRST_NAME, STRING, names_in_expression, references
from mutants.original import Original, Place, lines_using
from mutants.values import read_by

OBJECTS = ("callee", "object", "source")
FUNCTIONS = frozenset(
    (
        "min",
        "max",
        "abs",
        "round",
        "floor",
        "ceil",
        "sqrt",
        "log2",
        "len",
        "range",
        "sum",
        "prod",
        "int",
        "float",
        "str",
    )
)
WORDS = frozenset(("and", "or", "not", "if", "else", "in", "True", "False", "None", "data"))
OPERATOR = re.compile(r" ([-+*/%<>=!]+) ")


def break_reference(original: Original, random: Random) -> Mutant | None:
    """A name that stands for something else of the file, or of Keras, is misspelt."""
    found = _references(original)
    if not found:
        return None
    place = random.choice(found)
    old = FIRST_NAME.match(str(place.value))
    if old is None or "${" in str(place.value):
        return None
    new = misspelt(old[0], random, original.words)
    written = original.written(place.span)
    if new is None or old[0] not in written:
        return None
    start = original.start(place.span) + written.index(old[0])
    text = original.edited(start, start + len(old[0]), new)
    return Mutant(
        original, "break-reference", place.role, f"{place.role} misspelt", f'"{old[0]}" → "{new}"', text,
        place.span.line, breaking=True, path=place.path,
    )  # fmt: skip


def _references(original: Original) -> list[Place]:
    """Scalars whose text must be known elsewhere."""
    document = original.document
    graphs = [("model",)] if "model" in document else []
    graphs += [(part, name) for part in ("blocks", "models") for name in document.get(part) or {}]  # type: ignore[misc]
    read = {path for graph in graphs for path, text in references(document, graph) if text != "_"}
    found = [place for path, place in original.places.items() if path in read]
    for place in original.places.values():
        if isinstance(place.value, str) and _is_name(place):
            found.append(place)
    return found


def _is_name(place: Place) -> bool:
    """A scalar that names a layer, an object of Keras, a format, a column's file or a base."""
    path = place.path
    if place.role in ("entry", "import", "export-item"):
        return True
    if place.role == "top-key":
        return path[-1] in ("extends", "export")
    if path[0] == "train" and place.role == "section-word":
        return path[1] in ("loss", "metrics", "optimizer", "precision", "backend")
    if path[0] == "train":
        return place.role in ("object", "output-name") and path[1] != "loss_weights"
    if place.role in ("argument", "nested"):
        return str(path[-1]).endswith(("activation", "_initializer", "_regularizer", "padding"))
    return place.role == "import-word" and path[-1] == "from"


def break_expression(original: Original, random: Random) -> Mutant | None:
    """An expression loses a bracket, an operator or its closing brace, or names what is not there."""
    holders = [
        place
        for place in original.places.values()
        if isinstance(place.value, str) and "${" in place.value and "\n" not in original.written(place.span)
    ]
    if not holders:
        return None
    place = random.choice(holders)
    written = original.written(place.span)
    found = random.choice(list(EXPRESSION.finditer(written)))
    way = random.choice((_bracket, _operator, _name, _brace, _text_for_number))
    changed = way(original, found[0], random)
    if changed is None:
        return None
    new, detail, breaking = changed
    at = original.start(place.span) + found.start()
    text = original.edited(at, at + len(found[0]), new)
    uses = frozenset(lines_using(text, read_by(original, place)))
    return Mutant(
        original, "break-expression", place.role, detail, f"{found[0]} → {new}", text, place.span.line,
        uses, breaking, place.path,
    )  # fmt: skip


Change = tuple[str, str, bool]
"""The new expression, what happened in general, and whether it is surely a mistake."""


def _bracket(original: Original, expression: str, random: Random) -> Change | None:
    at = [index for index, character in enumerate(expression[2:-1], 2) if character in "()[]"]
    if not at:
        return None
    index = random.choice(at)
    return expression[:index] + expression[index + 1 :], "no bracket", True


def _operator(original: Original, expression: str, random: Random) -> Change | None:
    found = list(OPERATOR.finditer(STRING.sub(lambda text: "x" * len(text[0]), expression)))
    if not found:
        return None
    one = random.choice(found)
    rest = expression[one.end() :]
    sign = rest.startswith(("-", "+"))  # which is the operator now: `2 ** -1` becomes `2 -1`
    return f"{expression[: one.start()]} {rest}", "no operator", not sign


def _name(original: Original, expression: str, random: Random) -> Change | None:
    names = sorted(names_in_expression(expression) - WORDS)
    if not names:
        return None
    old = random.choice(names)
    new = misspelt(old, random, original.words | FUNCTIONS | WORDS | {"steps"})
    if new is None:
        return None
    return re.sub(rf"(?<![\w.]){old}\b", new, expression, count=1), "unknown name", True


def _brace(original: Original, expression: str, random: Random) -> Change:
    return expression[:-1], "no closing brace", True


def _text_for_number(original: Original, expression: str, random: Random) -> Change:
    """Not where a parameter's text stands: another text means as much."""
    params = original.document.get("params") or {}
    assert isinstance(params, dict)
    given = params.get(expression[2:-1].strip())
    default = given.get("default") if isinstance(given, dict) else given
    return None if isinstance(default, str) else ("${'lots'}", "text", False)
