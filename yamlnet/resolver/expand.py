"""Expanding entries: loops, conditions, groups and blocks become a flat list of nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from yamlnet.catalog.values import shown, text_mend
from yamlnet.diagnostics.diagnostic import KeyPath, Note
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.calls import Caller, ModelFace
from yamlnet.resolver.chaining import chain_problem
from yamlnet.resolver.evaluate import Unknown
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.given import Values, giver, places, source_notes, sources, written_here
from yamlnet.resolver.left_out import left_out, names_bound
from yamlnet.resolver.loop_size import MAX_DEPTH, Sizes
from yamlnet.resolver.plan import TensorRef
from yamlnet.resolver.reading import MISSING, GraphBuilder, flat, read, read_name
from yamlnet.resolver.scope import Body, Tensors
from yamlnet.schema.expressions import is_template
from yamlnet.schema.forms import Block, Entry, Library
from yamlnet.schema.parameters import check_parameter
from yamlnet.schema.words import PREVIOUS, WIRING

MAX_NODES = 250_000
"""How many entries one model may have once everything is expanded, parameters of blocks included."""

PARAMETERS = 10
"""So many parameters of a block are as much work as an entry, each time that it is used."""

TAG = re.compile(r"[A-Za-z0-9]{1,32}")
"""A loop's value that can stand in names; other turns are known by their number."""


class TooLarge(Exception):
    """The expansion passed its limit; the limit was reported."""


