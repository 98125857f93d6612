"""Random text for `${…}`: every operator, function and form, mostly valid, some of it spoilt on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable

SCOPE: dict[str, object] = {
    "width": 16,
    "depth": 3,
    "rate": 0.5,
    "wide": True,
    "nothing": None,
    "word": "same",
    "sizes": [4, 8, 16],
    "names": ["a", "b", "same"],
    "table": [[1, 2], [3, [4, 5.5]], ["x", None]],
    "data": {"digit": {"classes": 10, "shape": [8, 8, 1], "min": -0.25}, "train": {"rows": 1437}},
}
"""What the expressions see."""

NUMBERS = (
    "0", "1", "2", "3", "7", "10", "16", "64", "255", "1_000", "0x1F", "0b101", "0o17", "00", "53", "54",
    "100", "9007199254740991", "9007199254740992", "9007199254740993", "4503599627370496", "10000",
    "5000", "99999999", "0.5", ".25", "3.", "1e3", "1e-3", "2.5", "0.1", "1e16", "1e308", "1.7e308",
    "1e-308", "5e-324", "1e400", "1_0.5_0", "0.0", "1E2", "012", "1j", "2x", "1__0",
)  # fmt: skip
TEXTS = (
    "'a'", '"b"', "'same'", "''", "'%d'", "'a' 'b'", "r'\\n'", "u'x'", "'\\n'", "'\\x41\\u00e9'", "'it\\'s'",
    "'''t'''", "'}'", "'12'", "' 7 '", "'1.5'", "'nan'", "'1e999'", "'z'", "'ff'", "'\\q'", "'\\x4'", "'é'",
    "'\\N{DEGREE SIGN}'", "'\\ud800'", "'abcdefghij'", "b'x'", "f'x'", "'\\101'", "'open",
)  # fmt: skip
WORDS = ("true", "false", "null", "True", "False", "None")
NAMES = tuple(name for name in SCOPE if name != "data")
FACTS = (
    "data.digit.classes", "data.digit.shape", "data.digit.min", "data.train.rows", "data['digit']['classes']",
    "data.digit", "data", "data.nowhere", "width.real", "(data).digit",
)  # fmt: skip
BY_KIND: dict[str, tuple[str, ...]] = {
    "number": ("width", "depth", "rate", "data.digit.classes", "wide"),
    "text": ("word", "names[0]", "names[-1]"),
    "list": ("sizes", "names", "table", "data.digit.shape", "table[1]"),
}
ARITHMETIC = ("+", "-", "*", "/", "//", "%", "**")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=", "in", "not in")
OF_NUMBER = ("abs", "round", "floor", "ceil", "sqrt", "log2", "int", "float")
FUNCTIONS = (*OF_NUMBER, "min", "max", "len", "range", "sum", "prod", "str")
KINDS = ("number", "number", "number", "truth", "text", "list")
SPOILERS = "()[]{},.:+-*/%<>=!&|^~?@#$'\"\\ \n\tabx019_;" + "é²×“"
WORDY_SPOILERS = (
    " is ", " not ", " in ", " if ", " else ", " and ", " or ", " lambda x: ", " for i in ", "**", "//", ":=",
    "=", "==", "&&", "||", " width ", " open(1) ", "...", ", ", "not not ", "--", "((", "))", "[]", "()",
    "{}",
)  # fmt: skip


class Generator:
    """Makes one text after another from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> str:
        """The inside of one `${…}`; about one in six is spoilt, and one in fifty is long."""
        depth = self.random.choice((0, 1, 1, 2, 2, 3, 3, 4))
        if self.random.random() < 0.02:
            depth = self.random.choice((5, 6))
        text = self.value(depth, self.random.choice(KINDS))
        if self.random.random() < 0.16:
            for _ in range(self.random.choice((1, 1, 2, 3))):
                text = self.spoilt(text)
        return text

    def spoilt(self, text: str) -> str:
        """The text with a character or a word put in, left out, or exchanged."""
        at = self.random.randrange(len(text) + 1)
        new = (
            self.random.choice(WORDY_SPOILERS) if self.random.random() < 0.3 else self.random.choice(SPOILERS)
        )
        return self.random.choice(
            (text[:at] + new + text[at:], text[:at] + text[at + 1 :], text[:at] + new + text[at + 1 :])
        )

    def value(self, depth: int, kind: str) -> str:
        """An expression that most likely has a value of that kind."""
        if self.random.random() < 0.06:
            kind = self.random.choice(KINDS)
        if depth <= 0:
            return self.leaf(kind)
        form = self.random.choice(_FORMS[kind])
        text = form(self, depth - 1)
        return f"({text})" if self.random.random() < 0.45 else text

    def leaf(self, kind: str) -> str:
        """A number, a text, a name, a short list."""
        chance = self.random.random()
        if chance < 0.03:
            return self.random.choice(FACTS)
        if chance < 0.06:
            return self.random.choice(WORDS)
        if chance < 0.5 and kind in BY_KIND:
            return self.random.choice(BY_KIND[kind])
        if kind == "number":
            return self.random.choice(NUMBERS[:12] if chance < 0.9 else NUMBERS)
        if kind == "text":
            return self.random.choice(TEXTS[:14] if chance < 0.93 else TEXTS)
        if kind == "truth":
            return self.random.choice(("true", "false", "wide", "True", "width > 3"))
        return self.random.choice(
            ("[]", "[1, 2]", "(1, 2)", "range(4)", "['a']", "[[1], [2]]", "()", "[1.5, true, null]")
        )

    def blank(self) -> str:
        """What stands around an operator."""
        return self.random.choice((" ", " ", " ", " ", "", "  ", "\n", "\t"))

    def several(self, depth: int, kind: str, most: int = 3) -> str:
        """Values with commas between them."""
        items = [self.value(depth, kind) for _ in range(self.random.randint(1, most))]
        return ", ".join(items) + ("," if self.random.random() < 0.05 else "")


