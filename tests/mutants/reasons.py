"""Why an accepted mutant is another right blueprint: by what was changed where, never by its being accepted.

A mutant that no reference calls a mistake, that yamlnet accepts, and that means something else than its
original must be named here.
"""

from __future__ import annotations

from mutants.mutant import Mutant
from mutants.original import Original

SHAPES = "another architecture, whose shapes are `infer_shapes`'s to judge (see `shapes.py`)"
DEFAULT = "what is left out has its default"
NUMBER = "another number that Keras takes"
OTHER = "another value that Keras takes"
CHOSEN = "a name that the user chose and nothing else of the file reads"

REASONS: dict[str, dict[str, str]] = {
    "drop-entry": {"entry": SHAPES},
    "drop-key": {
        "argument": DEFAULT,
        "nested": DEFAULT,
        "block-argument": DEFAULT,
        "call-argument": DEFAULT,
        "source-argument": DEFAULT,
        "input-word": DEFAULT,
        "wiring": "the previous entry is read, the output has no name, the entry stands once and always",
        "group-word": "the group stands once, and always",
        "graph-word": "the output is the last entry's; a block has one input and no parameters",
        "section-word": DEFAULT,
        "top-key": "a section that may be left out; a file of blocks and models alone is a library",
        "tensor-name": "the column of the same name is read",
        "tensor-word": "the column of the same name is read; no transform",
        "output-name": "an output less, or one without a loss, a metric or a weight",
        "parameter": CHOSEN,
        "parameter-word": "no default: it must be given; no bounds, no help",
        "block": "a block that nothing uses",
        "model": "a model that nothing calls",
        "import": "a file that nothing uses",
        "import-word": DEFAULT,
        "import-parameter": DEFAULT,
        "input": "an input less",
        "variant": "a variant less",
        "variant-setting": "the variant leaves this as it is",
        "loop-variable": SHAPES,
        "class": "its weight is 1",
        "object": DEFAULT,
        "tensor-item": DEFAULT,
    },
    "rename-key": {
        "parameter": CHOSEN,
        "input": CHOSEN,
        "variant": CHOSEN,
        "output-name": CHOSEN,
        "block": CHOSEN,
        "model": CHOSEN,
        "import": CHOSEN,
        "loop-variable": CHOSEN,
        "class": "the weight of another class",
    },
    "change-number": {
        role: NUMBER
        for role in (
            "argument", "argument-item", "nested", "callee", "block-argument", "block-argument-item",
            "loop-value", "output-name", "parameter", "parameter-item", "parameter-word", "section-word",
            "shape-item", "variant-item", "variant-setting", "tensor-word", "call-argument", "wiring",
            "class", "source-argument", "group-word", "import-parameter", "object", "weight", "input-word",
            "tensor-item",
        )
    },
    "change-type": {
        role: OTHER
        for role in (
            "argument", "argument-item", "nested", "callee", "block-argument", "block-argument-item",
            "loop-variable", "loop-value", "object", "parameter", "parameter-item", "parameter-word",
            "shape-item", "variant", "variant-item", "variant-setting", "wiring", "output-name", "graph-word",
            "section-word", "top-key", "tensor-name", "tensor-word", "call-argument", "group-word", "input",
            "import-parameter", "source-argument", "input-word", "bound-name", "tensor-item",
        )
    },
    "swap-values": {
        role: "two values that Keras takes in each other's place"
        for role in (
            "argument", "nested", "block-argument", "import", "output-name", "parameter-word", "parameter",
            "variant-setting", "tensor-name", "section-word", "call-argument", "source-argument", "wiring",
            "input-word", "class", "top-key", "input",
        )
    },
    "break-expression": {
        role: "a text where one may stand, or an operator less that leaves an expression"
        for role in ("wiring", "argument", "block-argument", "nested", "loop-variable", "bound-name")
    },
    **dict.fromkeys(
        ("other-width", "huge-window", "wrong-axis", "input-rank"),
        dict.fromkeys(("argument", "input", "input-word", "graph-word"), "another architecture, that fits"),
    ),
    "drop-character": {"line": "text that is a text still"},
    "indent": {"parameter": CHOSEN},
    "tab": {},
    "duplicate-key": {},
    "move-entry": {},
    "break-reference": {},
}  # fmt: skip


def reason(mutant: Mutant) -> str | None:
    """Why a mutant may be accepted though it means something else, or None.

    Of a line that was moved, what it is where it stands now decides: a word of a parameter, too far to the
    left, is a parameter of its own.
    """
    if mutant.kind != "indent":
        return REASONS[mutant.kind].get(mutant.role)
    places = Original(mutant.original.name, mutant.original.path, mutant.text).places.values()
    roles = {place.role for place in places if place.key is not None and place.key.line == mutant.line}
    return next((REASONS["indent"][role] for role in roles if role in REASONS["indent"]), None)
