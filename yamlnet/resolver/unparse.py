"""A plan written back as a blueprint: flat, without expressions, readable by this same language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from yamlnet.resolver.plan import (
    DataPlan,
    DistributionPlan,
    FunctionCall,
    Graph,
    LayerCall,
    ModelCall,
    Node,
    ObjectivePlan,
    ObjectSpec,
    Plan,
    SliceCall,
    SourcePlan,
    TensorPlan,
    TensorRef,
    TrainPlan,
    WindowPlan,
)  # fmt: skip
from yamlnet.resolver.transfer_plan import TransferPlan
from yamlnet.schema.references import Reference, written
from yamlnet.schema.words import DEFAULT_MODEL, VERSION, name_mistake, shortened


def unparse(plan: Plan) -> dict[str, object]:
    """The plan as plain data in the language of blueprints.

    Resolving the result gives the same graphs with the same layer names.
    """
    document: dict[str, object] = {"yamlnet": VERSION, "name": plan.name}
    counts = {name: len(graph.outputs) for name, graph in plan.models.items()}
    nodes = (node for graph in plan.models.values() for node in graph.nodes)
    called = {node.callee.model for node in nodes if isinstance(node.callee, ModelCall)}
    graphs = {name: _graph(graph, counts, name in called) for name, graph in plan.models.items()}
    whole = graphs.pop(DEFAULT_MODEL)
    if graphs:
        document["models"] = graphs
    document["model"] = whole
    if plan.data is not None:
        document["data"] = _data(plan.data)
    if plan.train is not None:
        document["train"] = _train(plan.train) | {"seed": plan.seed, "backend": plan.backend}
    if plan.export:
        document["export"] = list(plan.export)
    return document


def form(value: object) -> object:
    """A filled value in the user's form: specs become objects, everything else stays."""
    if isinstance(value, ObjectSpec):
        arguments = {name: form(item) for name, item in value.arguments.items()}
        if value.kind == "metric" and value.name.islower() and "name" in arguments:
            return arguments["name"]  # `acc`: a name alone, that Keras chooses by
        return {value.name: arguments} if arguments else value.name
    if isinstance(value, list | tuple):
        return [form(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): form(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    return repr(value)  # an Unknown: its expression, as it was written


class _Names:
    """How tensors are called in the flat file: outputs of several-output nodes get names of their own.

    `counts` says how many outputs each model has: a call of one names them all.
    """

    def __init__(self, graph: Graph, counts: Mapping[str, int] = MappingProxyType({})) -> None:
        self.slices = {node.name: node for node in graph.nodes if isinstance(node.callee, SliceCall)}
        self.highest: dict[str, int] = {}
        for ref in _references(graph):
            if ref.output is not None:
                self.highest[ref.node] = max(ref.output, self.highest.get(ref.node, 0))
        for node in graph.nodes:
            if isinstance(node.callee, ModelCall) and node.name in self.highest:
                self.highest[node.name] = counts.get(node.callee.model, 1) - 1
        self.safe = _safe_names(graph)

    def reference(self, ref: TensorRef) -> str:
        sliced = self.slices.get(ref.node)
        if sliced is None:
            return self._tensor(ref)
        inner = sliced.args[0]
        assert isinstance(inner, TensorRef)
        assert isinstance(sliced.callee, SliceCall)
        whole = self.safe[inner.node] if inner.node in self.slices else self._tensor(inner)
        return written(Reference(whole, sliced.callee.index))

    @property
    def sliced_again(self) -> set[str]:
        """Slices of which slices are taken: a reference holds one slice, so these need names."""
        inner = (node.args[0] for node in self.slices.values())
        return {ref.node for ref in inner if isinstance(ref, TensorRef) and ref.node in self.slices}

    def _tensor(self, ref: TensorRef) -> str:
        name = self.safe[ref.node]
        return name if ref.output is None else shortened(f"{name}_output{ref.output}")

    def outputs_of(self, node: Node) -> str | list[str]:
        name = self.safe[node.name]
        if node.name not in self.highest:
            return name
        return [shortened(f"{name}_output{index}") for index in range(self.highest[node.name] + 1)]


def _safe_names(graph: Graph) -> dict[str, str]:
    """Tensor names for nodes: the node's own unless the language could not read it."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for name in [given.name for given in graph.inputs] + [node.name for node in graph.nodes]:
        readable = name_mistake(name, "tensor") is None
        safe = name if readable else shortened("t_" + re.sub(r"[^A-Za-z0-9]", "_", name))
        while safe in taken:
            safe = shortened(f"{safe}_")
        taken.add(safe)
        names[name] = safe
    return names


def _references(graph: Graph) -> list[TensorRef]:
    found: list[TensorRef] = list(graph.outputs.values())

    def visit(value: object) -> None:
        if isinstance(value, TensorRef):
            found.append(value)
        elif isinstance(value, list | tuple):
            for item in value:
                visit(item)
        elif isinstance(value, Mapping):
            for item in value.values():
                visit(item)

    for node in graph.nodes:
        visit(node.args)
        visit(node.kwargs)
    return found


def _graph(graph: Graph, counts: Mapping[str, int], called: bool) -> dict[str, object]:
    names = _Names(graph, counts)
    instances: dict[str, str] = {}
    layers = [
        _entry(node, names, instances) if not isinstance(node.callee, SliceCall) else _naming(node, names)
        for node in listed(graph)
    ]
    outputs = {name: names.reference(ref) for name, ref in graph.outputs.items()}
    single = graph.output_form == "single" and len(outputs) == 1
    name, reference = next(iter(outputs.items()), ("", ""))
    # A model that is called gives one tensor where it gave one, whatever that is called in it.
    keep: object = reference if single and (name == reference or called) else outputs
    if graph.output_form == "list" and all(key == value for key, value in outputs.items()):
        keep = list(outputs)
    inputs = {given.name: form(given.arguments) for given in graph.inputs}
    return {"inputs": inputs, "layers": layers, "outputs": keep}


def listed(graph: Graph) -> list[Node]:
    """The nodes that have an entry of their own in the flat file; a slice stands where it is read."""
    again = _Names(graph).sliced_again
    return [node for node in graph.nodes if not isinstance(node.callee, SliceCall) or node.name in again]


def _naming(node: Node, names: _Names) -> dict[str, object]:
    """An entry that is not there but gives what it would have read a name."""
    return {
        "Identity": {"from": names.reference(TensorRef(node.name)), "if": False, "as": names.safe[node.name]}
    }


def _entry(node: Node, names: _Names, instances: dict[str, str]) -> dict[str, object]:
    callee = node.callee
    body: dict[str, object] = {}
    if isinstance(callee, LayerCall):
        if callee.instance in instances:
            key = instances[callee.instance]
        else:
            key = callee.layer.name
            body.update({name: form(value) for name, value in callee.layer.arguments.items()})
            instances[callee.instance] = names.safe[node.name]
    elif isinstance(callee, FunctionCall):
        key = f"{'ops' if callee.kind == 'op' else 'random'}.{callee.function}"
    else:
        assert isinstance(callee, ModelCall)
        key = callee.model
    return {key: body | _wiring(node, names)}


def _wiring(node: Node, names: _Names) -> dict[str, object]:
    words: dict[str, object] = {}
    if len(node.args) == 1:
        words["from"] = _tensors(node.args[0], names)
    elif node.args:
        words["from"] = [_tensors(item, names) for item in node.args]
    tensors = {key: value for key, value in node.kwargs.items() if _holds_tensor(value)}
    plain = {key: form(value) for key, value in node.kwargs.items() if key not in tensors}
    function = isinstance(node.callee, FunctionCall)
    if tensors and not node.args:
        words["from"] = {key: _tensors(value, names) for key, value in tensors.items()}
    elif tensors:
        plain |= {key: _tensors(value, names) for key, value in tensors.items()}
    if function:
        words |= plain
    elif plain:
        words["with"] = plain
    words["as"] = names.outputs_of(node)
    if words["as"] != node.name:
        words["name"] = node.name
    return words


def _holds_tensor(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_tensor(item) for item in value)
    return isinstance(value, TensorRef)


def _tensors(value: object, names: _Names) -> object:
    if isinstance(value, TensorRef):
        return names.reference(value)
    if isinstance(value, list | tuple):
        return [_tensors(item, names) for item in value]
    if isinstance(value, Mapping):
        return {key: _tensors(item, names) for key, item in value.items()}
    return form(value)


def _data(data: DataPlan) -> dict[str, object]:
    section: dict[str, object] = {"train": _source(data.train)}
    for part, value in (("validation", data.validation), ("test", data.test)):
        if value is not None:
            section[part] = _source(value) if isinstance(value, SourcePlan) else value
    if data.split.kind != "random":
        section["split"] = {data.split.kind: data.split.column}
    if data.learn_from:
        section["learn_from"] = dict(data.learn_from)
    section |= {word: value for word, value in (("folds", data.folds), ("fold", data.fold)) if value}
    section["inputs"] = {name: _tensor(tensor) for name, tensor in data.inputs.items()}
    section["targets"] = {name: _tensor(tensor) for name, tensor in data.targets.items()}
    section |= {"batch_size": data.batch_size, "shuffle": data.shuffle}
    if data.augment:
        section["augment"] = {name: form(layers) for name, layers in data.augment.items()}
    if data.on_error != "raise":
        section["on_error"] = data.on_error
    return section


def _source(source: SourcePlan) -> dict[str, object]:
    return {source.name: form(source.arguments)}


def _tensor(tensor: TensorPlan) -> dict[str, object]:
    columns: dict[str, object] = (
        {"column": tensor.columns[0]} if len(tensor.columns) == 1 else {"columns": list(tensor.columns)}
    )
    words = {word: form(value) for word, value in tensor.transforms}
    return columns | words | (_window(tensor.window) if tensor.window is not None else {})


def _window(window: WindowPlan) -> dict[str, object]:
    """The words that mean these rows: rows that all lie after a row are a horizon."""
    words: dict[str, object] = {}
    written = (("stride", window.stride), ("by", window.by))
    walk = {word: value for word, value in written if value is not None}
    shift = window.offset
    if window.length is not None and shift >= window.length:
        words["horizon"] = {"steps": window.length, **walk}
        shift -= window.length
    elif window.length is not None:
        words["window"] = {"length": window.length, **walk}
    return words | ({"shift": shift} if shift else {})


def _objective(objective: ObjectivePlan) -> object:
    words = {**objective.models, **{name: form(value) for name, value in objective.arguments.items()}}
    return {objective.name: words} if words else objective.name


def _transfer(transfer: TransferPlan) -> dict[str, object]:
    """The words about weights from elsewhere and what is learnt; None where one was not written."""
    stages: list[object] = [
        {"layers": list(stage.layers)} | ({"until": stage.until} if stage.until is not None else {})
        for stage in transfer.freeze
    ]
    lora = transfer.lora
    words = {"rank": lora.rank, "target": list(lora.target), "alpha": lora.alpha} if lora else {}
    return {
        "initialize": {one.target: form(one.arguments) for one in transfer.initialize} or None,
        "freeze": stages or None,
        "learning_rates": dict(transfer.learning_rates) or None,
        "lora": words | ({"train": list(lora.train)} if lora and lora.train else {}) or None,
        "quantize": transfer.quantize,
    }


def _distribution(distribution: DistributionPlan | None) -> object:
    if distribution is None:
        return None
    return {distribution.name: form(distribution.arguments)} if distribution.arguments else distribution.name


def _train(train: TrainPlan) -> dict[str, object]:
    metrics: object = {name: form(specs) for name, specs in train.metrics.items()}
    if set(train.metrics) == {""}:
        metrics = form(train.metrics[""])
    section = {
        "objective": _objective(train.objective),
        "loss": form(train.loss),
        "loss_weights": form(train.loss_weights),
        "metrics": metrics or None,
        "optimizer": form(train.optimizers.get("", train.optimizers)),
        "epochs": train.epochs,
        "steps": train.steps,
        "callbacks": form(train.callbacks) or None,
        "class_weight": form(train.class_weight),
        "precision": train.precision,
        **_transfer(train.transfer),
        "distribution": _distribution(train.distribution),
    }
    return {key: value for key, value in section.items() if value is not None}
