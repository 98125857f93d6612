"""A blueprint in the house style: the same values, comments and anchors, or it is left alone."""

from __future__ import annotations

from yamlnet.diagnostics.diagnostic import BlueprintError, YamlnetError
from yamlnet.diagnostics.lines import BREAK
from yamlnet.formatter.block import Writer
from yamlnet.formatter.lines import LIMIT
from yamlnet.formatter.nodes import Document, comments_of
from yamlnet.formatter.reading import read_document
from yamlnet.formatter.scalars import CannotSettle
from yamlnet.syntax.parse import ENDS_IN_SPACES, parse
from yamlnet.syntax.tree import Value


def settle(text: str, source: str, limit: float = LIMIT) -> str:
    """A blueprint's text in the house style.

    Args:
        text: the blueprint.
        source: what the user calls it.
        limit: the longest line, comments aside, before brackets are broken at a comma.

    Returns:
        A text that says exactly the same: the values, every comment and every anchor, in their order.

    Raises:
        BlueprintError: the text does not parse; with every mistake.
        YamlnetError: it parses, and there is no form for it that says the same.
    """
    text = BREAK.sub("\n", text)  # places count the same with any line ends
    if ENDS_IN_SPACES.search(text):
        text += "\n"  # as `parse` reads it
    value = parse(text, source).value
    document = read_document(text)
    try:
        settled = Writer(limit).text(document)
    except CannotSettle as error:
        raise YamlnetError(f"{source} has no settled form: {error}") from None
    if settled != text and _said(value, document) != _read_again(settled, source):
        message = f"{source} is left as it is: settling its style would have changed what it says"
        raise YamlnetError(message, hint="this is a defect of yamlnet; please report it with the file")
    return settled


def _said(value: Value, document: Document) -> tuple[object, ...]:
    """Everything that a text says: values with their types and order, comments, anchors."""
    return repr(value), comments_of(document), document.anchors


def _read_again(text: str, source: str) -> tuple[object, ...] | None:
    try:
        return _said(parse(text, source).value, read_document(text))
    except BlueprintError:
        return None
