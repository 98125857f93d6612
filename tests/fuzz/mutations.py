"""Inputs made at random: bytes, texts glued from YAML's tokens, and blueprints that were right before.

Every function takes a `random.Random`; Hypothesis gives one that it can shrink, a campaign a seeded one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "blueprints",
    *(f"tests/blueprints/{kind}" for kind in ("ok", "warn", "err", "err-syntax", "parts")),
)

TOKENS = (
    "- ", "-", ": ", ":", "? ", ", ", ",", "[", "]", "{", "}", "&a ", "*a", "*a ", "&b ", "*b", "!t ",
    "!!str ", "<<: ", "|\n", ">-\n", "|2\n", ">+\n", "'", '"', "''", '\\"', "\\", "\\x41", "\\u00e9",
    "\\UFFFFFFFF", "# c\n", " # c\n", "#", "%YAML 1.2\n", "%TAG ! x\n", "---\n", "---", "...\n", "\n", "\n",
    "\n", "\n  ", "\n    ", "\n      ", "\n - ", "\n  - ", " ", "  ", "\t", "\r", "\r\n", "a", "b", "key",
    "0", "-1", "012", "1_0", "1e3", "1e999", "0x1F", "9" * 101, ".inf", ".nan", "~", "null", "true", "no",
    "on", "None", "é", "日本", "\u00a0", "\u200b", "\u201c", "\u201d", "\uff1a", "\0", "\x1b[0m", "\x85",
    "\u2028", "\u202e", "\ufeff", "\ud800", "\U0001f469\u200d\U0001f4bb", "@", "`", "%", "${", "${a}",
    "${a * 2}", "}", "<", "=", "$", "~/x",
)  # fmt: skip
"""What YAML's grammar is made of, and what it should not meet."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 3, 2**31, 2**63, 10**99, 0.5, -0.0, 1e308, float("inf"), float("nan"), "",
    " ", "a", "_", "no", "relu", "Dense", "${width}", "${1 / 0}", "${steps}", "${" + "(" * 60 + "1",
    "${9 ** 9 ** 9}", "${'a' * 99999999}", "${[1] * 99999999}", "${range(99999999)}", "${data.x.classes}",
    "${", "x[0]", "x[:, 0]", "x[9999999999]", "../x.yaml", "/dev/zero", "/dev/stdin",
    "git+https://h/r@v#f.yaml", "https://h/f.yaml", "pkg:yaml/x.yaml", "pkg:..", "a\0b", "a\nb",
    "é\u202e", "x" * 5000, [], {}, [[]], [None], {"": None}, {"a": {}}, [1, 2, 3],
    [None, 3], {"Dense": 3}, {"from": "_"}, {"for": 3}, {"if": False},
)  # fmt: skip
"""What a value of a blueprint is replaced by."""

WORD = re.compile(r"[\w.$]+|[^\w\s]|\s+")


SLOW = ("bomb_of_blocks", "bomb_by_expression", "alias_bomb", "alias_depth")
"""What takes a second each time: these files make as many entries or values as there may be."""


def seeds() -> list[bytes]:
    """The golden files and the gallery."""
    found = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.yaml")))
    paths = (path for path in found if path.stem not in SLOW)
    found = [path.read_bytes() for path in paths if path.is_file()]
    assert len(found) > 100
    return [data for data in found if len(data) < 10_000]


class Seeds:
    """The seeds in the forms that are mutated: as texts, and as values."""

    def __init__(self) -> None:
        self.data = seeds()
        self.texts = [data.decode("utf-8", "replace") for data in self.data]
        self.values: list[Any] = []
        for text in self.texts:
            try:
                value = yaml.load(text, Loader=yaml.CBaseLoader)
            except (yaml.YAMLError, ValueError):
                continue
            if isinstance(value, dict) and "yamlnet" in value:
                self.values.append(_typed(value))
        self.words = sorted({word for text in self.texts for word in WORD.findall(text) if word.strip()})
        self.parts = [part for value in self.values for _, part in _places(value)]


BEGUN = "yamlnet: 1\nmodel: {inputs: [4], layers: [Dense: 3]}\nparams:\n  a: "
"""What is right with any value behind it."""


