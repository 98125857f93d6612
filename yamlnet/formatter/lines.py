"""The lines of the text that is written: one open at the end, comments behind them, blank ones between."""

from __future__ import annotations

from msgspec import Struct, field

from yamlnet.formatter.nodes import Comment

LIMIT = 110
"""How long a line may be, comments behind it aside, before its brackets are broken at a comma."""

SPACING = 2
"""How many blanks stand at least before a comment behind a value."""


class Line(Struct):
    """One line: its text with the indentation, and the comment behind it.

    Attributes:
        column: where the comment stood in the file, which it keeps if it can.
        verbatim: a line of a text, which means what it says even when it is empty.
        complete: nothing may follow on it: it holds a comment alone, or is a line of a literal text.
    """

    text: str
    comment: str = ""
    column: int = 0
    verbatim: bool = False
    complete: bool = False


class Lines(Struct):
    """Lines under construction.

    Attributes:
        limit: the longest line; infinite while a line must stay whole.
        fresh: whether a blank line would stand directly below the line that opens a list or mapping.
    """

    limit: float = LIMIT
    found: list[Line] = field(default_factory=list)
    fresh: bool = False

    @property
    def column(self) -> int:
        """Where the next character of the last line stands, from 0."""
        return len(self.found[-1].text)

    @property
    def is_closed(self) -> bool:
        """Whether what follows needs a new line, because the last one ends in a comment."""
        return bool(self.found) and (self.found[-1].complete or bool(self.found[-1].comment))

    def begin(self, text: str) -> None:
        """Begin a line."""
        self.found.append(Line(text))
        self.fresh = False

    def verbatim(self, text: str) -> None:
        """A line of a literal or folded text."""
        self.found.append(Line(text, verbatim=True, complete=True))

    def add(self, text: str) -> None:
        """Go on with the last line."""
        self.found[-1].text += text

    def blank(self) -> None:
        """One empty line, unless there is one, nothing stands above, or the line above opens something."""
        last = self.found[-1] if self.found else None
        if last is not None and not self.fresh and (last.text or last.verbatim):
            self.found.append(Line(""))

    def comment(self, comment: Comment, column: int) -> None:
        """Put a comment behind the last line where it was behind one, else on a line of its own."""
        if comment.alone or self.is_closed or not self.found or not self.found[-1].text.strip():
            if comment.alone and comment.blank:
                self.blank()
            self.begin(" " * column + comment.text)
            self.found[-1].complete = True
        else:
            self.found[-1].comment, self.found[-1].column = comment.text, comment.column

    def text(self) -> str:
        """Everything, with one line break at the end."""
        while self.found and not self.found[-1].text and not self.found[-1].verbatim:
            self.found.pop()
        _align(self.found)
        return "".join(f"{_whole(line)}\n" for line in self.found)


def _align(lines: list[Line]) -> None:
    """Give each comment its column: its own, or, for comments that were aligned, the first that fits all.

    What stood beyond the limit was behind a line that has been broken since, and comes nearer.
    """
    start = 0
    for index, line in enumerate(lines):
        follows = index + 1 < len(lines) and lines[index + 1].comment
        if line.comment and follows and lines[index + 1].column == line.column:
            continue
        run = [one for one in lines[start : index + 1] if one.comment]
        column = max((len(one.text) + SPACING for one in run), default=0)
        for one in run:
            one.column = max(one.column, column) if one.column < LIMIT else column
        start = index + 1


def _whole(line: Line) -> str:
    return f"{line.text:<{line.column}}{line.comment}" if line.comment else line.text
