"""The third stage: a blueprint becomes a plan, with parameters, expressions, loops and blocks filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from msgspec import Struct, field

from yamlnet.diagnostics.diagnostic import At, KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.resolver.calls import ModelFace
from yamlnet.resolver.expand import Expander, TooLarge
from yamlnet.resolver.file_values import Facts, file_values
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.given import Values
from yamlnet.resolver.inputs import read_inputs
from yamlnet.resolver.loop_size import MAX_DEPTH
from yamlnet.resolver.model_order import callees_first, models_called
from yamlnet.resolver.names import NameMaker
from yamlnet.resolver.objective import fed_graph, objective_plan, served
from yamlnet.resolver.plan import DataPlan, Graph, ObjectivePlan, Plan, TensorRef, TrainPlan
from yamlnet.resolver.reading import GraphBuilder
from yamlnet.resolver.scope import Body, Tensors
from yamlnet.resolver.sections import data_plan
from yamlnet.resolver.token_files import TokenFiles
from yamlnet.resolver.train_section import train_plan
from yamlnet.resolver.unreached import check_unreached
from yamlnet.schema.expressions import is_template
from yamlnet.schema.forms import Blueprint, Library, Model
from yamlnet.schema.objective_forms import has_targets
from yamlnet.schema.words import DEFAULT_MODEL, name_mistake, shortened
from yamlnet.syntax.tree import Tree


def resolve(
    blueprint: Blueprint,
    facts: Facts | None = None,
    problems: Problems | None = None,
    tree: Tree | None = None,
) -> Plan:
    """Fill a blueprint in; without facts, what needs them stays unknown and is listed in `Plan.unknown`.

    Args:
        blueprint: from `validate`.
        facts: what the data knows, once it is loaded.
        problems: where mistakes go, as for `validate`; without it, mistakes raise.
        tree: what it was read from: vocabularies are files beside those that name them.

    Raises:
        BlueprintError: with every mistake that only shows once things are filled in: names that
            nothing gives, expressions that fail, loops that are too long.
    """
    found = Problems() if problems is None else problems
    filling = Filling(found, TokenFiles(tree))
    by_file = file_values(blueprint, facts, filling)
    models = _Models(by_file, filling)
    graphs = {
        library.model_name(name): models.graph(library, library.models[name])
        for library, name in callees_first(blueprint)
    }
    values = by_file[blueprint.path]
    document = blueprint.document
    section = _section(document, "train") or {}
    objective = objective_plan(section, graphs, values, filling)
    data, train = _sections(document, graphs, objective, values, filling)
    seed = filling.value(section.get("seed", 0), values, ("train", "seed"))
    backend = filling.value(section.get("backend", "auto"), values, ("train", "backend"))
    check_unreached(blueprint, by_file, found)
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
        objective=objective,
    )


def _sections(
    document: Mapping[str, object],
    graphs: dict[str, Graph],
    objective: ObjectivePlan,
    values: Values,
    filling: Filling,
) -> tuple[DataPlan | None, TrainPlan | None]:
    """The sections about learning; the model that an objective's models make is added to the graphs."""
    written = _section(document, "train")
    if DEFAULT_MODEL not in graphs and objective.models and (whole := served(objective, graphs)) is not None:
        graphs[DEFAULT_MODEL] = whole
    main = graphs.get(DEFAULT_MODEL)
    compared = main.outputs if main is not None and has_targets(written) else ()
    data = data_plan(_section(document, "data"), fed_graph(objective, graphs), compared, values, filling)
    return data, train_plan(written, graphs, objective, values, filling)


def _section(document: Mapping[str, object], key: str) -> Mapping[str, object] | None:
    value = document.get(key)
    return value if isinstance(value, dict) else None


class _Models(Struct):
    """Builds the graphs of a blueprint, callees first; `values` are each file's by its path."""

    values: Mapping[KeyPath, Values]
    filling: Filling
    faces: dict[str, ModelFace] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)

    def _check_depth(self, name: str, callees: Collection[str], model: Model) -> None:
        """Refuse models that call each other deeper than Keras could follow; the first of them is told."""
        self.depths[name] = 1 + max((self.depths.get(callee, 0) for callee in callees), default=0)
        if self.depths[name] == MAX_DEPTH + 1:
            message = f"models call each other more than {MAX_DEPTH} deep here"
            self.filling.problems.add("block-depth", message, model.path, "key")

    def graph(self, library: Library, model: Model) -> Graph:
        """Expand one model of a file."""
        callees = models_called(library, model.entries)
        self._check_depth(library.model_name(model.name), callees, model)
        builder = GraphBuilder(NameMaker(callees))
        values = self.values[library.path]
        inputs = read_inputs(model, values, self.filling)
        builder.names.used.update(given.name for given in inputs)
        body = Body(
            library=library,
            values=values,
            tensors={given.name: TensorRef(given.name) for given in inputs},
            previous=TensorRef(inputs[0].name) if inputs else (),
        )
        expander = Expander(self.values, self.faces, builder, self.filling)
        with suppress(TooLarge):  # reported; what was expanded so far is enough to go on
            expander.entries(model.entries, body)
        found = expander.outputs(model.outputs, body, (*model.path, "outputs"))
        outputs = self._named_outputs(model, found)
        single = not isinstance(found, tuple) and not isinstance(model.outputs, list | dict)
        form = "single" if single else "mapping" if isinstance(model.outputs, dict) else "list"
        name = library.model_name(model.name)
        graph = Graph(name, inputs, tuple(builder.nodes), outputs, form, model.path)  # type: ignore[arg-type]
        self.faces[name] = ModelFace(name, tuple(given.name for given in inputs), len(outputs), single)
        return graph

    def _named_outputs(self, model: Model, found: Tensors) -> dict[str, TensorRef]:
        refs = [
            ref for ref in (found if isinstance(found, tuple) else (found,)) if isinstance(ref, TensorRef)
        ]
        if isinstance(model.outputs, dict | list):
            names = self._checked(list(model.outputs), model)
        elif isinstance(model.outputs, str):
            names = self._checked([model.outputs], model)
        else:
            names = [_output_name(ref, model, alone=len(refs) == 1) for ref in refs]
        return dict(zip(names, refs, strict=False))

    def _checked(self, names: list[object], model: Model) -> list[str]:
        """Refuse outputs whose names are none: a slice, an expression, a text that means a place."""
        path = (*model.path, "outputs")
        for index, name in enumerate(names):
            if not isinstance(name, str):
                continue  # that was reported
            if mistake := name_mistake(name, "tensor"):
                at: At = "key" if isinstance(model.outputs, dict) else "value"
                step = () if isinstance(model.outputs, str) else (name if at == "key" else index,)
                message = f'"{name}" cannot name an output; {mistake}; name it: outputs: {{answer: …}}'
                self.filling.problems.add("name", message, (*path, *step), at)
        return [str(name) for name in names]


def _output_name(ref: TensorRef, model: Model, alone: bool) -> str:
    """An unnamed output is called as the last entry is, as Keras calls it by its layer."""
    last = model.entries[-1] if model.entries else None
    if alone and last is not None and isinstance(last.binds, str) and not is_template(last.binds):
        return last.binds
    return ref.node if ref.output is None else shortened(f"{ref.node}_{ref.output}")
