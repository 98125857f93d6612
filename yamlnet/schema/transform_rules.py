"""What a type cannot say of a transform's argument: which of its words go together, and what they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.data_words import in_full
from yamlnet.schema.expressions import is_template

ENCODE, TOKENIZE, RANGE = "encode", "tokenize", "range"
LEARNING = ("size", "lower", "min_count")
SIDES = ("inputs", "targets")

TEXT = "text-in-numbers"
OF_TEXTS = ("date", "encode", "tokenize")
OF_FILES = ("channels", "resize", "resample", "samples", "seconds")
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
FILLINGS = ("error", "mean", "median", "most-frequent")
"""The words of `missing`; any other text stands itself for what is missing."""


def check_together(word: str, argument: object, path: KeyPath, problems: Problems) -> None:
    """Report words of one argument that contradict each other; each alone is right by its type."""
    if word == "encode" and isinstance(argument, Mapping):
        _check_encode(argument, path, problems)
    elif word == "tokenize" and isinstance(argument, Mapping):
        _check_tokenize(argument, path, problems)
    elif word == "clip" and isinstance(argument, list) and len(argument) == 2:
        low, high = argument
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            problems.add(RANGE, f"clip takes the lowest value first: [{high}, {low}]", path)


def check_padding(tensor: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Warn of lists of indices that are padded with the index of a class."""
    if ENCODE not in tensor or "length" not in tensor:
        return
    encode, length = (in_full(word, tensor[word]) for word in (ENCODE, "length"))
    if not isinstance(encode, Mapping) or not isinstance(length, Mapping):
        return
    if encode.get("as") == "index" and encode.get("unknown") != "own" and length.get("pad", 0) == 0:
        mend = "unknown: own lets the classes begin at 1, or write length: {to: …, pad: -1}"
        message = f"lists are padded with 0, which is the first class, too; {mend}"
        problems.add(ENCODE, message, (*path, "length"), severity="warning")