def _arithmetic(self: Generator, depth: int) -> str:
    operator = self.random.choice(ARITHMETIC)
    blank = self.blank()
    return f"{self.value(depth, 'number')}{blank}{operator}{blank}{self.value(depth, 'number')}"


def _sign(self: Generator, depth: int) -> str:
    return f"{self.random.choice(('-', '+', '- ', '--'))}{self.value(depth, 'number')}"


def _of_number(self: Generator, depth: int) -> str:
    return f"{self.random.choice(OF_NUMBER)}({self.value(depth, 'number')})"


def _rounded(self: Generator, depth: int) -> str:
    digits = self.random.choice(
        ("0", "1", "2", "-1", "-16", "-17", "-400", "null", "true", "9999999", "rate", "400")
    )
    return f"round({self.value(depth, 'number')}, {digits})"


def _of_list(self: Generator, depth: int) -> str:
    return f"{self.random.choice(('min', 'max', 'len', 'sum', 'prod'))}({self.value(depth, 'list')})"


def _of_several(self: Generator, depth: int) -> str:
    return f"{self.random.choice(('min', 'max'))}({self.several(depth, 'number')})"


def _parsed(self: Generator, depth: int) -> str:
    return self.random.choice(
        ("int({})", "float({})", "int({}, 16)", "int({}, 8)", "int({}, 1)", "int()", "len({})")
    ).format(self.value(depth, "text"))


def _item(self: Generator, depth: int) -> str:
    return f"{self.value(depth, 'list')}[{self.value(depth if depth < 2 else 1, 'number')}]"


def _choice(kind: str) -> Callable[[Generator, int], str]:
    def form(self: Generator, depth: int) -> str:
        return f"{self.value(depth, kind)} if {self.value(depth, 'truth')} else {self.value(depth, kind)}"

    return form


