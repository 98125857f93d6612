"""The words of `train` about weights from elsewhere and what is learnt, held against the file's layers."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.data_files import check_file, check_remote
from yamlnet.resolver.evaluate import Unknown
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.plan import Graph, LayerCall
from yamlnet.resolver.transfer_plan import (
    LoraPlan,
    TransferPlan,
    WeightsPlan,
    covers,
    freeze_plans,
    initialize_plans,
    lora_plan,
)
from yamlnet.schema.transfer_words import TRANSFER
from yamlnet.schema.words import DEFAULT_MODEL

TOGETHER = "source-arguments"
SAFETENSORS = ".safetensors"


def transfer_plan(
    filled: Mapping[str, object], graphs: Mapping[str, Graph], filling: Filling, path: KeyPath
) -> TransferPlan:
    """The transfer words of a filled `train` section; patterns that mean no layer are reported."""
    written = {word: filled.get(word) for word in TRANSFER}
    if all(value is None for value in written.values()):
        return TransferPlan()
    _refuse_unknown(written, filling.problems, path)
    if filling.problems.failed_in("train"):
        return TransferPlan()
    rates = written["learning_rates"]
    quantize = written["quantize"]
    plan = TransferPlan(
        initialize=initialize_plans(written["initialize"], (*path, "initialize")),
        freeze=freeze_plans(written["freeze"], (*path, "freeze")),
        learning_rates={str(name): float(rate) for name, rate in rates.items()}
        if isinstance(rates, dict)
        else {},
        lora=lora_plan(written["lora"], (*path, "lora")),
        quantize=str(quantize) if quantize is not None else None,
    )
    for weights in plan.initialize:
        _check_weights(weights, filling)
    if plan.lora is not None and plan.freeze:
        message = '"lora" learns nothing but its targets and what "train" in it names; remove "freeze"'
        filling.problems.add("no-effect", message, (*path, "freeze"), "key")
    _check_patterns(plan, layer_paths(graphs), graphs, filling.problems, path)
    return plan


def layer_paths(graphs: Mapping[str, Graph]) -> list[str]:
    """The paths of all layers that a file names; layers of layers are not among them."""
    return list(
        dict.fromkeys(
            node.callee.instance if name == DEFAULT_MODEL else f"{name}/{node.callee.instance}"
            for name, graph in graphs.items()
            for node in graph.nodes
            if isinstance(node.callee, LayerCall)
        )
    )


def _refuse_unknown(written: Mapping[str, object], problems: Problems, path: KeyPath) -> None:
    for word, value in written.items():
        if _waits(value):
            message = f'"{word}" is decided before the rows are read; write it without steps and data'
            problems.add("expression", message, (*path, word))


def _waits(value: object) -> bool:
    if isinstance(value, Mapping | list):
        return any(map(_waits, value.values() if isinstance(value, Mapping) else value))
    return isinstance(value, Unknown)


def _check_weights(weights: WeightsPlan, filling: Filling) -> None:
    """What a source says together, and where its file lies."""
    file, preset = weights.arguments.get("path"), weights.arguments.get("preset")
    if isinstance(preset, str) and "://" in preset:
        what = f'training fetches "{preset}" from the network'
        check_remote(what, preset, (*weights.path, "preset"), filling.token_files.tree, filling.problems)
    is_table = isinstance(file, str) and file.lower().endswith(SAFETENSORS)
    if is_table and "names" not in weights.arguments:
        message = (
            f"a {SAFETENSORS} file calls layers otherwise; write what: names: {{first: encoder.layer.0}}"
        )
        filling.problems.add(TOGETHER, message, weights.path, "key")
    if not isinstance(file, str):
        return
    tree = filling.token_files.tree
    written = tree is not None and "path" in tree.position(weights.path).children
    place = (*weights.path, "path") if written else weights.path
    if "://" in file:
        message = f'"{file}" is not fetched; download it, and write its path'
        filling.problems.add("data-path", message, place)
    else:
        check_file(file, place, tree, filling.problems)


def _check_patterns(
    plan: TransferPlan, layers: list[str], graphs: Mapping[str, Graph], problems: Problems, path: KeyPath
) -> None:
    named = [(weights.target, weights.path, True) for weights in plan.initialize]
    named += [
        (one, (*weights.path, "except"), False)
        for weights in plan.initialize
        for one in weights.texts("except")
    ]
    named += [(name, (*weights.path, "names", name), True) for weights in plan.initialize
              for name in _names(weights)]  # fmt: skip
    named += [(one, stage.path, False) for stage in plan.freeze for one in stage.layers]
    named += [(name, (*path, "learning_rates", name), True) for name in plan.learning_rates]
    named += [(one, place, False) for one, place in _of_lora(plan.lora)]
    options = [*layers, *(name for name in graphs if name != DEFAULT_MODEL)]
    for pattern, place, at_key in named:
        if not any(_may_mean(pattern, layer) for layer in layers):
            mend = did_you_mean(pattern, options) or "; yamlnet show lists the layers"
            message = f'no layer is called "{pattern}"{mend}'
            problems.add("unknown-name", message, place, "key" if at_key else "value")


def _names(weights: WeightsPlan) -> list[str]:
    names = weights.arguments.get("names")
    return list(names) if isinstance(names, Mapping) else []


def _of_lora(lora: LoraPlan | None) -> list[tuple[str, KeyPath]]:
    if lora is None:
        return []
    words = {"target": lora.target, "train": lora.train}
    return [(one, (*lora.path, word)) for word, patterns in words.items() for one in patterns]


def _may_mean(pattern: str, layer: str) -> bool:
    """Whether a pattern means a layer, or maybe a layer in it, which only Keras knows."""
    steps = pattern.split("/")
    return covers(pattern, layer) or any(
        fnmatchcase(layer, "/".join(steps[:count])) for count in range(1, len(steps))
    )
