"""The words of objectives: which there are, the models that each names, and what it takes.

Kept apart from their implementations, so that a blueprint can be checked without Keras.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument
from yamlnet.schema.words import DEFAULT_MODEL, NAME, SUPERVISED


class Measure(Struct, frozen=True):
    """A value that an objective writes into the history, and whether less of it is better."""

    name: str
    falls: bool = True


class Same(Struct, frozen=True):
    """Two tensors of an objective's models that have one shape, and why.

    Each is a role with what is meant of its model: `generator.output`, `encoder.output1` (the second output),
    `discriminator.input` (the first input), `decoder.free` (the first input that no row feeds).
    """

    one: str
    other: str
    why: str


class ObjectiveWords(Struct, frozen=True):
    """What can be written of one objective, and what it asks of the rest of the file.

    Attributes:
        help: one line.
        models: its roles: each argument names a model of the file.
        arguments: everything else that it takes.
        feeds: the role whose model's inputs the rows feed.
        serves: the roles that make `model` where the file has none: each is called on the one before.
        makes: the arguments that name inputs which the objective itself makes (a diffusion's time).
        targets: whether the outputs are compared with targets of the data.
        loss: whether `train.loss` is needed, possible, or of no meaning.
        metrics: whether `train.metrics` compare the model's output with what it should be.
        measures: what the history has, besides metrics.
        phases: the updates of a step, in order; the optimizer may be given for each by its name.
        same: what must be of one shape.
        implementation: where the class is, `module:Class`; only an installed package says it.
    """

    help: str
    models: tuple[Argument, ...] = ()
    arguments: tuple[Argument, ...] = ()
    feeds: str = DEFAULT_MODEL
    serves: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    targets: bool = False
    loss: Literal["required", "optional", "none"] = "none"
    metrics: bool = False
    measures: tuple[Measure, ...] = (Measure("loss"),)
    phases: tuple[str, ...] = ("train",)
    same: tuple[Same, ...] = ()
    implementation: str = ""

    @property
    def words(self) -> tuple[Argument, ...]:
        """All that may stand in its mapping."""
        return (*self.models, *self.arguments)


_MODEL_NAME = t.Text(NAME, "the name of a model of this file")
_POSITIVE = t.Number(above=0)
_SHARE = t.Number(above=0, below=1)
_PART = t.Number(min=0, max=1)
_STEPS = t.Integer(min=1, max=100_000)
_INPUT_NAME = t.Text(NAME, "the name of an input")


def _role(name: str, help: str, required: bool = True) -> Argument:
    return Argument(name, _MODEL_NAME, required=required, help=help)


_ENCODER = _role("encoder", "the model that makes a code of a row", required=False)
_DECODER = _role("decoder", "the model that makes a row of a code", required=False)

OBJECTIVES: dict[str, ObjectiveWords] = {
    SUPERVISED: ObjectiveWords(
        help="Outputs are brought near to targets by a loss for each.",
        targets=True,
        loss="required",
        metrics=True,
    ),
    "Autoencoder": ObjectiveWords(
        help="The model gives back what it reads, through a narrow middle.",
        models=(_ENCODER, _DECODER),
        serves=("encoder", "decoder"),
        loss="optional",
        metrics=True,
    ),
    "DenoisingAutoencoder": ObjectiveWords(
        help="The model reads a row with noise and gives the row without it.",
        models=(_ENCODER, _DECODER),
        arguments=(
            Argument(
                "noise",
                t.ObjectOf("layer"),
                required=True,
                help="the layer that spoils a row: {GaussianNoise: 0.3}, {Dropout: 0.5}",
            ),
        ),
        serves=("encoder", "decoder"),
        loss="optional",
        metrics=True,
    ),
    "VariationalAutoencoder": ObjectiveWords(
        help="A code is a distribution near to the standard normal one, from which new rows are drawn.",
        models=(
            _role("encoder", "the model whose two outputs are a code's mean and the log of its variance"),
            _role("decoder", "the model that makes a row of a code"),
        ),
        arguments=(
            Argument("beta", t.Number(min=0), default=1.0, help="the weight of the divergence"),
            Argument("warmup", t.Integer(min=0), default=0, help="steps in which that weight grows from 0"),
        ),
        feeds="encoder",
        serves=("encoder", "decoder"),
        loss="optional",
        measures=(Measure("loss"), Measure("reconstruction"), Measure("divergence")),
        same=(
            Same("encoder.output", "encoder.output1", "the mean and the log of the variance of one code"),
            Same("encoder.output", "decoder.free", "the decoder reads the code"),
            Same("decoder.output", "encoder.input", "the decoder gives back what the encoder reads"),
        ),
    ),
    "GAN": ObjectiveWords(
        help="A generator makes rows of noise that a discriminator cannot tell from real ones.",
        models=(
            _role("generator", "the model that makes a row of noise"),
            _role("discriminator", "the model whose output tells how real a row is, without an activation"),
        ),
        arguments=(
            Argument(
                "loss",
                t.Choice(("non-saturating", "minimax", "hinge", "wasserstein-gp")),
                default="non-saturating",
                help="what the two play for",
            ),
            Argument(
                "critic_steps", t.Integer(min=1), help="steps of the discriminator for one of the generator"
            ),
            Argument("penalty", _POSITIVE, help="wasserstein-gp: the weight of the gradient penalty"),
        ),
        feeds="discriminator",
        serves=("generator",),
        measures=(
            Measure("discriminator_loss"),
            Measure("generator_loss"),
            Measure("real", falls=False),
            Measure("fake"),
        ),
        phases=("discriminator", "generator"),
        same=(Same("generator.output", "discriminator.input", "the discriminator reads what is generated"),),
    ),
    "CausalLM": ObjectiveWords(
        help="At each place the model tells the next token.",
        arguments=(
            Argument("padding", t.Integer(min=0), help="the token that stands for nothing and is not learnt"),
        ),
        measures=(
            Measure("loss"),
            Measure("accuracy", falls=False),
            Measure("perplexity"),
            Measure("bits_per_token"),
        ),
    ),
    "MaskedLM": ObjectiveWords(
        help="The model tells tokens that are hidden from it.",
        arguments=(
            Argument("mask", t.Integer(min=0), required=True, help="the token that stands for a hidden one"),
            Argument("rate", _SHARE, default=0.15, help="the share of tokens that are to be told"),
            Argument("reserved", t.Integer(min=0), default=2, help="tokens from 0 on that are never hidden"),
        ),
        measures=(
            Measure("loss"),
            Measure("accuracy", falls=False),
            Measure("perplexity"),
            Measure("bits_per_token"),
        ),
    ),
    "Diffusion": ObjectiveWords(
        help="The model tells the noise that was put on a row, and takes it off noise alone step by step.",
        arguments=(
            Argument("time", _INPUT_NAME, default="time", help="the input that holds how noisy a row is"),
            Argument(
                "schedule", t.Choice(("cosine", "linear")), default="cosine", help="how the noise grows"
            ),
            Argument("steps", _STEPS, default=1000, help="steps from a row to noise alone"),
            Argument("sampling_steps", _STEPS, default=50, help="how many of them generate takes"),
            Argument("eta", _PART, default=0.0, help="fresh noise in a step of generate: 0 DDIM, 1 DDPM"),
        ),
        makes=("time",),
        same=(Same("model.output", "model.input", "the noise on a row is of the row's shape"),),
    ),
}
"""The objectives of this version, by name."""

LATER_OBJECTIVES = ("Seq2Seq", "Contrastive", "Distillation", "DQN", "PolicyGradient")
"""Those of the language that this version has not yet."""


def words_named(name: str) -> ObjectiveWords | None:
    """The words of an objective, ours or an installed package's (`acme.Ranking`); None where there is none.

    Raises:
        PluginError: the package that the name means cannot be read.
    """
    namespace, dot, own = name.partition(".")
    if not dot:
        return OBJECTIVES.get(name)
    from yamlnet.schema.objective_plugins import found, objectives_of

    return objectives_of(namespace).get(own) if namespace in found() else None


def known_words(name: str) -> ObjectiveWords:
    """The same of an objective that was found to be there: a plan's."""
    words = words_named(name)
    assert words is not None, f"a plan names the objective {name}"
    return words
