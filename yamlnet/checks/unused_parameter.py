"""unused-parameter: some expression reads each parameter.

A parameter that nothing reads promises a knob that turns nothing: `--set width=64` would be accepted and
change nothing. Mostly a number was left in the place where `${width}` was meant. An expression that a variant
brings in, or that stands under an `if` which does not hold, reads it all the same; so does one in a block,
which sees the parameters of its file.

Fails:

    params: {units: 8}
    model:
      inputs: {x: [4]}
      layers:
        - Dense: 8

Passes:

    params: {units: 8}
    model:
      inputs: {x: [4]}
      layers:
        - Dense: ${units}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yamlnet.diagnostics.diagnostic import Diagnostic, KeyPath
from yamlnet.resolver.plan import Plan
from yamlnet.schema.expression_names import names_read
from yamlnet.schema.forms import Block, Blueprint
from yamlnet.schema.words import GIVEN, IMPORT

NAME = "unused-parameter"


def check(blueprint: Blueprint, plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each parameter of the file and of its blocks that no expression reads."""
    document = blueprint.document
    read = names_read(list(blueprint.replaced))
    for section, value in document.items():
        if section == IMPORT:
            read |= names_read(_given(value))
        elif section != "blocks":
            read |= names_read(value)
    for block in blueprint.blocks.values():
        inside, defaults = _read_in(block, blueprint)
        read |= (inside - block.params.keys()) | defaults
        unread = [name for name in block.params if name not in inside | defaults]
        yield from (_warning(name, block.params[name].path, f' of block "{block.name}"') for name in unread)
    for name, parameter in blueprint.params.items():
        if name not in read:
            yield _warning(name, parameter.path, "")


def _read_in(block: Block, blueprint: Blueprint) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a block's entries read, and those that its parameters' defaults read."""
    written = blueprint.written(block.path)
    entries = [value for key, value in written.items() if key != "params"]
    return names_read(entries), names_read(written.get("params"))


def _given(imports: object) -> list[object]:
    """What a file gives to those that it imports; what stands in them reads their own parameters."""
    entries = imports.values() if isinstance(imports, Mapping) else ()
    return [entry.get(GIVEN) for entry in entries if isinstance(entry, Mapping)]


def _warning(name: str, path: KeyPath, whose: str) -> Diagnostic:
    message = (
        f'nothing reads the parameter "{name}"{whose}; write ${{{name}}} where it is meant, or remove it'
    )
    return Diagnostic(NAME, message, path, "key", severity="warning")
