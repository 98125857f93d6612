"""Reading `layers`: each entry's key, its wiring words, and its arguments against the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from yamlnet.catalog.entry import Argument, Kind
from yamlnet.catalog.entry import Entry as CatalogEntry
from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.diagnostic import At, KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.dotted import dotted
from yamlnet.schema.expressions import is_template
from yamlnet.schema.forms import Entry, EntryKind
from yamlnet.schema.habits import CLASS_KEYS, REPEATS, called_here
from yamlnet.schema.objects import check_arguments, check_value, find, read_object
from yamlnet.schema.rewriting import from_call, from_config, from_row
from yamlnet.schema.wiring import Wiring, read_wiring
from yamlnet.schema.words import GROUP, WIRING, name_mistake

CALCULATION = re.compile(r"\w\s*[*/+-]\s*\w")


class Reader(Struct):
    """What reading a file's entries needs to know: its blocks, models and imports, where problems go.

    `unread` says that more blocks or models were meant than could be read, which was reported.
    """

    blocks: Mapping[str, object]
    models: Mapping[str, object]
    imports: Mapping[str, Mapping[str, object]]
    problems: Problems
    named: set[str] = field(default_factory=set)
    unread: bool = False

    def read(self, values: object, path: KeyPath) -> tuple[Entry, ...]:
        """Read a list of entries; mistakes are reported and their entries left out."""
        if not isinstance(values, list):
            return ()
        entries = (self._entry(value, (*path, index)) for index, value in enumerate(values))
        return tuple(entry for entry in entries if entry is not None)

    def _entry(self, value: object, path: KeyPath) -> Entry | None:
        if isinstance(value, str) and value:
            return self._call(value, None, path, written_alone=True)
        if not isinstance(value, dict) or not value:
            row = from_row(value) if isinstance(value, list) else None
            example = row or "Dense: {units: 10}"
            message = f"an entry is a layer's name, or one name with its arguments: - {example}"
            self.problems.add("entry-form", message, path)
            return None
        if GROUP in value:
            return self._group(value, path)
        if next(iter(value)) in CLASS_KEYS and (form := from_config("layer", value)) is not None:
            message = f"an entry's key is the layer, and its arguments stand inside: - {form}"
            check, place = ("entry-form", path) if len(value) > 1 else ("unknown-layer", (*path, *value))
            self.problems.add(check, message, place, "key")
            return None
        if len(value) > 1:
            self._several_keys(value, path)
            return None
        key, body = next(iter(value.items()))
        return self._call(str(key), body, (*path, str(key)), written_alone=False)

    def _several_keys(self, value: dict[str, object], path: KeyPath) -> None:
        first, *others = value
        mend = did_you_mean(first, (GROUP,)) if {"for", "if"} & set(others) else ""
        if mend:
            self.problems.add("entry-form", f'a group has no "{first}"{mend}', (*path, first), "key")
            return
        if value[first] is None:
            message = (
                f'"{first}" has nothing below it: indent its arguments ({", ".join(others)}) deeper than it'
            )
            self.problems.add("entry-form", message, (*path, first), "key")
            return
        for other in others:
            if other in WIRING:
                mend = f'put "{other}" inside: - {first}: {{…, {other}: …}}'
            else:
                mend = f'begin a new entry with "- {other}", or indent it further if it belongs to "{first}"'
            message = f'an entry has one key, this one has "{first}" and "{other}"; {mend}'
            self.problems.add("entry-form", message, (*path, other), "key")

    def _group(self, value: dict[str, object], path: KeyPath) -> Entry:
        for word in value:
            if word not in (GROUP, "for", "if"):
                mend = (
                    "; it is repeated by for: 3"
                    if word in REPEATS
                    else did_you_mean(word, (GROUP, "for", "if"))
                )
                mend = mend or "; a group takes layers, for, if"
                self.problems.add("unknown-key", f'a group has no "{word}"{mend}', (*path, word), "key")
        if not isinstance(value[GROUP], list):
            self.problems.add("wrong-type", "a group's layers are a list of entries", (*path, GROUP))
        words: dict[str, object] = {word: value[word] for word in ("for", "if") if word in value}
        wiring = read_wiring(words, path, self.problems)
        inner = self.read(value[GROUP], (*path, GROUP))
        return Entry(
            GROUP,
            "group",
            None,
            (*path, GROUP),
            repeat=wiring.repeat,
            condition=wiring.condition,
            layers=inner,
        )

    def _call(self, key: str, body: object, path: KeyPath, written_alone: bool) -> Entry | None:
        words: dict[str, object] = {}
        if isinstance(body, dict):
            words = {word: body[word] for word in WIRING if word in body}
            body = {name: value for name, value in body.items() if name not in WIRING}
        wiring = read_wiring(words, path, self.problems)
        kind = self._kind(key, path, written_alone)
        if kind not in ("use", "invalid") and not self._check(kind, key, body, wiring, path, written_alone):
            kind = "invalid"
        return Entry(
            key, kind, body, path, wiring.reads, wiring.binds, wiring.call, wiring.repeat,
            wiring.condition, wiring.name,
        )  # fmt: skip

    def _kind(self, key: str, path: KeyPath, written_alone: bool) -> EntryKind:
        at: At = "value" if written_alone else "key"
        if is_template(key):
            self.problems.add(
                "entry-form", "what is called cannot be an expression; choose with `if`", path, at
            )
            return "invalid"
        if key.startswith(("ops.", "random.")):
            return "op" if key.startswith("ops.") else "random"
        if key[:1].isupper():
            return "layer"
        if key in self.blocks or key in self.models or key in self.named:
            return "use"
        if name_mistake(key, "tensor") is None and any(is_template(name) for name in self.named):
            return "use"  # a name made by an expression: only the resolver knows it
        if "." in key:
            found = dotted(key, self.imports)
            if found.problem:
                self.problems.add(found.check, found.problem, path, at)
            return found.kind
        if not self.unread:
            self._unknown_use(key, path, written_alone)
        return "invalid"

    def _unknown_use(self, key: str, path: KeyPath, written_alone: bool) -> None:
        known = [*self.blocks, *self.models, *sorted(self.named)]
        mend = did_you_mean(key, known)
        if key in CLASS_KEYS or key == "block":
            mend = mend or "; the name of the layer or block is the key itself: - Dense: {units: 10}"
        if not mend and CALCULATION.search(key):
            mend = "; calculate with operations: - ops.multiply: {x2: 2}"
        elsewhere = "(" in key or (
            called_here("layer", key) is not None and catalog().find("activation", key) is None
        )
        if not mend and elsewhere and (form := from_call("layer", key)) is not None:
            mend = f"; write - {form}"
        mend = mend or did_you_mean(key, catalog().names("layer"))
        if not mend and catalog().find("op", key):
            mend = f'; did you mean "ops.{key}"?'
        if not mend and catalog().find("activation", key):
            mend = f'; did you mean "Activation: {key}"?'
        message = f'no layer, block or model is called "{key}"{mend}'
        self.problems.add("unknown-layer", message, path, "value" if written_alone else "key")

    def _check(
        self, kind: EntryKind, key: str, body: object, wiring: Wiring, path: KeyPath, written_alone: bool
    ) -> bool:
        """Check an entry against the catalogue; whether the catalogue has it at all."""
        name = key.partition(".")[2] if kind in ("op", "random") else key
        catalog_kind: Kind = "layer" if kind == "layer" else "op" if kind == "op" else "random"
        entry = self._find(catalog_kind, key, name, path, written_alone)
        if entry is None:
            return False
        if kind == "layer":
            written = read_object(entry, key, body, path)
            given: frozenset[str] = frozenset()
        elif kind == "random":
            given = random_inputs(entry) | {"shape"}  # without a shape it draws for every value it reads
            written = read_object(without(entry, random_inputs(entry)), key, body, path)
        else:
            given = filled_by_wiring(entry, wiring)
            written = read_object(without(entry, given), key, body, path)
        if body is not None and not isinstance(body, dict) and not (set(entry.by_name) - given):
            self.problems.add("wrong-type", f'"{key}" takes no arguments', path)
            return True
        check_arguments(entry, written, self.problems, given)
        check_call(entry, key, wiring.reads, wiring.call, path, self.problems)
        return True

    def _find(
        self, kind: Kind, key: str, name: str, path: KeyPath, written_alone: bool
    ) -> CatalogEntry | None:
        if kind == "layer":
            return find(kind, name, path if written_alone else path[:-1], self.problems, not written_alone)
        entry = catalog().find(kind, name)
        at: At = "value" if written_alone else "key"
        if entry is None:
            mend = did_you_mean(name, catalog().names(kind))
            message = f'keras.{key.partition(".")[0]} has no "{name}"{mend}'
            self.problems.add("unknown-operation", message, path, at)
        elif entry.refused is not None:
            self.problems.add("refused", f'"{key}" cannot stand in a blueprint: {entry.refused}', path, at)
            return None
        return entry


def check_call(
    entry: CatalogEntry,
    key: str,
    reads: object,
    given: Mapping[str, object],
    path: KeyPath,
    problems: Problems,
) -> None:
    """Report what a call takes no argument for, and values of another type than it takes.

    Args:
        entry: what is called.
        key: its name, as the user wrote it.
        reads: what `from` says.
        given: what `with` says.
        path: of the call.
        problems: where mistakes go.
    """
    call = entry.call_by_name if entry.kind == "layer" else {}
    for name, value in given.items():
        argument = call.get(name)
        place = (*path, "with", name)
        if argument is None:
            mend = did_you_mean(name, call) or f"; it takes {', '.join(call) or 'none'}"
            message = f'calling "{key}" takes no argument "{name}"{mend}'
            problems.add("unknown-argument", message, place, "key")
        elif argument.tensor == "no" or not names_tensors(value):
            check_value(argument.type, value, place, problems, f'"{name}"')
    if isinstance(reads, dict) and entry.kind == "layer":
        for name in reads:
            if name not in call:
                mend = did_you_mean(str(name), call) or f"; it takes {', '.join(call)}"
                message = f'calling "{key}" takes no argument "{name}"{mend}'
                problems.add("unknown-argument", message, (*path, "from", str(name)), "key")


def names_tensors(value: object) -> bool:
    """Whether what `with` gives a tensor argument is a tensor's name, or lists of names."""
    if isinstance(value, list):
        return bool(value) and all(names_tensors(item) for item in value)
    return isinstance(value, str)


