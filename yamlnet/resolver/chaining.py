"""Whether a loop's turn can read what the turn before it gave."""

from __future__ import annotations

from yamlnet.resolver.scope import Tensors
from yamlnet.schema.forms import Entry, Library


def chain_problem(entry: Entry, given: Tensors, library: Library) -> str | None:
    """What is wrong with a further turn on what the first one gave, or None.

    A layer that returns its states beside its output, and a block of several outputs, give more than the
    one tensor that their next turn reads.
    """
    if entry.kind == "layer" and isinstance(entry.body, dict) and entry.body.get("return_state") is True:
        what = f'return_state makes "{entry.key}" give its states too'
    else:
        owner, name = library.owner(entry.key)
        block = owner.blocks.get(name) if entry.kind == "use" else None
        if block is None or len(block.inputs) != 1 or not isinstance(given, tuple) or len(given) < 2:
            return None
        what = f'block "{entry.key}" gives {len(given)} outputs'
    mend = f"layers: [{entry.key}: {{…, from: x, as: [x, …]}}]"
    return f"{what}, and its next turn reads one tensor; name them, and repeat a group that reads one: {mend}"
