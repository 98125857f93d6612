"""unused-block: a file that has a model uses the blocks that it has.

Mostly the entry that should use it has another name, or the block is left over. A file without a model has
its blocks for others to import, and none of them is told. If a file with a model has blocks for others too,
say so: # yamlnet: ignore[unused-block].

Fails:

    blocks:
      hidden:
        layers: [Dense: 8, ReLU]
    model:
      inputs: {x: [4]}
      layers:
        - Dense: 3

Passes:

    blocks:
      hidden:
        layers: [Dense: 8, ReLU]
    model:
      inputs: {x: [4]}
      layers:
        - hidden
        - Dense: 3
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.model_order import called
from yamlnet.resolver.plan import Plan
from yamlnet.schema.forms import Blueprint

NAME = "unused-block"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each block that no model and no other block uses."""
    used = {key for user in blueprint.graphs for key in called(user.entries) if key != user.name}
    for name, block in blueprint.blocks.items():
        if name not in used:
            message = f'nothing uses the block "{name}"; use it as an entry, - {name}: {{…}}, or remove it'
            yield Diagnostic(NAME, message, block.path, "key", severity="warning")
