"""One call in a graph: from an entry and what it reads to a `Node`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from yamlnet.catalog.entry import Argument
from yamlnet.catalog.entry import Entry as CatalogEntry
from yamlnet.catalog.load import catalog
from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.evaluate import Unknown
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.given import source_notes, sources
from yamlnet.resolver.plan import Callee, FunctionCall, LayerCall, ModelCall, Node, TensorRef
from yamlnet.resolver.reading import MISSING, GraphBuilder, flat, read
from yamlnet.resolver.scope import Body, NamedLayer, Tensors
from yamlnet.schema.entries import (
    check_call,
    filled_by_reads,
    filled_by_wiring,
    names_tensors,
    random_inputs,
    tensor_arguments,
    without,
)
from yamlnet.schema.expressions import is_template
from yamlnet.schema.forms import Entry
from yamlnet.schema.objects import Written, read_object
from yamlnet.schema.wiring import Wiring
from yamlnet.schema.words import WIRING, name_mistake, snake_case


class ModelFace(Struct, frozen=True):
    """What a caller of a model needs to know: its name in the plan, its inputs, how much it gives."""

    name: str
    inputs: tuple[str, ...]
    outputs: int
    single: bool


class Caller(Struct):
    """What turning entries into nodes needs, for one graph."""

    builder: GraphBuilder
    filling: Filling

    def layer(self, entry: Entry, body: Body, suffix: str) -> Tensors:
        """Call a Keras layer."""
        known = catalog().find("layer", entry.key)
        if known is None:
            return MISSING
        written = read_object(known, entry.key, entry.body, entry.path)
        spec = self.filling.arguments(known, written, body.values, body.notes)
        name = self.name(entry, body, suffix, snake_case(known.name))
        call = LayerCall(spec, name)
        for word, given in names_of(entry):
            body.layers[self.text(given, body, (*entry.path, word))] = NamedLayer(call, known)
        return self._node(name, call, known, entry, body, _given(written, body))

    def again(self, entry: Entry, named: NamedLayer, body: Body, suffix: str) -> Tensors:
        """Call a layer named above once more, sharing its weights."""
        if entry.body:
            message = f'"{entry.key}" is the layer named above; its arguments stand there'
            self.filling.problems.add("shared-layer", message, entry.path, "key", notes=body.notes)
        check_call(named.entry, entry.key, entry.reads, entry.call, entry.path, self.filling.problems)
        name = self.name(entry, body, suffix, named.call.instance)
        return self._node(name, named.call, named.entry, entry, body)

    def function(self, entry: Entry, body: Body, suffix: str) -> Tensors:
        """Call an operation of `keras.ops` or `keras.random`."""
        prefix, _, function = entry.key.partition(".")
        kind = "op" if prefix == "ops" else "random"
        known = catalog().find("op" if kind == "op" else "random", function)
        if known is None:
            return MISSING
        if kind == "random":
            return self._random(known, entry, body, suffix)
        wiring = Wiring(reads=entry.reads, call=entry.call)
        given = filled_by_wiring(known, wiring)
        written = read_object(without(known, given), entry.key, entry.body, entry.path)
        name = self.name(entry, body, suffix, function)
        reads = read(entry.reads, body, self.builder, self.filling, (*entry.path, "from"))
        kwargs = self._function_tensors(known, entry, reads, body)
        kwargs |= self._with(known.by_name, entry, body)
        for argument, value in written.arguments.items():
            type = known.by_name.get(argument)
            if type is not None:
                what, place = f'"{argument}" of "{entry.key}"', written.place(argument)
                kwargs[argument] = self.filling.typed(type.type, value, body.values, place, what, body.notes)
        callee, sources = FunctionCall("op", known.name), _given(written, body)
        return self.builder.add(Node(name, callee, (), kwargs, entry.path, body.used_at, sources))

    def _random(self, known: CatalogEntry, entry: Entry, body: Body, suffix: str) -> Tensors:
        """A random operation reads one tensor: what it works on, or whose batch axis it draws for."""
        written = read_object(without(known, random_inputs(known)), entry.key, entry.body, entry.path)
        spec = self.filling.arguments(known, written, body.values, body.notes)
        name = self.name(entry, body, suffix, known.name)
        read_tensor = read(entry.reads, body, self.builder, self.filling, (*entry.path, "from"))
        callee = FunctionCall("random", known.name)
        node = Node(name, callee, tuple(flat(read_tensor)[:1]), spec.arguments, entry.path, body.used_at)
        return self.builder.add(node)

    def _function_tensors(
        self, known: CatalogEntry, entry: Entry, reads: object, body: Body
    ) -> dict[str, object]:
        names = filled_by_reads(known, entry.reads)
        if isinstance(reads, dict):
            return {str(key): _call_form(value) for key, value in reads.items()}
        if not names:
            return {}
        first = known.by_name[names[0]]
        if first.tensor == "many":
            return {names[0]: flat(reads)}
        values = flat(reads) if isinstance(reads, list) else [reads]
        if len(values) > len(names):
            self._too_many(entry, len(values), len(names), body)
        return dict(zip(names, values, strict=False))

    def model(self, entry: Entry, face: ModelFace, body: Body, suffix: str) -> Tensors:
        """Call another model of the blueprint, or of an imported file."""
        self._refuse_arguments(entry, body)
        reads = read(entry.reads, body, self.builder, self.filling, (*entry.path, "from"))
        name = self.name(entry, body, suffix, face.name, of_model=True)
        argument = self._model_argument(entry, face.inputs, reads, body)
        output = self.builder.add(Node(name, ModelCall(face.name), (argument,), {}, entry.path, body.used_at))
        return output if face.single else tuple(TensorRef(name, index) for index in range(face.outputs))

    def _refuse_arguments(self, entry: Entry, body: Body) -> None:
        """A model has no parameters: what it reads is all that a call of it says."""
        if entry.body is None or entry.body == {}:
            return
        names = list(entry.body) if isinstance(entry.body, dict) else []
        for name in names:
            mend = did_you_mean(name, WIRING) or "; only what it reads: from: …"
            message = f'"{entry.key}" is a model, which takes no argument "{name}"{mend}'
            place = (*entry.path, name)
            self.filling.problems.add("unknown-argument", message, place, "key", notes=body.notes)
        if not names:
            message = f'"{entry.key}" is a model, which takes no arguments; only what it reads: from: …'
            self.filling.problems.add("unknown-argument", message, entry.path, notes=body.notes)

    def _model_argument(self, entry: Entry, inputs: tuple[str, ...], reads: object, body: Body) -> object:
        values = reads if isinstance(reads, dict) else dict(zip(inputs, flat(reads), strict=False))
        given = len(reads) if isinstance(reads, dict) else len(flat(reads))
        if given != len(inputs) or set(values) != set(inputs):
            taken = f"{len(inputs)} input{'s' if len(inputs) != 1 else ''} ({', '.join(inputs)})"
            names = f" ({', '.join(map(str, values))})" if given == len(inputs) else ""
            message = f'"{entry.key}" takes {taken}, `from` gives {given}{names}'
            self.filling.problems.add("inputs", message, entry.word("from"), "key", notes=body.notes)
        return next(iter(values.values()), MISSING) if len(inputs) == 1 else values

    def _node(
        self,
        name: str,
        callee: Callee,
        known: CatalogEntry,
        entry: Entry,
        body: Body,
        given: Mapping[str, tuple[KeyPath, ...]] | None = None,
    ) -> Tensors:
        reads = read(entry.reads, body, self.builder, self.filling, (*entry.path, "from"))
        args, kwargs = self._layer_tensors(known, entry, reads, body)
        kwargs |= self._with(known.call_by_name, entry, body)
        return self.builder.add(Node(name, callee, args, kwargs, entry.path, body.used_at, given or {}))

    def _layer_tensors(
        self, known: CatalogEntry, entry: Entry, reads: object, body: Body
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        if isinstance(reads, dict):
            return (), {str(key): _call_form(value) for key, value in reads.items()}
        tensors = tensor_arguments(known)
        if tensors and tensors[0].tensor == "many":
            return (flat(reads),), {}
        if not isinstance(reads, list):
            return (_call_form(reads),), {}
        if len(reads) > len(tensors):
            self._too_many(entry, len(reads), len(tensors), body)
        return tuple(_call_form(item) for item in reads), {}

    def _too_many(self, entry: Entry, given: int, taken: int, body: Body) -> None:
        tensors = "one tensor" if taken == 1 else f"{taken} tensors"
        message = (
            f'"{entry.key}" takes {tensors}, `from` gives {given}; join them first with Concatenate or Add'
        )
        self.filling.problems.add("inputs", message, (*entry.path, "from"), notes=body.notes)

    def _with(self, arguments: Mapping[str, Argument], entry: Entry, body: Body) -> dict[str, object]:
        call: dict[str, object] = {}
        for name, value in entry.call.items():
            argument = arguments.get(name)
            path = (*entry.path, "with", name)
            if argument is None:
                continue
            if argument.tensor != "no" and names_tensors(value):
                call[name] = _call_form(read(value, body, self.builder, self.filling, path))
            else:
                what = f'"{name}" of "{entry.key}"'
                call[name] = self.filling.typed(argument.type, value, body.values, path, what, body.notes)
        return call

    def name(self, entry: Entry, body: Body, suffix: str, default: str, of_model: bool = False) -> str:
        """The Keras name of an entry's node: its `name`, else its `as`, else its class."""
        word, given = next(names_of(entry), ("", None))
        if given is None:
            return self.builder.names.make(body.prefix + body.tags, default, suffix, chosen=of_model)
        if is_template(given):
            # The user made the name from the loop's variables: adding them again would repeat them.
            return self.builder.names.make(body.prefix, self.text(given, body, (*entry.path, word)))
        return self.builder.names.make(body.prefix + body.tags, given, suffix)

    def text(self, value: str, body: Body, path: KeyPath) -> str:
        """A name with its expressions filled in."""
        filled = self.filling.value(value, body.values, path, body.notes)
        mistake = name_mistake(filled, "layer" if path[-1] == "name" else "tensor")
        if is_template(value) and mistake and not isinstance(filled, Unknown):
            message = f'"{filled}" cannot be a name; {mistake}'
            notes = (*source_notes(value, body.values), *body.notes)
            self.filling.problems.add("name", message, path, notes=notes)
        return str(filled)


def names_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """The words that name an entry's layer, with the name that each gives: `name` before `as`."""
    if entry.name is not None:
        yield "name", entry.name
    if isinstance(entry.binds, str):
        yield "as", entry.binds


def _given(written: Written, body: Body) -> dict[str, tuple[KeyPath, ...]]:
    """Of each argument with an expression, the places of what that reads."""
    found = {}
    for name, value in written.arguments.items():
        places = sources(value, body.values)
        if places:
            found[name] = places
    return found


def _call_form(value: object) -> object:
    """What a call takes: several outputs of one thing go in as a list."""
    return [_call_form(item) for item in value] if isinstance(value, tuple) else value
