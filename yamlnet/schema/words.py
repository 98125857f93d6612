"""The language's own words, and what a name may look like: the one place that says so."""

from __future__ import annotations

import keyword
import re
from functools import cache
from typing import Literal

VERSION = 1

WIRING = ("from", "as", "with", "for", "if", "name")
"""The words that share a mapping with a layer's arguments; Python reserves all but `name`."""

IMPORT = "import"
EXTENDS = "extends"
VARIANTS = "variants"
ASSEMBLED = (IMPORT, EXTENDS, VARIANTS)
"""The keys that putting a file and what it names together has dealt with before validation."""

IMPORTED = "file"
GIVEN = "params"
"""Where assembling leaves an imported document, and what the importing file sets in it."""

GROUP = "layers"
PREVIOUS = "_"
DEFAULT_INPUT = "input"
DEFAULT_MODEL = "model"
SUPERVISED = "Supervised"
"""What is learnt where nothing says it."""

NAME = r"[a-z][A-Za-z0-9_]{0,63}"
"""Names that users give begin lower-case: Keras's classes begin upper-case, so the two never meet."""

LAYER_NAME = r"[A-Za-z][A-Za-z0-9_]{0,63}"
"""Keras's own name of a layer (`name: C1`), which nothing calls and every backend and format accepts."""

VARIANT_NAME = r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}"
"""Variants are called on the command line, `resnet.yaml:50`, and may be numbers."""

BLUEPRINT_NAME = (
    r"(?!(?:[Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|[Cc][Oo][Mm][0-9]|[Ll][Pp][Tt][0-9])(?:\.|$))"
    r"[A-Za-z][A-Za-z0-9_.\-]{0,127}"
)
"""A run's folder begins with it: no `/`, no `..`, none of the names that are devices on Windows."""

LONGEST_NAME = 64

FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "min": (1, None), "max": (1, None), "abs": (1, 1), "round": (1, 2), "floor": (1, 1), "ceil": (1, 1),
    "sqrt": (1, 1), "log2": (1, 1), "len": (1, 1), "range": (1, 3), "sum": (1, 2), "prod": (1, 1),
    "int": (0, 2), "float": (0, 1), "str": (0, 1),
}  # fmt: skip
"""The functions, and how many values each takes at least and at most (None: any number)."""

Naming = Literal["tensor", "layer", "value", "variant"]
"""What a name is for: a tensor, block, model or import; a Keras layer; a parameter or loop variable; …"""

_PATTERNS: dict[Naming, str] = {
    "tensor": NAME, "layer": LAYER_NAME, "value": NAME, "variant": VARIANT_NAME,
}  # fmt: skip

CALLED = frozenset({*WIRING, GROUP, "import", "ops", "random"})
"""Keys of an entry that mean something else; nothing that can be called has such a name."""

READ = frozenset({*FUNCTIONS, "steps", "data", "true", "false", "null", *keyword.kwlist})
"""Words that mean something else in `${…}`."""


def name_mistake(name: object, naming: Naming) -> str | None:
    """Why something cannot be a name, as the end of a sentence; None when it can."""
    if not isinstance(name, str) or not re.fullmatch(_PATTERNS[naming], name):
        return _mend(name, naming)
    if name in (READ if naming == "value" else CALLED if naming == "tensor" else ()):
        return f"it is a word of the language; try {name}_"
    return None


def _mend(name: object, naming: Naming) -> str:
    if naming == "variant":
        return "use letters, digits, _ . and -, at most 64"
    if isinstance(name, str) and len(name) > LONGEST_NAME and re.fullmatch(r"[A-Za-z0-9_]+", name):
        return f"it has {len(name)} characters, and a name has at most {LONGEST_NAME}"
    begin = "a letter" if naming == "layer" else "a lower-case letter"
    return f"names begin with {begin} and have letters, digits and _"


def shortened(name: str) -> str:
    """A name that was made of others, within the length of a name: the end of a long one becomes its hash."""
    if len(name) <= LONGEST_NAME:
        return name
    import hashlib  # it loads OpenSSL, which no ordinary blueprint should wait for

    return f"{name[: LONGEST_NAME - 13]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"


NOT_YET: dict[str, str] = {
    "gradient_accumulation": "Keras's optimizers take gradient_accumulation_steps",
    "ema": "Keras's optimizers take use_ema and ema_momentum",
    "freeze": "freezing layers by pattern (a layer takes trainable: false)",
    "initialize": "weights to start from",
    "lora": "low-rank adapters",
    "quantize": "quantisation",
}
"""Words of the language that this version reads but does not do; refused, never ignored."""


@cache
def snake_case(name: str) -> str:
    """`SeparableConv2D` → `separable_conv2d`: Keras's own rule (keras/src/utils/naming.py).

    Of a plugin's layer it is the class's own name: `acme.GatedDense` → `gated_dense`.
    """
    name = name.rpartition(".")[2]
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