def check_missing(tensor: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Report a text that is to stand for missing numbers, and one that is nearly a word of `missing`."""
    text = tensor.get("missing")
    if not isinstance(text, str) or text in FILLINGS or is_template(text):
        return
    place = (*path, "missing")
    if not any(word in tensor for word in (*OF_TEXTS, *OF_FILES)):
        mend = f"; write {text}, without quotes" if NUMBER.fullmatch(text) else did_you_mean(text, FILLINGS)
        mend = mend or f"; give it a number, or one of {', '.join(FILLINGS)}"
        problems.add(TEXT, f'"{text}" is a text, and "{path[-1]}" is of numbers{mend}', place)
    elif mend := did_you_mean(text, ("error", "most-frequent")):  # texts have no mean
        problems.add(TEXT, f'the text "{text}" stands for what is missing{mend}', place, severity="warning")


def _check_encode(given: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    kind, classes = given.get("as"), given.get("classes")
    own = "unknown" if given.get("unknown") == "own" else ""
    chosen = [word for word in ("size", "min_count") if word in given]
    if kind == "hash":
        if "size" not in given:
            message = "hash needs size, how many numbers there are to be: {as: hash, size: 1000}"
            problems.add(ENCODE, message, (*path, "size"), "key")
        _refuse(given, (own, "classes", "min_count"), "hash has no classes; leave out", path, problems)
    elif kind == "binary":
        _refuse(
            given, (own, *chosen), "binary has two classes, no more and no fewer; leave out", path, problems
        )
    if kind not in ("multi-hot", "index", "hash", None) and not is_template(kind):
        mend = "a separator makes lists of texts, which take as: multi-hot, index or hash; leave out"
        _refuse(given, ("separator",), mend, path, problems)
    if isinstance(classes, list) and kind != "hash":
        _refuse(
            given,
            tuple(chosen),
            "the classes are given, so nothing chooses among them; leave out",
            path,
            problems,
        )
        twice = next((one for one, count in Counter(map(str, classes)).items() if count > 1), None)
        if twice is not None:
            problems.add(ENCODE, f'the class "{twice}" is there twice; remove one', (*path, "classes"))
        if kind == "binary" and len(classes) != 2:
            problems.add(ENCODE, f"binary takes two classes, got {len(classes)}", (*path, "classes"))


def _check_tokenize(given: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    origins = [word for word in ("as", "file", "run", "like") if word in given]
    if len(origins) != 1:
        message = (
            "a tokenizer is learnt (as: words), read (file: tokenizer.json), an earlier run's "
            "(run: runs/words), or another's (like: source)"
        )
        what = "give one of them" if not origins else f"give one of {', '.join(origins)}"
        problems.add(TOKENIZE, f"{message}; {what}", path)
    elif origins != ["as"]:
        mend = "the tokenizer is not learnt here, so nothing says how; leave out"
        _refuse(given, LEARNING, mend, path, problems)
    if "of" in given and "run" not in given:
        problems.add(
            TOKENIZE,
            "of says which input of a run is meant; name the run: run: runs/words",
            (*path, "of"),
            "key",
        )
    length = given.get("length")
    marks = sum(given.get(word) is True for word in ("start", "end"))
    if isinstance(length, int) and length <= marks:
        problems.add(
            TOKENIZE, f"length: {length} has no room beside the marks; take {marks + 1}", (*path, "length")
        )


def _refuse(
    given: Mapping[str, object], words: tuple[str, ...], why: str, path: KeyPath, problems: Problems
) -> None:
    for word in words:
        if word in given:
            problems.add(str(path[-1]), f'{why} "{word}"', (*path, word), "key")


def check_likes(data: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Report what a tokenizer is said to be like, where that has none, or leads back to itself."""
    tensors: dict[str, tuple[object, KeyPath]] = {}
    for section in SIDES:
        found = data.get(section)
        for name, tensor in found.items() if isinstance(found, Mapping) else ():
            tensors[str(name)] = (tensor, (*path, section, str(name)))
    for name, (tensor, place) in tensors.items():
        _check_columns(tensor, place, problems)
        if isinstance(like := _like(tensor), str) and not is_template(like):
            _check_like(name, like, tensors, (*place, "tokenize", "like"), problems)


def _check_columns(tensor: object, place: KeyPath, problems: Problems) -> None:
    columns = tensor.get("columns") if isinstance(tensor, Mapping) and "tokenize" in tensor else None
    if isinstance(columns, list) and len(columns) > 1:
        message = (
            "tokenize takes one column; give each text an input of its own, with like: for one vocabulary"
        )
        problems.add(TOKENIZE, message, (*place, "columns"))


def _check_like(
    name: str, like: str, tensors: Mapping[str, tuple[object, KeyPath]], path: KeyPath, problems: Problems
) -> None:
    with_one = [
        other for other, (tensor, _) in tensors.items() if other != name and _tokenize(tensor) is not None
    ]
    if like not in with_one:
        what = "itself" if like == name else f'"{like}", which has no tokenizer'
        mend = did_you_mean(like, with_one) or (
            f"; those that have one: {', '.join(with_one)}" if with_one else "; no other tensor has one"
        )
        problems.add(TOKENIZE, f'the tokenizer of "{name}" is to be like {what}{mend}', path)
        return
    seen = [name]
    after: str | None = like
    while after is not None and after in tensors and after not in seen:
        seen.append(after)
        after = _like(tensors[after][0])
    if after == name:
        message = f"these tokenizers are like each other, and none is learnt: {', '.join(seen)}"
        problems.add(TOKENIZE, message, path)


def _tokenize(tensor: object) -> object:
    return tensor.get("tokenize") if isinstance(tensor, Mapping) else None


def _like(tensor: object) -> str | None:
    given = _tokenize(tensor)
    found = given.get("like") if isinstance(given, Mapping) else None
    return found if isinstance(found, str) else None
