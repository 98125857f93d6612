"""unused-input: what a model or a block takes is read in it.

An input that nothing reads changes nothing, whatever rows it is fed: mostly an entry should read it with
`from`. What only leads nowhere reads it too; that is told by unreachable-layer.

Fails:

    model:
      inputs: {words: [8], length: [1]}
      layers:
        - Dense: {units: 3, from: words, as: kind}

Passes:

    model:
      inputs: {words: [8], length: [1]}
      layers:
        - Concatenate: {from: [words, length]}
        - Dense: {units: 3, as: kind}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.flow import flow_of
from yamlnet.resolver.plan import Plan
from yamlnet.schema.forms import Block, Blueprint

NAME = "unused-input"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each input that is written and never read."""
    for model in blueprint.models.values():
        for name in flow_of(model, blueprint).unread(model.inputs):
            message = f'nothing reads the input "{name}"; read it with from: {name}, or remove it'
            yield Diagnostic(NAME, message, model.input_paths[name], "key", severity="warning")
    for block in blueprint.blocks.values():
        yield from _of_block(block, blueprint)


def _of_block(block: Block, blueprint: Blueprint) -> Iterator[Diagnostic]:
    written = blueprint.written(block.path).get("inputs")
    if written is None:
        return  # one that nobody wrote: the block makes something of its own
    for name in flow_of(block, blueprint).unread(block.inputs):
        path = (*block.path, "inputs")
        path = (*path, block.inputs.index(name)) if isinstance(written, list) else path
        message = f'block "{block.name}" never reads its input "{name}"; read it with from: {name}'
        yield Diagnostic(NAME, message, path, severity="warning")
