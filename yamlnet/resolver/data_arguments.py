"""What the arguments of a source say together: one of two that exclude each other, one that needs another."""

from __future__ import annotations

import codecs

from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.plan import SourcePlan

TOGETHER = "source-arguments"

ONE_OF = {"Sql": ("query", "table"), "HuggingFace": ("path", "name")}
"""Sources that take one of two arguments."""

OF_HUB = {"config": "configurations", "revision": "revisions"}
"""Arguments of data sets of Hugging Face's hub alone."""

TEXTS = ("imdb", "reuters")
"""The data sets of Keras that are made of words."""

NAMED = ("cifar10", "fashion_mnist")
"""Those of which it is known what their classes are called."""

ENCODINGS = (
    "utf-8", "utf-16", "utf-32", "ascii", "cp1252", "cp1251", "cp1250", "latin-1", "iso-8859-15", "shift_jis",
    "euc_jp", "gb18030", "big5", "euc_kr", "koi8-r",
)  # fmt: skip
"""Those that are proposed; Python knows more."""


def check_arguments(source: SourcePlan, problems: Problems) -> None:
    """Report what is wrong with a source's arguments though each is right by itself."""
    given = source.arguments
    one, other = ONE_OF.get(source.name, ("", ""))
    if one and (one in given) == (other in given):
        more = "not both" if one in given else "and this has neither"
        message = f'source "{source.name}" takes "{one}" or "{other}", {more}'
        problems.add(TOGETHER, message, source.path, "key")
    if source.name == "Csv":
        _check_header(source, problems)
        _check_decimal(source, problems)
    if source.name == "Keras" and given.get("num_words") is not None and given.get("name") not in TEXTS:
        message = f'"num_words" is of {" and ".join(TEXTS)}, and {given.get("name")} has no words'
        problems.add(TOGETHER, message, (*source.path, "num_words"), "key")
    if source.name == "Keras" and given.get("class_names") and given.get("name") not in NAMED:
        message = f'"class_names" is of {" and ".join(NAMED)}, not of {given.get("name")}'
        problems.add(TOGETHER, message, (*source.path, "class_names"), "key")
    if source.name == "HuggingFace" and "path" in given:
        _check_folder(source, problems)
    if isinstance(encoding := given.get("encoding"), str):
        _check_encoding(encoding, source, problems)


def _check_folder(source: SourcePlan, problems: Problems) -> None:
    for word, them in OF_HUB.items():
        if word in source.arguments:
            message = f'a folder has no {them}; "{word}" is of a data set of the hub'
            problems.add(TOGETHER, message, (*source.path, word), "key")


def _check_header(source: SourcePlan, problems: Problems) -> None:
    header, columns = source.arguments.get("header", True), source.arguments.get("columns")
    if header is False and columns is None:
        message = "a file without a header needs the names of its columns: columns: [size, kind]"
        problems.add(TOGETHER, message, (*source.path, "header"))
    elif header is not False and columns is not None:
        message = '"columns" names those of a file without a header; write header: false, too'
        problems.add(TOGETHER, message, (*source.path, "columns"), "key")
    elif isinstance(columns, list) and len(set(map(str, columns))) < len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        problems.add("duplicate", f'"columns" names "{twice}" twice', (*source.path, "columns"))


def _check_decimal(source: SourcePlan, problems: Problems) -> None:
    given = source.arguments
    is_tabbed = any(ending in str(given.get("path")).lower() for ending in (".tsv", ".tab"))
    if given.get("decimal") == "," and given.get("sep", "\t" if is_tabbed else ",") == ",":
        message = 'a comma cannot both separate cells and begin fractions; write sep: ";", too'
        problems.add(TOGETHER, message, (*source.path, "decimal"))


def _check_encoding(encoding: str, source: SourcePlan, problems: Problems) -> None:
    try:
        "".encode(codecs.lookup(encoding).name)  # refuses those that are not of texts: base64, rot13
    except (LookupError, ValueError, TypeError):
        mend = did_you_mean(encoding, ENCODINGS) or f"; among others there are {', '.join(ENCODINGS[:8])}"
        problems.add("data-encoding", f'there is no encoding "{encoding}"{mend}', (*source.path, "encoding"))
