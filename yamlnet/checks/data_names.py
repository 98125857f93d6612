"""data-names: the data section feeds exactly the model's inputs and outputs.

`data.inputs` has an entry for each input of the model, and `data.targets` one for each output that
has a loss. A name that the model does not have is a misspelling, and an input that nothing feeds
would stop training at its first step. Where an objective names the models, rows feed one of them (a
discriminator, an encoder), and most objectives compare with no targets.

Fails:

    data:
      train: {Sklearn: iris}
      inputs: {z: {column: features}}          # the model's input is x
      targets: {kind: {column: target}}

Passes:

    data:
      train: {Sklearn: iris}
      inputs: {x: {column: features}}
      targets: {kind: {column: target}}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.diagnostics.suggest import closest, did_you_mean
from yamlnet.resolver.plan import Plan
from yamlnet.schema.words import DEFAULT_MODEL, SUPERVISED

NAME = "data-names"


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a problem for each tensor of the data that the model lacks, and the other way round."""
    if plan.data is None:
        return
    inputs = [given.name for given in plan.fed]
    fed = "the model" if plan.objective.feeds == DEFAULT_MODEL else f'"{plan.objective.feeds}"'
    if plan.data.targets and not compares(plan):
        message = f'objective "{plan.objective.name}" learns from the inputs alone; remove the targets'
        yield Diagnostic(NAME, message, (*plan.data.path, "targets"), "key")
    for section, tensors, names, noun in (
        ("inputs", plan.data.inputs, inputs, "input"),
        (
            "targets",
            plan.data.targets if compares(plan) else {},
            list(plan.models["model"].outputs),
            "output",
        ),
    ):
        known = set(names)
        meant = {closest(name, names) for name in tensors if name not in known}
        for name, tensor in tensors.items():
            if name not in known:
                mend = did_you_mean(name, names) or f"; it has {', '.join(names)}"
                message = f'{fed} has no {noun} "{name}"{mend}'
                yield Diagnostic(NAME, message, tensor.path, "key")
        if section == "inputs" and "train" in plan.sections:
            for name in names:
                if name not in tensors and name not in meant:  # one mistake is told once
                    message = f'nothing feeds the input "{name}"; add it: {name}: {{column: …}}'
                    yield Diagnostic(NAME, message, ("data", "inputs", name), "key")


def compares(plan: Plan) -> bool:
    """Whether the objective compares outputs with targets."""
    if plan.objective.name == SUPERVISED:
        return True
    from yamlnet.schema.objective_terms import words_for
    from yamlnet.schema.objective_words import known_words

    return words_for(known_words(plan.objective.name), plan.objective.arguments).targets