def tensor_arguments(entry: CatalogEntry) -> tuple[Argument, ...]:
    """The arguments of a call that take tensors, in Keras's order."""
    arguments = entry.call if entry.kind == "layer" else entry.arguments
    return tuple(argument for argument in arguments if argument.tensor != "no")


def filled_by_wiring(entry: CatalogEntry, wiring: Wiring) -> frozenset[str]:
    """The arguments of an operation that `from` and `with` fill."""
    return frozenset(filled_by_reads(entry, wiring.reads)) | frozenset(wiring.call)


def filled_by_reads(entry: CatalogEntry, reads: object) -> tuple[str, ...]:
    """The names of an operation's arguments that `from` fills, in the order of what it reads."""
    if isinstance(reads, dict):
        return tuple(str(name) for name in reads)
    tensors = tensor_arguments(entry)
    if not tensors:
        return ()
    if tensors[0].tensor == "many" or not isinstance(reads, list):
        return (tensors[0].name,)
    return tuple(argument.name for argument in tensors[: len(reads)])


def random_inputs(entry: CatalogEntry) -> frozenset[str]:
    """The arguments of a random operation that the tensor it reads fills."""
    return frozenset(argument.name for argument in tensor_arguments(entry))


def without(entry: CatalogEntry, names: frozenset[str]) -> CatalogEntry:
    """An entry less some of its arguments: `ops.reshape: [4, 4]` fills the first that is left."""
    left = tuple(argument for argument in entry.arguments if argument.name not in names)
    return CatalogEntry(entry.kind, entry.name, entry.path, entry.help, left, entry.call, entry.aliases)


def names_bound(values: object) -> Iterator[str]:
    """Every name that `as` and `name` give anywhere in a list of entries, templates included."""
    if not isinstance(values, list):
        return
    for value in values:
        if not isinstance(value, dict):
            continue
        yield from names_bound(value.get(GROUP))
        for body in value.values():
            if isinstance(body, dict):
                for word in ("as", "name"):
                    given = body.get(word)
                    yield from (
                        name
                        for name in (given if isinstance(given, list) else [given])
                        if isinstance(name, str)
                    )
