"""The manual of the checks: a page for every name that a problem can be told under.

The page of a check that looks at the plan is the docstring of its module in `checks/`. What the language
itself refuses is told in many places: its pages lie here, a file for each name. Both are written alike:
the name and one sentence, paragraphs, then an example that fails and one that passes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from msgspec import Struct

from yamlnet.checks import CHECKS, WORD_CHECKS

FOLDER = Path(__file__).parent

HEAD = re.compile(r"(?P<name>[a-z][a-z0-9-]*): (?P<summary>.+)")
FAILS, PASSES = "Fails:", "Passes:"


class Page(Struct, frozen=True):
    """One check's page.

    Attributes:
        name: as told behind each of its problems, in brackets.
        summary: one sentence.
        prose: what it looks for, why, and what to do; may be empty.
        fails: a blueprint, or sections of one (`yamlnet.manual.examples.complete`), with the mistake.
        passes: the same without it.
    """

    name: str
    summary: str
    prose: str
    fails: str
    passes: str

    @property
    def text(self) -> str:
        """The page without its name: what Markdown shows as prose and two examples."""
        examples = (
            f"{mark}\n\n{_indented(text)}" for mark, text in ((FAILS, self.fails), (PASSES, self.passes))
        )
        return "\n\n".join(filter(None, (self.summary, self.prose, *examples)))


def names() -> tuple[str, ...]:
    """Every check's name, sorted."""
    return tuple(sorted({*_docstrings(), *(path.stem for path in FOLDER.glob("*.md"))}))


def page(name: str) -> Page:
    """A check's page.

    Raises:
        KeyError: there is no such check.
    """
    text = _docstrings().get(name)
    if text is None:
        path = FOLDER / f"{name}.md"
        if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
            raise KeyError(name)
        text = path.read_text(encoding="utf-8")
    return read_page(text)


def read_page(text: str) -> Page:
    """A page from its text.

    Raises:
        ValueError: it has no head, or not both examples.
    """
    head, _, rest = text.strip().partition("\n")
    found = HEAD.fullmatch(head.strip())
    before, fails_mark, examples = rest.partition(FAILS)
    fails, passes_mark, passes = examples.partition(PASSES)
    if found is None or not fails_mark or not passes_mark:
        raise ValueError(f"a page begins with `name: sentence` and has {FAILS} and {PASSES}: {head!r}")
    return Page(found["name"], found["summary"], before.strip(), _unindented(fails), _unindented(passes))


def _docstrings() -> dict[str, str]:
    pages = {}
    for check in (*CHECKS, *WORD_CHECKS):
        module = sys.modules[check.__module__]
        pages[module.NAME] = module.__doc__ or ""
    return pages


def _indented(example: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in example.splitlines())


def _unindented(block: str) -> str:
    """An example without the four columns that set it off."""
    lines = [line.removeprefix("    ") for line in block.strip("\n").splitlines()]
    return "\n".join(lines).strip("\n") + "\n"
