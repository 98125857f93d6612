"""The third stage: a blueprint becomes a plan, with parameters, expressions, loops and blocks filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from yamlnet.catalog.values import shown
from yamlnet.diagnostics.problems import Problems
from yamlnet.resolver.evaluate import Unknown
from yamlnet.resolver.expand import Expander, ModelFace, TooLarge
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.inputs import read_inputs
from yamlnet.resolver.plan import Graph, Plan, TensorRef
from yamlnet.resolver.reading import GraphBuilder
from yamlnet.resolver.scope import Body, Tensors
from yamlnet.resolver.sections import data_plan, train_plan
from yamlnet.schema.expressions import is_template
from yamlnet.schema.forms import Blueprint, Entry, Model
from yamlnet.schema.parameters import check_parameter
from yamlnet.schema.words import DEFAULT_MODEL

Facts = Mapping[str, object]
"""What the data knows: `steps`, and `data` as nested mappings (`data.digit.classes`)."""


def resolve(blueprint: Blueprint, facts: Facts | None = None, problems: Problems | None = None) -> Plan:
    """Fill a blueprint in.

    Without facts, what needs them stays unknown and is listed in `Plan.unknown`.

    Args:
        blueprint: from `validate`.
        facts: what the data knows, once it is loaded.
        problems: where mistakes go, as for `validate`; without it, mistakes raise.

    Raises:
        BlueprintError: with every mistake that only shows once things are filled in: names that
            nothing gives, expressions that fail, loops that are too long.
    """
    found = Problems() if problems is None else problems
    filling = Filling(found)
    values = _values(blueprint, facts, filling)
    models = _Models(blueprint, values, filling)
    graphs = {name: models.graph(blueprint.models[name]) for name in _callees_first(blueprint)}
    document = blueprint.document
    main = graphs.get(DEFAULT_MODEL)
    data = data_plan(_section(document, "data"), main, values, filling)
    train = train_plan(_section(document, "train"), main, values, filling)
    section = _section(document, "train") or {}
    seed = filling.value(section.get("seed", 0), values, ("train", "seed"))
    backend = filling.value(section.get("backend", "auto"), values, ("train", "backend"))
    if problems is None:
        found.raise_if_failed()
    return Plan(
        name=blueprint.name,
        models=graphs,
        data=data,
        train=train,
        export=blueprint.export,
        seed=seed if isinstance(seed, int) else 0,
        backend=str(backend),
        params={name: values[name] for name in blueprint.params},
        sections=frozenset(document),
        unknown=tuple(dict.fromkeys(filling.unknown)),
    )


def _section(document: Mapping[str, object], key: str) -> Mapping[str, object] | None:
    value = document.get(key)
    return value if isinstance(value, dict) else None


def _values(blueprint: Blueprint, facts: Facts | None, filling: Filling) -> dict[str, object]:
    """The file's parameters and the data's facts, by name."""
    values: dict[str, object] = dict(facts or {"steps": Unknown("steps"), "data": Unknown("data")})
    for name, parameter in blueprint.params.items():
        written_in_full = isinstance(cast(dict[str, object], blueprint.document["params"])[name], dict)
        path = (*parameter.path, "default") if written_in_full else parameter.path
        if parameter.required:
            message = f'parameter "{name}" has no value; give it a default, or --set params.{name}=…'
            filling.problems.add("missing-parameter", message, parameter.path, "key")
            values[name] = Unknown("")
            continue
        values[name] = filling.value(parameter.default, values, path)
        problem = check_parameter(parameter, values[name])
        if problem is not None and not isinstance(values[name], Unknown):
            filling.problems.add("wrong-type", f"{problem}, got {shown(values[name])}", path)
    return values


def _callees_first(blueprint: Blueprint) -> list[str]:
    """Model names with each model after those that it calls, directly or in a block."""
    order: list[str] = []

    def visit(name: str, open_models: tuple[str, ...]) -> None:
        if name in order or name in open_models:
            return
        seen_blocks: set[str] = set()
        for callee in _callees(blueprint, blueprint.models[name].entries, seen_blocks):
            visit(callee, (*open_models, name))
        order.append(name)

    for name in blueprint.models:
        visit(name, ())
    return order


def _callees(blueprint: Blueprint, entries: tuple[Entry, ...], seen: set[str]) -> Iterator[str]:
    for entry in entries:
        if entry.kind == "group":
            yield from _callees(blueprint, entry.layers, seen)
        elif entry.key in blueprint.models and entry.kind == "use":
            yield entry.key
        elif entry.key in blueprint.blocks and entry.key not in seen:
            seen.add(entry.key)
            yield from _callees(blueprint, blueprint.blocks[entry.key].entries, seen)


@dataclass(slots=True)
class _Models:
    """Builds the graphs of a blueprint, callees first."""

    blueprint: Blueprint
    values: dict[str, object]
    filling: Filling
    faces: dict[str, ModelFace] = field(default_factory=dict)

    def graph(self, model: Model) -> Graph:
        """Expand one model."""
        builder = GraphBuilder()
        inputs = read_inputs(model, self.values, self.filling)
        builder.names.used.update(given.name for given in inputs)
        body = Body(
            values=self.values,
            tensors={given.name: TensorRef(given.name) for given in inputs},
            previous=TensorRef(inputs[0].name) if inputs else (),
        )
        expander = Expander(self.blueprint, self.values, self.faces, builder, self.filling)
        with suppress(TooLarge):  # reported; what was expanded so far is enough to go on
            expander.entries(model.entries, body)
        found = expander.outputs(model.outputs, body, (*model.path, "outputs"))
        outputs = self._named_outputs(model, found)
        single = not isinstance(found, tuple) and not isinstance(model.outputs, list | dict)
        form = "single" if single else "mapping" if isinstance(model.outputs, dict) else "list"
        graph = Graph(model.name, inputs, tuple(builder.nodes), outputs, form, model.path)  # type: ignore[arg-type]
        self.faces[model.name] = ModelFace(tuple(given.name for given in inputs), len(outputs), single)
        return graph

    def _named_outputs(self, model: Model, found: Tensors) -> dict[str, TensorRef]:
        refs = [
            ref for ref in (found if isinstance(found, tuple) else (found,)) if isinstance(ref, TensorRef)
        ]
        if isinstance(model.outputs, dict | list):
            names = [str(name) for name in model.outputs]
        elif isinstance(model.outputs, str):
            names = [model.outputs]
        else:
            names = [_output_name(ref, model, alone=len(refs) == 1) for ref in refs]
        return dict(zip(names, refs, strict=False))


def _output_name(ref: TensorRef, model: Model, alone: bool) -> str:
    """An unnamed output is called as the last entry is, as Keras calls it by its layer."""
    last = model.entries[-1] if model.entries else None
    if alone and last is not None and isinstance(last.binds, str) and not is_template(last.binds):
        return last.binds
    return ref.node if ref.output is None else f"{ref.node}_{ref.output}"