def _compared(self: Generator, depth: int) -> str:
    kind = self.random.choice(("number", "number", "text", "list"))
    parts = [self.value(depth, kind)]
    for _ in range(self.random.choice((1, 1, 1, 2, 3))):
        parts += [self.random.choice(COMPARISONS[:6]), self.value(depth, kind)]
    return " ".join(parts)


def _within(self: Generator, depth: int) -> str:
    kind, items = self.random.choice((("number", "list"), ("text", "text"), ("text", "list")))
    return f"{self.value(depth, kind)} {self.random.choice(COMPARISONS[6:])} {self.value(depth, items)}"


def _logic(self: Generator, depth: int) -> str:
    kinds = [self.random.choice(KINDS) for _ in range(2)]
    return f"{self.value(depth, kinds[0])} {self.random.choice(('and', 'or'))} {self.value(depth, kinds[1])}"


def _negated(self: Generator, depth: int) -> str:
    return f"not {self.value(depth, 'truth')}"


def _joined(kind: str) -> Callable[[Generator, int], str]:
    return lambda self, depth: f"{self.value(depth, kind)} + {self.value(depth, kind)}"


def _repeated(kind: str) -> Callable[[Generator, int], str]:
    def form(self: Generator, depth: int) -> str:
        times = self.random.choice(("0", "2", "3", "depth", "width", "-1", "1000", "10 ** 9", "true", "rate"))
        pair = [self.value(depth, kind), times]
        self.random.shuffle(pair)
        return f"{pair[0]} * {pair[1]}"

    return form


def _sliced(kind: str) -> Callable[[Generator, int], str]:
    def form(self: Generator, depth: int) -> str:
        bounds = [
            self.random.choice(("", "", "0", "1", "-1", "2", "null", "9999", "rate"))
            for _ in range(self.random.choice((2, 2, 3)))
        ]
        return f"{self.value(depth, kind)}[{':'.join(bounds)}]"

    return form


def _stringified(self: Generator, depth: int) -> str:
    return f"str({self.value(depth, self.random.choice(KINDS))})"


def _list(self: Generator, depth: int) -> str:
    opening, closing = self.random.choice(("[]", "[]", "[]", "()"))
    return f"{opening}{self.several(depth, self.random.choice(KINDS))}{closing}"


def _range(self: Generator, depth: int) -> str:
    bounds = [
        self.random.choice(
            ("0", "1", "3", "10", "-1", "width", "depth", "0", "rate", "5000", "10001", "2 ** 53")
        )
        for _ in range(self.random.choice((1, 1, 2, 3)))
    ]
    return f"range({', '.join(bounds)})"


def _called(self: Generator, depth: int) -> str:
    arguments = [
        self.value(depth, self.random.choice(KINDS))
        for _ in range(self.random.choice((0, 1, 1, 1, 2, 2, 3, 4)))
    ]
    return f"{self.random.choice(FUNCTIONS)}({', '.join(arguments)})"


def _summed(self: Generator, depth: int) -> str:
    start = self.value(depth, self.random.choice(("list", "number", "text")))
    return f"sum({self.value(depth, 'list')}, {start})"


_FORMS: dict[str, tuple[Callable[[Generator, int], str], ...]] = {
    "number": (
        *(_arithmetic,) * 8, *(_sign,) * 2, *(_of_number,) * 2, _rounded, _of_list, _of_list, _of_several,
        _parsed, _item, _choice("number"), _called,
    ),
    "truth": (*(_compared,) * 4, _within, _within, _logic, _logic, _negated, _choice("truth"), _called),
    "text": (_joined("text"), _repeated("text"), _sliced("text"), _stringified, _choice("text"), _item,
        _logic),
    "list": (
        *(_list,) * 3, _range, _range, _joined("list"), _repeated("list"), _sliced("list"), _choice("list"),
        _summed, _called,
    ),
}  # fmt: skip
