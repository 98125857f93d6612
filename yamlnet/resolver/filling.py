"""Filling expressions in: values become plain, objects become `ObjectSpec`s, mistakes stay located."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Entry, Kind
from yamlnet.catalog.load import catalog
from yamlnet.catalog.values import Filled, is_open, problem
from yamlnet.diagnostics.diagnostic import At, KeyPath, Note
from yamlnet.diagnostics.problems import Problems
from yamlnet.resolver.evaluate import Scope, Unknown, evaluate, has_template
from yamlnet.resolver.expression_values import Refusal, weight
from yamlnet.resolver.given import READ_HERE, giver, source_notes, sources, written_here
from yamlnet.resolver.plan import ObjectSpec
from yamlnet.resolver.token_files import CHECK as VOCABULARY
from yamlnet.resolver.token_files import TokenFiles, VocabularyError, check_tokens
from yamlnet.schema.expressions import ExpressionError, is_template
from yamlnet.schema.objects import Written, check_value, is_object_form, read_object, split_form

MAX_ITEMS = 100_000
"""Items that the expressions of one value may put into it: as many values as a whole file may have."""


class Filling(Struct):
    """What filling needs: where problems go, and what is still waiting for the data."""

    problems: Problems
    token_files: TokenFiles
    unknown: list[KeyPath] = field(default_factory=list)
    left: int = MAX_ITEMS

    def value(self, value: object, scope: Scope, path: KeyPath, notes: tuple[Note, ...] = ()) -> object:
        """A value with every expression in it evaluated; a failing one is reported and gives `Unknown("")`.

        All that expressions put into one value is bounded: lists of ten lists of ten lists … would come to
        billions of items in a few lines.
        """
        self.left = MAX_ITEMS
        filled = self._filled(value, scope, path, notes)
        return filled if self.left >= 0 else Unknown("")

    def _filled(self, value: object, scope: Scope, path: KeyPath, notes: tuple[Note, ...]) -> object:
        if isinstance(value, list):
            return [self._filled(item, scope, (*path, index), notes) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {key: self._filled(item, scope, (*path, key), notes) for key, item in value.items()}
        if not is_template(value):
            return value
        try:
            found = evaluate(str(value), scope)
            if isinstance(found, list | Mapping) and not self._has_room(found, path, notes):
                return Unknown("")
        except ExpressionError as error:
            wrong = f"${{{str(value)[error.start : error.end]}}}"
            notes = (*source_notes(wrong, scope), *notes)
            self.problems.add("expression", str(error), path, within=(error.start, error.end), notes=notes)
            return Unknown("")  # reported: nothing else may complain about it
        if isinstance(found, Unknown):
            self.unknown.append(path)
        return _closed(found)

    def _has_room(self, found: object, path: KeyPath, notes: tuple[Note, ...]) -> bool:
        """Count what an expression puts in; the first that is too much is reported."""
        before = self.left
        try:
            self.left -= weight(found, max(0, self.left))
            message = f"with this, a value has more than {MAX_ITEMS:,} items, lists in lists included"
        except Refusal as refused:
            self.left, message = -1, str(refused)
        if self.left < 0 <= before:
            self.problems.add("too-large", message, path, notes=notes)
        return self.left >= 0

    def typed(
        self,
        type: t.ValueType,
        value: object,
        scope: Scope,
        path: KeyPath,
        what: str,
        notes: tuple[Note, ...] = (),
    ) -> object:
        """A value of a known type, filled in, with the objects in it as `ObjectSpec`s."""
        filled = self.value(value, scope, path, notes)
        if isinstance(filled, Unknown):
            return filled
        if has_template(value):
            given = giver(value, scope, path)
            found = Problems()
            check_value(type, without_unknown(filled), path, found, what)
            if found.found:
                behind = written_here(place for place in sources(value, scope) if place != given)
                for one in found.diagnostics:
                    self.misfit(one.check, one.message, given, path, one.at, notes, behind)
                return Unknown("")
        reading = _token_file(type)
        if reading is not None and isinstance(filled, str | list):
            return self._tokens(filled, reading.integers, path, notes)
        return self._specs(type, filled, path)

    def _tokens(
        self, value: str | list[object], integers: bool, path: KeyPath, notes: tuple[Note, ...]
    ) -> object:
        """A vocabulary as a list, read from its file where it is the path of one."""
        if isinstance(value, list):
            if (mistake := check_tokens(value)) is not None:
                index, message = mistake
                place = path if index < 0 else (*path, index)
                self.problems.add(VOCABULARY, message, place, notes=notes)
            return value
        try:
            return self.token_files.tokens(value, path, integers)
        except VocabularyError as error:
            self.problems.add(VOCABULARY, str(error), path, notes=notes)
            return Unknown("")

    def misfit(
        self,
        check: str,
        message: str,
        given: KeyPath,
        path: KeyPath,
        at: At,
        notes: tuple[Note, ...],
        behind: tuple[Note, ...] = (),
    ) -> None:
        """Report a value at the place that gave it; the place that reads it, if it is another, is a note.

        `behind` are the places of what the value is computed of.
        """
        if given == path:
            self.problems.add(check, message, path, at, notes=(*behind, *notes))
        else:
            notes = (Note(READ_HERE, path, at="value"), *behind, *notes)
            self.problems.add(check, message, given, notes=notes)

    def _specs(self, type: t.ValueType, value: object, path: KeyPath) -> object:
        for option in type.options if isinstance(type, t.AnyOf) else (type,):
            if isinstance(option, t.AnyOf):
                found = self._specs(option, value, path)
                if isinstance(found, ObjectSpec):
                    return found
            elif isinstance(option, t.ObjectOf) and option.kind != "dtype_policy":
                if _means_object(option, value, type):
                    return self.spec(option.kind, value, {}, path)
            elif isinstance(option, t.ListOf) and isinstance(value, list):
                return [self._specs(option.item, item, (*path, index)) for index, item in enumerate(value)]
            elif isinstance(option, t.MappingOf) and isinstance(value, dict):
                return {key: self._specs(option.value, item, (*path, key)) for key, item in value.items()}
        return value

    def spec(
        self, kind: Kind, value: object, scope: Scope, path: KeyPath, notes: tuple[Note, ...] = ()
    ) -> ObjectSpec:
        """An object in object form as a spec; its name has passed validation."""
        value = self.value(value, scope, path, notes) if is_template(value) else value
        name, body, place = split_form(value, path)
        entry = catalog().find(kind, name)
        if entry is None:  # reported where it stands; a stand-in keeps the rest checkable
            return ObjectSpec(kind, name, {}, place)
        return self.arguments(entry, read_object(entry, name, body, place), scope, notes)

    def arguments(
        self, entry: Entry, written: Written, scope: Scope, notes: tuple[Note, ...] = ()
    ) -> ObjectSpec:
        """An object's arguments filled in, as a spec under the entry's canonical name."""
        filled: dict[str, object] = {}
        for name, value in written.arguments.items():
            argument = entry.by_name.get(name)
            if argument is not None:
                what = f'"{name}" of {entry.kind} "{written.name}"'
                filled[name] = self.typed(argument.type, value, scope, written.place(name), what, notes)
        return ObjectSpec(entry.kind, entry.name, filled, written.path, written.unnamed)


def _token_file(type: t.ValueType) -> t.TokenFile | None:
    options = type.options if isinstance(type, t.AnyOf) else (type,)
    return next((option for option in options if isinstance(option, t.TokenFile)), None)


def _closed(value: object) -> object:
    """What an expression gave, with every text in it marked as one that is not evaluated again."""
    if isinstance(value, list):
        return [_closed(item) for item in value]
    return Filled(value) if is_open(value) else value


def without_unknown(value: object) -> object:
    """A value with what is unknown replaced by an expression, which every type lets through."""
    if isinstance(value, Unknown):
        return "${…}"
    if isinstance(value, list):
        return [without_unknown(item) for item in value]
    if isinstance(value, Mapping):
        return {key: without_unknown(item) for key, item in value.items()}
    return value


def _means_object(option: t.ObjectOf, value: object, type: t.ValueType) -> bool:
    if not is_object_form(value):
        return False
    options = type.options if isinstance(type, t.AnyOf) else (type,)
    others = [other for other in options if not isinstance(other, t.ObjectOf | t.AnyOf)]
    return not any(problem(value, other) is None for other in others)
