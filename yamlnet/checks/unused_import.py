"""unused-import: something of each imported file is used.

Every import is read, checked and pinned by `blueprint.lock`; one that nothing uses is left over, or an entry
forgot its prefix: `- vision.residual`. A file without a model may import for those who import it.

Fails:

    import: {vision: blocks.yaml}
    model:
      inputs: {x: [4]}
      layers:
        - Dense: 3

Passes:

    import: {vision: blocks.yaml}
    model:
      inputs: {x: [4]}
      layers:
        - vision.residual
        - Dense: 3
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import Diagnostic
from yamlnet.resolver.model_order import called
from yamlnet.resolver.plan import Plan
from yamlnet.schema.forms import Blueprint
from yamlnet.schema.words import IMPORT

NAME = "unused-import"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each import whose blocks and models no entry uses."""
    used = {key.partition(".")[0] for user in blueprint.graphs for key in called(user.entries)}
    for name, library in blueprint.imports.items():
        if name not in used and not library.broken:
            known = [*library.blocks, *library.models, "…"]
            message = (
                f'nothing of the file imported as "{name}" is used; use it, - {name}.{known[0]}, or remove it'
            )
            yield Diagnostic(NAME, message, (IMPORT, name), "key", severity="warning")
