"""Arguments of Keras that take any text, each with the reason why no text does harm there.

Every other text is one of a few, a name, or of a stated form. `tests/catalog/test_contract.py` fails for an
argument that takes any text and is not listed here: a text may be a path, a URL, a format or a pattern.
"""

from __future__ import annotations

_LOOKED_UP = "it is compared with the names of the logs, and nothing is made of it"
_TOKEN = "it is one of the layer's tokens: data that stands in its table"

FREE_TEXTS: dict[str, str] = {
    "callback.EarlyStopping.monitor": _LOOKED_UP,
    "callback.ModelCheckpoint.monitor": _LOOKED_UP,
    "callback.ReduceLROnPlateau.monitor": _LOOKED_UP,
    "layer.Hashing.mask_value": "it is compared with the values that are hashed",
    "layer.StringLookup.mask_token": _TOKEN,
    "layer.StringLookup.oov_token": _TOKEN,
    "layer.StringLookup.vocabulary": _TOKEN + "; a path in its place is read by yamlnet, never by Keras",
    "layer.TextVectorization.vocabulary": _TOKEN + "; a path in its place is read by yamlnet, never by Keras",
}
"""By `kind.Name.argument`."""
