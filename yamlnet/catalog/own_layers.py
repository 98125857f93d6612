"""yamlnet's own layers, which fill what Keras lacks: their entries in the catalogue."""

from __future__ import annotations

from yamlnet.catalog.argument_terms import COUNT, COUNTS, DTYPE, INITIALIZER, POSITIVE, SEED, TENSOR, WHOLE
from yamlnet.catalog.entry import Argument, Entry
from yamlnet.catalog.types import Boolean, ListOf

_SHARED = (
    Argument("trainable", Boolean(), default=True, help="Whether training changes the layer's weights."),
    Argument("dtype", DTYPE, help="The layer's dtype, or dtype policy."),
)
_INPUTS = Argument("inputs", TENSOR, required=True, help="The tensor it works on.", tensor="one")
_START = Argument("start_index", WHOLE, default=0, help="The position of the first step.")


def _layer(
    name: str, help: str, arguments: tuple[Argument, ...], call: tuple[Argument, ...] = (_INPUTS,)
) -> Entry:
    arguments = (*arguments, *_SHARED)
    return Entry("layer", name, f"yamlnet.{name}", help, arguments, call, masking=name != "PatchEmbedding")


OWN_LAYERS: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        _layer(
            "Parameter",
            "A trainable tensor, the same for every row: class tokens, learned queries.",
            (
                Argument(
                    "shape",
                    ListOf(COUNT, min_length=1),
                    required=True,
                    help="Its shape without the batch axis.",
                ),
                Argument("initializer", INITIALIZER, default="zeros", help="How it starts."),
            ),
        ),
        _layer(
            "Sampling",
            "Draws from a normal distribution by the reparameterisation trick.",
            (Argument("seed", SEED, help="Seed of the draws."),),
            (
                Argument("mean", TENSOR, required=True, help="Mean, (batch, …).", tensor="one"),
                Argument(
                    "log_variance", TENSOR, required=True, help="Logarithm of the variance.", tensor="one"
                ),
            ),
        ),
        _layer(
            "PositionEmbedding",
            "A learned vector for each position of a sequence.",
            (
                Argument("sequence_length", COUNT, required=True, help="The longest sequence."),
                Argument("initializer", INITIALIZER, default="glorot_uniform", help="How the vectors start."),
            ),
            (_INPUTS, _START),
        ),
        _layer(
            "SinePositionEncoding",
            "The fixed sine and cosine encoding of positions.",
            (
                Argument(
                    "max_wavelength", POSITIVE, default=10000, help="The longest wavelength, in positions."
                ),
            ),
            (_INPUTS, _START),
        ),
        _layer(
            "RotaryEmbedding",
            "Rotates features by an angle that grows with the position.",
            (
                Argument(
                    "max_wavelength", POSITIVE, default=10000, help="The longest wavelength, in positions."
                ),
                Argument(
                    "scaling_factor", POSITIVE, default=1.0, help="Divides positions, to stretch the context."
                ),
                Argument("sequence_axis", WHOLE, default=1, help="The axis of positions."),
                Argument("feature_axis", WHOLE, default=-1, help="The axis of features."),
            ),
            (_INPUTS, _START),
        ),
        _layer(
            "PatchEmbedding",
            "Cuts an image into patches and projects each to a vector: (batch, patches, embed_dim).",
            (
                Argument("patch_size", COUNTS, required=True, help="Height and width of a patch, in pixels."),
                Argument("embed_dim", COUNT, required=True, help="The length of each patch's vector."),
            ),
        ),
        _layer("StopGradient", "Passes values on and stops gradients.", ()),
    )
}
