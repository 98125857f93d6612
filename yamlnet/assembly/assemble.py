"""The stage between parsing and validating: a file and all that it names become one document.

`import` is filled with the files it names, `extends` is merged under the file, the chosen variant and
the command line's settings go over it. Every value keeps the place where it was written, in whichever
file, so that what comes later knows one tree alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from yamlnet.assembly.addresses import Address, AddressError, join, parse_address
from yamlnet.assembly.assembled import Assembled
from yamlnet.assembly.data_paths import moved
from yamlnet.assembly.files import Files
from yamlnet.assembly.lock import LockMode, read_lock
from yamlnet.assembly.merge import merge
from yamlnet.assembly.origins.origin import Unreachable
from yamlnet.assembly.settings import apply_settings
from yamlnet.assembly.variants import choose_variant
from yamlnet.diagnostics.diagnostic import BlueprintError, Note, Severity, Span, YamlnetError
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.words import EXTENDS, GIVEN, IMPORT, IMPORTED, name_mistake
from yamlnet.syntax.graft import find, labelled, put, whole
from yamlnet.syntax.parse import parse, read
from yamlnet.syntax.tree import Branch, Positions, Tree

MAX_FILES = 200
"""How many files one blueprint may bring together, each counted as often as it is named."""

MAX_DEPTH = 16
"""How deep files may name each other."""

IMPORT_KEYS = ("from", GIVEN)


def assemble_file(path: str, settings: Sequence[str], lock: LockMode, problems: Problems) -> Assembled:
    """Put the blueprint at a path together; `resnet.yaml:50` chooses the variant `50`.

    Args:
        path: the file, with or without a variant.
        settings: what `--set` says.
        lock: what a file that differs from its pin in `blueprint.lock` does.
        problems: where mistakes go.

    Raises:
        BlueprintError: as for `assemble`, or the file is not YAML as blueprints are written in.
        YamlnetError: there is no such file.
    """
    try:
        address = parse_address(path)
    except AddressError as error:
        raise YamlnetError(str(error)) from None
    if address.scheme != "path":
        hint = "extend or import it in a file of yours: extends: …"
        raise YamlnetError(f'"{path}" is not a file of this machine', hint)
    tree = parse(read(address.path), address.path)
    files = Files(read_lock(Path(address.path).parent, lock))
    document = assemble(tree, address, settings, files, problems)
    return Assembled(Path(address.path), document, files.pins, address.variant)


def assemble(tree: Tree, address: Address, settings: Sequence[str], files: Files, problems: Problems) -> Tree:
    """Put a blueprint together.

    Args:
        tree: the file, as parsed.
        address: where it is, with the variant that was chosen.
        settings: what `--set` says.
        files: where the files that it names come from.
        problems: where mistakes go; what could be put together is given back in spite of them.

    Returns:
        One tree. Each entry of `import` is `{from, params, file}`, with the imported document (None
        where it could not be had) under `file`.

    Raises:
        BlueprintError: the base of an `extends` that cannot be had.
    """
    assembler = _Assembler(files, problems)
    try:
        root = assembler.document(whole(tree), address, (_Step(address, None, ""),))
    except _WithoutBase:
        error, shown = BlueprintError(problems.diagnostics), replace(tree, texts=files.texts)
        error.trees = {"": shown, tree.source: shown}
        raise error from None
    if address.variant is not None:
        root = _called(root, address.variant)
    assembled = replace(
        tree, value=root.value, positions=root.positions, texts=files.texts, ways=assembler.ways
    )
    return apply_settings(assembled, settings, problems)


def _called(root: Branch, variant: str) -> Branch:
    """The document under the name of its variant: its runs and models are called so."""
    name = find(root, ("name",))
    if name is None or not isinstance(name.value, str):
        return root
    return put(root, ("name",), Branch(f"{name.value}-{variant}", name.positions))


class _Step(Struct, frozen=True):
    """One file on the way to the one that is read, and the place that named it."""

    address: Address
    span: Span | None
    word: str


Trail = tuple[_Step, ...]


class _WithoutBase(Exception):
    """The base of a file cannot be had, which was told; nothing of the file makes sense without it."""


class _Named(Struct, frozen=True):
    """A file that another names, put together."""

    document: Branch
    address: Address


class _Assembler(Struct):
    files: Files
    problems: Problems
    count: int = 0
    ways: dict[str, tuple[Note, ...]] = field(default_factory=dict)

    def document(self, found: Branch, address: Address, trail: Trail) -> Branch:
        """A file's document with everything that it names put into it."""
        if not isinstance(found.value, dict):
            return found  # validation says what a blueprint is
        found = self._with_imports(found, address, trail)
        if isinstance(found.value, dict) and EXTENDS in found.value:
            found = self._over_base(found, found.value[EXTENDS], address, trail)
        return choose_variant(found, address.variant, trail[-1].span, self.problems)

    def _over_base(self, found: Branch, base: object, address: Address, trail: Trail) -> Branch:
        place = found.positions.children[EXTENDS]
        named = self._other(base, place, address, trail, EXTENDS)
        if named is None:
            raise _WithoutBase
        under = moved(named.document, named.address, address)
        assert isinstance(found.value, dict)
        own = {name: value for name, value in found.value.items() if name != EXTENDS}
        return merge(under, Branch(own, found.positions), self.problems)

    def _with_imports(self, found: Branch, address: Address, trail: Trail) -> Branch:
        assert isinstance(found.value, dict)
        if IMPORT not in found.value:
            return found
        imports = found.value[IMPORT]
        place = found.positions.children[IMPORT]
        if not isinstance(imports, dict):
            message = "`import` is a mapping of names to files: import: {vision: ./blocks/vision.yaml}"
            self._tell("wrong-type", message, place.span, trail)
            return put(found, (IMPORT,), Branch({}, Positions(place.span)))
        for name, written in imports.items():
            if mistake := name_mistake(name, "tensor"):
                message = f'"{name}" cannot name an import; {mistake}'
                self._tell("name", message, place.keys[name], trail)
            entry = self._import(Branch(written, place.children[name]), address, trail)
            found = put(found, (IMPORT, name), entry)
        return found

    def _import(self, written: Branch, address: Address, trail: Trail) -> Branch:
        """One entry in full: `{from, params, file}`."""
        place = written.positions
        if isinstance(written.value, dict):
            self._check_keys(written.value, place, trail)
            entry = written
            where = place.children.get("from", place)
            named: object = written.value.get("from")
        else:
            entry = Branch({"from": written.value}, Positions(place.span, {}, {"from": place}))
            where, named = place, written.value
        try:
            found = self._other(named, where, address, trail, IMPORT)
        except _WithoutBase:
            found = None
        empty = Branch(None, Positions(where.span))
        return put(entry, (IMPORTED,), found.document if found is not None else empty)

    def _check_keys(self, written: Mapping[str, object], place: Positions, trail: Trail) -> None:
        for key in written:
            if key not in IMPORT_KEYS:
                mend = did_you_mean(key, IMPORT_KEYS) or "; it takes from, params"
                self._tell("unknown-key", f'an import has no key "{key}"{mend}', place.keys[key], trail)

    def _other(
        self, named: object, place: Positions, writer: Address, trail: Trail, word: str
    ) -> _Named | None:
        """The document of a file that another names; None after telling why it cannot be had."""
        if not isinstance(named, str) or not named:
            message = f"`{word}` takes the file's path or address: {_EXAMPLES[word]}"
            self._tell("wrong-type", message, place.span, trail)
            return None
        try:
            address = join(writer, named)
        except AddressError as error:
            self._tell("address", str(error), place.span, trail)
            return None
        step = _Step(address, place.span, word)
        if self._goes_round(step, trail) or self._is_too_much(step, trail):
            return None
        self.ways.setdefault(address.source, _named_by((*trail, step)))
        tree = self._tree(step, trail)
        if tree is None:
            return None
        return _Named(self.document(labelled(tree), address, (*trail, step)), address)

    def _tree(self, step: _Step, trail: Trail) -> Tree | None:
        assert step.span is not None
        try:
            tree = self.files.tree(step.address)
        except Unreachable as error:
            self._tell("unreachable", str(error), step.span, trail)
            return None
        except BlueprintError as error:
            notes = _named_by((*trail, step))
            for problem in error.diagnostics:
                self.problems.record(replace(problem, notes=(*problem.notes, *notes)))
            return None
        for warning in tree.warnings:
            self.problems.record(replace(warning, path=(), notes=_named_by((*trail, step))))
        drift = self.files.drifted.get(step.address.source)
        if drift is not None:
            severity: Severity = "error" if self.files.lock.mode == "refuse" else "warning"
            mend = "look at what changed, then run yamlnet lock"
            message = f'"{step.address.source}" is not what the lock file has: {drift}; {mend}'
            self._tell("drift", message, step.span, trail, severity)
        return tree

    def _goes_round(self, step: _Step, trail: Trail) -> bool:
        sources = [other.address.source for other in trail]
        if step.address.source not in sources:
            return False
        way = " → ".join([*sources[sources.index(step.address.source) :], step.address.source])
        assert step.span is not None
        self._tell("import-cycle", f"these files name each other in a circle: {way}", step.span, trail)
        return True

    def _is_too_much(self, step: _Step, trail: Trail) -> bool:
        assert step.span is not None
        self.count += 1
        if len(trail) > MAX_DEPTH:
            message = f"files name each other more than {MAX_DEPTH} deep here"
        elif self.count > MAX_FILES:
            message = f"a blueprint may bring together {MAX_FILES} files, and this is one more"
        else:
            return False
        self._tell("too-many-files", message, step.span, trail)
        return True

    def _tell(self, check: str, message: str, span: Span, trail: Trail, severity: Severity = "error") -> None:
        self.problems.add_at(check, message, span, notes=_named_by(trail), severity=severity)


_EXAMPLES = {EXTENDS: "extends: base.yaml", IMPORT: "import: {vision: ./blocks/vision.yaml}"}


def _named_by(trail: Trail) -> tuple[Note, ...]:
    """The places that led to the last file of a trail, innermost first."""
    said = {EXTENDS: "extended here", IMPORT: "imported here", "": ""}
    return tuple(
        Note(said[step.word], (), span=step.span) for step in reversed(trail) if step.span is not None
    )