def random_bytes(rng: Random, seeds: Seeds) -> bytes:
    """Bytes without a sense, or a seed with some bytes changed."""
    if rng.random() < 0.3:
        return bytes(rng.getrandbits(8) for _ in range(rng.randrange(200)))
    data = bytearray(rng.choice(seeds.data))
    for _ in range(rng.randrange(1, 9)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0:
                data[at:at] = bytes([rng.getrandbits(8)])
            case 1:
                del data[at : at + rng.randrange(1, 20)]
            case 2:
                data[at : at + 1] = bytes([rng.getrandbits(8)])
            case _:
                other = rng.choice(seeds.data)
                start = rng.randrange(len(other) + 1)
                data[at:at] = other[start : start + rng.randrange(1, 60)]
    return bytes(data)


def yaml_like(rng: Random, seeds: Seeds) -> bytes:
    """YAML's tokens and words of blueprints, one after the other."""
    pieces = [
        rng.choice(TOKENS) if rng.random() < 0.8 else rng.choice(seeds.words)
        for _ in range(rng.randrange(1, 60))
    ]
    if rng.random() < 0.05:
        pieces = [rng.choice(TOKENS) * rng.choice((70, 300, 3000)), *pieces]
    begin = rng.choice(("", "", "yamlnet: 1\nmodel:\n", BEGUN))
    return (begin + "".join(pieces)).encode("utf-8", "surrogatepass")


def near_text(rng: Random, seeds: Seeds) -> bytes:
    """A seed whose lines, words or characters were changed."""
    text = rng.choice(seeds.texts)
    for _ in range(rng.randrange(1, 5)):
        text = rng.choice(TEXT_CHANGES)(rng, text, seeds)
    return text.encode("utf-8", "surrogatepass")


def near_value(rng: Random, seeds: Seeds) -> bytes:
    """A seed whose keys and values were changed, written again."""
    value = _copy(rng.choice(seeds.values))
    for _ in range(rng.randrange(1, 4)):
        _change(rng, value, seeds)
    flow = rng.random() < 0.2
    text = yaml.dump(
        value, Dumper=yaml.CSafeDumper, sort_keys=False, default_flow_style=flow, allow_unicode=True
    )
    return text.encode("utf-8", "surrogatepass")


def _line_change(rng: Random, text: str, seeds: Seeds) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    match rng.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, rng.choice(lines))
        case 2:
            lines[at] = " " * rng.randrange(1, 5) + lines[at]
        case 3:
            lines[at] = lines[at][rng.randrange(1, 5) :]
        case 4:
            lines[at] = "\t" + lines[at]
        case _:
            other = rng.choice(seeds.texts).split("\n")
            lines[at:at] = other[: rng.randrange(1, 6)]
    return "\n".join(lines)


def _word_change(rng: Random, text: str, seeds: Seeds) -> str:
    words = WORD.findall(text) or [""]
    at = rng.randrange(len(words))
    new = rng.choice(TOKENS) if rng.random() < 0.4 else rng.choice(seeds.words)
    words[at : at + rng.randrange(2)] = [new]
    return "".join(words)


def _character_change(rng: Random, text: str, seeds: Seeds) -> str:
    at = rng.randrange(len(text) + 1)
    new = rng.choice(("", "", rng.choice("[]{},:'\"#&*!|>%@` \n-?$"), rng.choice(TOKENS)))
    return text[:at] + new + text[at + rng.randrange(3) :]


def _end_change(rng: Random, text: str, seeds: Seeds) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _value_change(rng: Random, text: str, seeds: Seeds) -> str:
    found = list(re.finditer(r"(?<=: )[^\s,{}\[\]]+", text))
    if not found:
        return text
    one = rng.choice(found)
    return text[: one.start()] + json.dumps(rng.choice(VALUES), ensure_ascii=False) + text[one.end() :]


TEXT_CHANGES: tuple[Callable[[Random, str, Seeds], str], ...] = (
    _line_change, _line_change, _word_change, _character_change, _value_change, _end_change,
)  # fmt: skip

KINDS: dict[str, Callable[[Random, Seeds], bytes]] = {
    "bytes": random_bytes,
    "yaml": yaml_like,
    "near-text": near_text,
    "near-value": near_value,
}


def _change(rng: Random, value: Any, seeds: Seeds) -> None:
    """Change one place of a value in place."""
    places = list(_places(value))
    owner, _ = rng.choice(places)
    if not owner:
        return
    keys = list(owner) if isinstance(owner, dict) else list(range(len(owner)))
    key = rng.choice(keys)
    match rng.randrange(6):
        case 0:
            del owner[key]
        case 1:
            owner[key] = _copy(rng.choice(VALUES))
        case 2:
            owner[key] = _copy(rng.choice(seeds.parts))
        case 3:
            owner[key] = [owner[key]] if rng.random() < 0.5 else {rng.choice(seeds.words): owner[key]}
        case 4 if isinstance(owner, dict):
            owner[rng.choice(seeds.words)] = owner.pop(key)
        case _:
            new = _copy(rng.choice(VALUES))
            if isinstance(owner, dict):
                owner[rng.choice(seeds.words)] = new
            else:
                owner.insert(key, new)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every mapping and list in a value, itself included."""
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            found.append((one, one))
            waiting.extend(one.values() if isinstance(one, dict) else one)
    return found


def _copy(value: Any) -> Any:
    """A value of its own, so that changing it changes no other."""
    return json.loads(json.dumps(value))


def _typed(value: Any) -> Any:
    """Numbers and booleans of what the parser gives as texts alone."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    try:
        return json.loads(value)
    except ValueError:
        return value
