"""The language's own words, and what a name may look like."""

from __future__ import annotations

import re

VERSION = 1

WIRING = ("from", "as", "with", "for", "if", "name")
"""The words that share a mapping with a layer's arguments; Python reserves all but `name`."""

GROUP = "layers"
PREVIOUS = "_"
DEFAULT_INPUT = "input"
DEFAULT_MODEL = "model"

NAME = re.compile(r"[a-z_][A-Za-z0-9_]*\Z")
"""Names that users give begin lower-case: Keras's classes begin upper-case, so the two never meet."""

LAYER_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-]*\Z")
"""What every backend accepts as a Keras layer name (TensorFlow's scopes are the narrowest)."""

NOT_YET: dict[str, str] = {
    "import": "blocks of other files",
    "extends": "a base blueprint",
    "variants": "named settings",
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
    """`SeparableConv2D` → `separable_conv2d`: Keras's own rule (keras/src/utils/naming.py)."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