class Expander(Struct):
    """Expands the entries of one graph.

    `values` are each file's parameters and facts, by the library's path: visible in its blocks, unlike
    a caller's loops. `faces` are the models that can be called, by their names in the plan.
    """

    values: Mapping[KeyPath, Values]
    faces: Mapping[str, ModelFace]
    builder: GraphBuilder
    filling: Filling
    count: int = 0
    sizes: Sizes = field(default_factory=Sizes)

    def entries(self, entries: tuple[Entry, ...], body: Body) -> None:
        """Expand a list of entries; `body.previous` ends as the last one's output."""
        for entry in entries:
            self._repeated(entry, body)

    def _repeated(self, entry: Entry, body: Body) -> None:
        if entry.repeat is None:
            self._once(entry, body, "")
            return
        outer_values, outer_tags = body.values, body.tags
        turns = list(self._iterations(entry, body))
        if not turns:
            body.left_out += left_out(entry, "for")
        self._refuse_too_long(entry, len(turns), body)
        turn, chains = entry, isinstance(entry.reads, str) and not is_template(entry.reads)
        for index, (variable, tag, suffix) in enumerate(turns):
            body.values = outer_values if variable is None else outer_values.with_one(*variable)
            body.tags = outer_tags + tag
            made = self._once(turn, body, suffix)
            if chains and made and turn is entry and index + 1 < len(turns):
                turn = replace(entry, reads=PREVIOUS)
                self._refuse_chain(entry, body)
        body.values, body.tags = outer_values, outer_tags

    def _iterations(
        self, entry: Entry, body: Body
    ) -> Iterator[tuple[tuple[str, object, tuple[KeyPath, ...]] | None, tuple[str, ...], str]]:
        """For each turn: the variable, its value and places; the tag and suffix that it puts into names."""
        path = entry.word("for")
        if isinstance(entry.repeat, dict):
            variable, written = next(iter(entry.repeat.items()))
            values = self._loop_values(written, body, (*path, variable))
            place = giver(written, body.values, (*path, variable))
            for index, value in enumerate(values):
                plain = isinstance(value, str | int) and TAG.fullmatch(str(value))
                tag = value if plain else index
                listed = isinstance(written, list)
                given = (*place, index) if listed else place
                behind = sources(written[index] if listed else written, body.values)
                yield (variable, value, (given, *behind)), (f"{variable}{tag}",), ""
            return
        for turn in range(1, len(self._loop_values(entry.repeat, body, path)) + 1):
            yield (None, (f"group{turn}",), "") if entry.kind == "group" else (None, (), f"_{turn}")

    def _loop_values(self, written: object, body: Body, path: KeyPath) -> list[object]:
        value = self.filling.value(written, body.values, path, body.notes)
        if isinstance(value, Unknown):
            return [value]  # how often is not known before the data: one turn keeps the rest checkable
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NODES:
            return list(range(value))
        if isinstance(value, list):
            return value
        message = f"a loop takes a count from 0 to {MAX_NODES} or a list of values, got {shown(value)}"
        notes = (*source_notes(written, body.values), *body.notes)
        self.filling.problems.add("loop", message, path, notes=notes)
        return []

    def _once(self, entry: Entry, body: Body, suffix: str) -> bool:
        """Expand one turn of an entry; whether there was anything, or its `if` did not hold."""
        self._refuse_too_many(entry, body)
        if not self._holds(entry, body):
            self._leave_out(entry, body)
            return False
        if entry.kind == "group":
            self.entries(entry.layers, body)
            return True
        found = self._call(entry, body, suffix)
        body.previous = found
        self._bind(entry, found, body)
        return True

    def _leave_out(self, entry: Entry, body: Body) -> None:
        """What an entry would have given is what it would have read; of several tensors none is meant."""
        place = entry.word("from")
        reads = flat(read(entry.reads, body, self.builder, self.filling, place)) if entry.binds else []
        if entry.binds is None or len(reads) not in (0, len(names_bound(entry))):
            body.left_out += left_out(entry, "if")
        else:  # none is there where what it reads is missing, which is told
            self._bind(entry, reads[0] if len(reads) == 1 else tuple(reads) or MISSING, body)

    def _holds(self, entry: Entry, body: Body) -> bool:
        if entry.condition is True:
            return True
        path = entry.word("if")
        value = self.filling.value(entry.condition, body.values, path, body.notes)
        if isinstance(value, bool):
            return value
        if isinstance(value, Unknown):
            return entry.path not in body.used_at  # once is enough, and a block in itself would not end
        mend = text_mend(value, "true or false") or "; compare it: ${… == …}"
        message = f"`if` needs true or false, this is {shown(value)}{mend}"
        notes = (*source_notes(entry.condition, body.values), *body.notes)
        self.filling.problems.add("condition", message, path, notes=notes)
        return True

    def _call(self, entry: Entry, body: Body, suffix: str) -> Tensors:
        caller = Caller(self.builder, self.filling)
        if entry.kind == "invalid":
            return MISSING
        if entry.kind == "layer":
            return caller.layer(entry, body, suffix)
        if entry.kind in ("op", "random"):
            return caller.function(entry, body, suffix)
        library, name = body.library.owner(entry.key)
        if name in library.blocks:
            return self._block(library.blocks[name], library, entry, body, caller, suffix)
        face = self.faces.get(library.model_name(name))
        if face is not None and name in library.models:
            return caller.model(entry, face, body, suffix)
        if name in library.models:
            message = f'the model "{entry.key}" calls itself in the end, and a model cannot hold itself'
            self.filling.problems.add("model-cycle", message, entry.path, "key", notes=body.notes)
            return MISSING
        if entry.key in body.layers:
            return caller.again(entry, body.layers[entry.key], body, suffix)
        mend = did_you_mean(entry.key, [*body.library.blocks, *body.library.models, *body.layers])
        message = (
            f'no layer above is called "{entry.key}"{mend or "; a layer is named before it is called again"}'
        )
        self.filling.problems.add("unknown-layer", message, entry.path, "key", notes=body.notes)
        return MISSING

    def _block(
        self, block: Block, library: Library, entry: Entry, body: Body, caller: Caller, suffix: str
    ) -> Tensors:
        if len(body.used_at) >= MAX_DEPTH:
            message = (
                f'block "{block.name}" is {MAX_DEPTH} uses deep; give its use of itself an `if` that ends'
            )
            self.filling.problems.add("block-depth", message, entry.path, "key")
            return MISSING
        self._refuse_too_large(block, library, entry, body)
        self.count += (len(block.params) + len(self.values[library.path]) // 10) // PARAMETERS
        values = self._arguments(block, self.values[library.path], entry, body)
        label = caller.name(entry, body, suffix, block.name)
        inner = Body(
            library=library,
            values=values,
            tensors=self._block_inputs(block, entry, body),
            previous=MISSING,
            prefix=(label,),
            used_at=(entry.path, *body.used_at),
            notes=(Note("used here", entry.path), *body.notes),
        )
        inner.previous = inner.tensors[block.inputs[0]]
        self.entries(block.entries, inner)
        return self.outputs(block.outputs, inner, (*block.path, "outputs"))

    def _arguments(self, block: Block, outer: Values, entry: Entry, body: Body) -> Values:
        given = entry.body if isinstance(entry.body, dict) else {}
        if entry.body is not None and not isinstance(entry.body, dict):
            if not block.params:
                message = f'block "{block.name}" has no parameters'
                self.filling.problems.add("unknown-argument", message, entry.path, notes=body.notes)
            given = dict.fromkeys(list(block.params)[:1], entry.body)
        values = Values(outer, outer.given)
        for name in given:
            if name not in block.params:
                known = ", ".join(block.params) or "none"
                mend = did_you_mean(name, [*block.params, *WIRING]) or f"; it has {known}"
                message = f'block "{block.name}" has no parameter "{name}"{mend}'
                self.filling.problems.add(
                    "unknown-argument", message, (*entry.path, name), "key", notes=body.notes
                )
        for name, parameter in block.params.items():
            place = (*entry.path, name) if isinstance(entry.body, dict) else entry.path
            values.given[name] = (
                places(given[name], body.values, place)
                if name in given
                else places(parameter.default, values, parameter.default_path)
            )
            if name in given:
                values[name] = self.filling.value(given[name], body.values, place, body.notes)
                problem = check_parameter(parameter, values[name])
                if problem is not None and not isinstance(values[name], Unknown):
                    message = f"{problem}, got {shown(values[name])}"
                    first, *behind = values.given[name]
                    self.filling.misfit(
                        "wrong-type", message, first, place, "value", body.notes, written_here(behind)
                    )
                    values[name] = Unknown("")  # reported: what it would break in the block is no news
            elif parameter.broken:
                values[name] = Unknown("")
            elif parameter.required:
                message = f'block "{block.name}" needs its parameter "{name}"'
                missing = (*entry.path, name)
                self.filling.problems.add("missing-argument", message, missing, "key", notes=body.notes)
                values[name] = Unknown("")
            else:
                values[name] = self.filling.value(parameter.default, values, parameter.path)
        return values

    def _block_inputs(self, block: Block, entry: Entry, body: Body) -> dict[str, Tensors]:
        reads = read(entry.reads, body, self.builder, self.filling, entry.word("from"))
        if isinstance(reads, dict):
            found: dict[str, Tensors] = {str(name): value for name, value in reads.items()}
        elif len(block.inputs) == 1:
            found = {block.inputs[0]: tuple(flat(reads)) if isinstance(reads, list) else reads}  # type: ignore[dict-item]
        else:
            found = dict(zip(block.inputs, flat(reads), strict=False))
        missing = [name for name in block.inputs if name not in found]
        if missing or len(found) != len(block.inputs):
            names = ", ".join(block.inputs)
            given = ", ".join(found) if isinstance(reads, dict) else len(found)
            message = f'block "{block.name}" takes {len(block.inputs)} inputs ({names}), `from` gives {given}'
            self.filling.problems.add("inputs", message, entry.word("from"), "key", notes=body.notes)
        return {**dict.fromkeys(missing, MISSING), **found}

    def outputs(self, written: object, body: Body, path: KeyPath) -> Tensors:
        """What `outputs` of a block says; the last entry's output where it says nothing."""
        if written is None:
            return body.previous
        if isinstance(written, str):
            return read_name(written, body, self.builder, self.filling, path)
        named = (
            written
            if isinstance(written, dict)
            else dict(enumerate(written))
            if isinstance(written, list)
            else {}
        )
        return tuple(self._output(name, body, (*path, key)) for key, name in named.items())

    def _output(self, name: object, body: Body, path: KeyPath) -> Tensors:
        if not isinstance(name, str):
            return MISSING  # no name: that was reported
        return read_name(name, body, self.builder, self.filling, path)

    def _bind(self, entry: Entry, found: Tensors, body: Body) -> None:
        path = entry.word("as")
        caller = Caller(self.builder, self.filling)
        if isinstance(entry.binds, str):
            body.tensors[caller.text(entry.binds, body, path)] = found
        elif entry.binds is not None:
            self._bind_several(entry, entry.binds, found, body, caller)
        elif entry.name is not None and entry.kind != "group":
            body.tensors[caller.text(entry.name, body, entry.word("name"))] = found

    def _bind_several(
        self, entry: Entry, names: tuple[str, ...], found: Tensors, body: Body, caller: Caller
    ) -> None:
        path = entry.word("as")
        if isinstance(found, tuple) and len(found) != len(names):
            message = f"`as` names {len(names)} outputs, there are {len(found)}"
            notes = (*_given_by(entry, body), *body.notes)
            self.filling.problems.add("outputs", message, path, notes=notes)
        for index, name in enumerate(names):
            part: Tensors = MISSING
            if isinstance(found, tuple):
                part = found[index] if index < len(found) else MISSING
            elif found is not MISSING:
                part = TensorRef(found.node, index)
            body.tensors[caller.text(name, body, (*path, index))] = part

    def _refuse_chain(self, entry: Entry, body: Body) -> None:
        """Refuse a second turn that cannot read what the first one gave."""
        problem = chain_problem(entry, body.previous, body.library)
        if problem is not None:
            self.filling.problems.add("loop", problem, entry.word("for"), "key", notes=body.notes)

    def _refuse_too_long(self, entry: Entry, turns: int, body: Body) -> None:
        """Refuse a loop by what it would make, before it is made."""
        each = self.sizes.once(entry, body.library)
        if self.count + turns * each <= MAX_NODES:
            return
        made = f"{turns:,} × {each:,} = {turns * each:,} entries"
        before = f" beside the {self.count:,} before it" if turns * each <= MAX_NODES else ""
        message = f"this loop makes {made}{before}; a model may have {MAX_NODES:,}"
        self.filling.problems.add("too-large", message, entry.word("for"), notes=body.notes)
        raise TooLarge

    def _refuse_too_large(self, block: Block, library: Library, entry: Entry, body: Body) -> None:
        """Refuse a block by what it would make, before it is made."""
        size = self.sizes.block(block, library)
        if size > MAX_NODES:
            message = (
                f'this use of block "{block.name}" makes {size:,} entries; a model may have {MAX_NODES:,}'
            )
            self.filling.problems.add("too-large", message, entry.path, "key", notes=body.notes)
            raise TooLarge

    def _refuse_too_many(self, entry: Entry, body: Body) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            message = f"the model has more than {MAX_NODES:,} entries here, once everything is expanded"
            self.filling.problems.add("too-large", message, entry.path, "key", notes=body.notes)
            raise TooLarge


def _given_by(entry: Entry, body: Body) -> tuple[Note, ...]:
    """Where the block or model that an entry calls says what it gives."""
    library, name = body.library.owner(entry.key)
    called = library.blocks.get(name) or library.models.get(name)
    return (Note(f'"{name}" gives them here', (*called.path, "outputs")),) if called is not None else ()
