"""The language's own words, and what a name may look like."""

from __future__ import annotations

import re

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

NAME = re.compile(r"[a-z_][A-Za-z0-9_]*\Z")
"""Names that users give begin lower-case: Keras's classes begin upper-case, so the two never meet."""

VARIANT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*\Z")
"""Variants are called on the command line, `resnet.yaml:50`, and may be numbers."""

LAYER_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-]*\Z")
"""What every backend accepts as a Keras layer name (TensorFlow's scopes are the narrowest)."""

NOT_YET: dict[str, str] = {
    "augment": "augmentation while training",
    "gradient_accumulation": "Keras's optimizers take gradient_accumulation_steps",
    "ema": "Keras's optimizers take use_ema and ema_momentum",
    "freeze": "freezing layers by pattern (a layer takes trainable: false)",
    "initialize": "weights to start from",
    "lora": "low-rank adapters",
    "quantize": "quantisation",
    "distribution": "training on several devices",
}
"""Words of the language that this version reads but does not do; refused, never ignored."""


def snake_case(name: str) -> str:
    """`SeparableConv2D` → `separable_conv2d`: Keras's own rule (keras/src/utils/naming.py).

    Of a plugin's layer it is the class's own name: `acme.GatedDense` → `gated_dense`.
    """
    name = name.rpartition(".")[2]
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
