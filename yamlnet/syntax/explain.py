"""What a YAML parser's message means to someone who has just typed the file.

libyaml says "did not find expected ',' or ']'" where its grammar got stuck; the mistake is often elsewhere
(the bracket was opened three lines above) and has a simpler name. Each function of the list knows one
situation and answers with a diagnostic, or None; the first answer counts.
"""

from __future__ import annotations

from collections.abc import Callable

import yaml

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.syntax import bracket_mistakes, line_mistakes, lookalikes, shifted_line, text_mistakes
from yamlnet.syntax.stuck import Stuck, stuck_at

SITUATIONS: tuple[Callable[[Stuck], Diagnostic | None], ...] = (
    text_mistakes.too_deep,
    line_mistakes.tab,
    lookalikes.between,
    text_mistakes.unclosed_quote,
    text_mistakes.bad_escape,
    bracket_mistakes.unquoted_expression,
    text_mistakes.runaway_quote,
    bracket_mistakes.bracket,
    bracket_mistakes.item,
    line_mistakes.missing_space_or_colon,
    line_mistakes.missing_key,
    line_mistakes.two_values,
    shifted_line.shifted,
    line_mistakes.indentation,
    line_mistakes.mixed_collection,
    text_mistakes.after_value,
    line_mistakes.inline_list,
    text_mistakes.needs_quotes,
    text_mistakes.version,
    text_mistakes.colon_in_brackets,
    text_mistakes.document_end,
    line_mistakes.misplaced_value,
)
"""In the order in which they are asked: the more particular before the more general."""


def explain(error: yaml.YAMLError, text: str, source: str) -> Diagnostic:
    """The diagnostic for a parser's error: in the user's words where the situation is known."""
    stuck = stuck_at(error, text, source)
    for recognise in SITUATIONS:
        if found := recognise(stuck):
            return found
    said = " ".join(part for part in (stuck.context, stuck.problem) if part) or str(error)
    return stuck.refuse("syntax", f"this is not YAML: {said}", stuck.span())
