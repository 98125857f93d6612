"""What reads what in one list of entries, told from the text alone.

It holds for every value that parameters may take: a condition may hold or not, a loop whose count is an
expression may have no turn, and a name made by an expression may be any name that begins and ends as it does.
So what is unread here is unread however the blueprint is used. Compare `expand.py`, which follows the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from msgspec import Struct, field
from msgspec.structs import replace

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.resolver.left_out import names_bound, names_given
from yamlnet.schema.expression_names import fixed_ends
from yamlnet.schema.forms import Block, Entry, Library, Model
from yamlnet.schema.references import parse_reference
from yamlnet.schema.words import PREVIOUS

MOST_COMPARISONS = 200_000
"""Names made by expressions are held against others up to here; beyond it each may be any name."""


class Flow(Struct, frozen=True):
    """Who reads whom. Entries are known by their paths, inputs by their names.

    Attributes:
        entries: in the order of the file, without groups.
        reads: for each entry, and for each place where one of several may be meant, what it reads.
        places: the number of each entry and input in `reads`.
        outputs: what the outputs read.
    """

    entries: Mapping[KeyPath, Entry]
    reads: Sequence[set[int]]
    places: Mapping[KeyPath | str, int]
    outputs: frozenset[int]

    def behind(self, starts: Iterable[int], known: Set[int] = frozenset()) -> set[int]:
        """Everything that `starts` read, directly or through others, and they; not beyond what is known."""
        found = set(starts)
        waiting = list(found)
        while waiting:
            for one in self.reads[waiting.pop()]:
                if one not in found and one not in known:
                    found.add(one)
                    waiting.append(one)
        return found

    def unread(self, names: Iterable[str]) -> list[str]:
        """Which of the inputs nothing reads, not even what leads nowhere."""
        read = self.behind({*self.outputs, *(self.places[path] for path in self.entries)})
        return [name for name in names if self.places[name] not in read]


def flow_of(graph: Block | Model, library: Library) -> Flow:
    """The flow of one block or model; `library` is the file that it stands in."""
    tracer = _Tracer(library)
    for name in graph.inputs:
        tracer.bind(name, tracer.place(name))
    first = next(iter(graph.inputs), None)
    tracer.previous = tracer.places[first] if first is not None else tracer.new()
    tracer.entries_of(graph.entries)
    end = tracer.new()
    for reference in _texts(graph.outputs if graph.outputs is not None else PREVIOUS):
        tracer.read(reference, end)
    tracer.match_templates()
    return Flow(tracer.entries, tracer.reads, tracer.places, frozenset(tracer.reads[end] | tracer.kept))


class _Tracer(Struct):
    """Walks the entries in their order; `names` and `previous` are what each means at that point.

    A number stands for an entry, an input, or for "one of those that it reads". So every name has one
    number, and the whole is no larger than the text.
    """

    library: Library
    reads: list[set[int]] = field(default_factory=list)
    places: dict[KeyPath | str, int] = field(default_factory=dict)
    entries: dict[KeyPath, Entry] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    previous: int = 0
    kept: set[int] = field(default_factory=set)
    bound: list[tuple[str, int]] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def new(self, *reads: int) -> int:
        """A number for "one of these"."""
        self.reads.append(set(reads))
        return len(self.reads) - 1

    def place(self, key: KeyPath | str) -> int:
        """The number of an entry or an input."""
        self.places[key] = self.new()
        return self.places[key]

    def bind(self, name: str, to: int) -> None:
        """Give a name; one that an expression makes takes no other's place."""
        self.bound.append((name, to))
        if fixed_ends(name) is None:
            self.names[name] = to

    def read(self, text: str, reader: int) -> None:
        """Let `reader` read what a reference means."""
        ends = fixed_ends(text)
        if ends is not None:
            self.asked.append((text, reader))
            if PREVIOUS.startswith(ends[0]):
                self.reads[reader].add(self.previous)
            return
        try:
            name = parse_reference(text).name
        except ValueError:
            return  # a text that an argument takes: no name
        if name == PREVIOUS:
            self.reads[reader].add(self.previous)
            return
        self.asked.append((name, reader))
        if name in self.names:
            self.reads[reader].add(self.names[name])

    def entries_of(self, entries: tuple[Entry, ...]) -> None:
        """Walk a list of entries."""
        for entry in entries:
            if surely(entry):
                self._turns(entry)
            else:
                self._perhaps(entry)

    def _perhaps(self, entry: Entry) -> None:
        """What may be or not: afterwards, each name means what it gave, or what it meant before."""
        previous = self.previous
        names = {name: self.names[name] for name in names_given(entry) if name in self.names}
        self._turns(entry)
        self.previous = self.new(previous, self.previous)
        for name, before in names.items():
            self.names[name] = self.new(before, self.names[name])

    def _turns(self, entry: Entry) -> None:
        """An entry, each turn on the previous one's output."""
        if entry.repeat is None or _turns(entry) == 1:
            self._once(entry)
            return
        chained = entry.kind != "group" and isinstance(entry.reads, str) and fixed_ends(entry.reads) is None
        if chained and entry.reads != PREVIOUS:
            begun = self.new()
            self.read(str(entry.reads), begun)
            entry = replace(entry, reads=PREVIOUS)
        else:
            begun = self.new(self.previous)
        self.previous = begun
        names = {name: self.new(self.names[name]) for name in names_given(entry) if name in self.names}
        self.names.update(names)
        self._once(entry)
        self.reads[begun].add(self.previous)
        for name, before in names.items():
            self.reads[before].add(self.names[name])

    def _once(self, entry: Entry) -> None:
        if entry.kind == "group":
            self.entries_of(entry.layers)
            return
        place = self.place(entry.path)
        self.entries[entry.path] = entry
        for reference in (*_texts(entry.reads), *_texts(dict(entry.call))):
            self.read(reference, place)
        if entry.kind == "use":
            self._again(entry, place)
        if entry.condition is False:
            self.kept.add(place)  # switched off: what it would read is meant to be there
        self._name(entry, place)
        self.previous = place

    def _again(self, entry: Entry, place: int) -> None:
        """A layer called once more belongs to the entry that made it."""
        owner, name = self.library.owner(entry.key)
        if name in owner.blocks or name in owner.models:
            return
        self.asked.append((entry.key, place))
        if entry.key in self.layers:
            self.reads[place].add(self.layers[entry.key])

    def _name(self, entry: Entry, place: int) -> None:
        meant = place if entry.condition is True else self.new(place, *self.reads[place])
        for name in names_bound(entry):
            self.bind(name, meant)
        for layer in (entry.name, entry.binds):
            if isinstance(layer, str) and entry.kind == "layer":
                before = [self.layers[layer]] if layer in self.layers else []
                self.bound.append((layer, place))
                self.layers[layer] = self.new(place, *before)

    def match_templates(self) -> None:
        """Let whoever asks for a name that an expression makes read all that it can mean, wherever given."""
        ends = {name: fixed_ends(name) for name, _ in (*self.bound, *self.asked)}
        made = [(name, place) for name, place in self.bound if ends[name] is not None]
        everything = self.new(*(place for _, place in self.bound))
        left = MOST_COMPARISONS
        for text, reader in self.asked:
            asked = ends[text]
            candidates = made if asked is None else self.bound
            left -= len(candidates)
            if left < 0:
                self.reads[reader].add(everything)
                continue
            wanted = _Ends(*(asked or (text, text)))
            self.reads[reader].update(
                place for name, place in candidates if wanted.could_be(*(ends[name] or (name, name)))
            )


class _Ends(Struct, frozen=True):
    """How a name that is read begins and ends, with its slice; of a name as it stands both are the whole."""

    begin: str
    end: str

    def could_be(self, begin: str, end: str) -> bool:
        """Whether it can be the name that begins and ends so, at least one of them made by an expression."""
        first = self.begin.partition("[")[0]
        if not (first.startswith(begin) or begin.startswith(first)):
            return False
        sliced = self.end.endswith("]") or "[" in self.begin
        return sliced or self.end.endswith(end) or end.endswith(self.end)


def surely(entry: Entry) -> bool:
    """Whether an entry is there whatever the parameters are."""
    if entry.condition is not True:
        return False
    return entry.repeat is None or _turns(entry) > 0


def _turns(entry: Entry) -> int:
    """How many turns a loop surely has; 0 where only an expression tells."""
    repeat = next(iter(entry.repeat.values())) if isinstance(entry.repeat, dict) else entry.repeat
    if isinstance(repeat, list):
        return len(repeat)
    return repeat if isinstance(repeat, int) else 0


def _texts(value: object) -> Iterator[str]:
    """Every string in what `from`, `with` or `outputs` says; keys of mappings are no names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
