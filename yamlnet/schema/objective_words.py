"""The words of objectives: which there are, the models that each names, and what it takes.

Kept apart from their implementations, so that a blueprint can be checked without Keras.
"""

from __future__ import annotations

from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument
from yamlnet.schema.experience_words import DQN_ARGUMENTS, POLICY_ARGUMENTS, PPO_TAKES, REINFORCE_TAKES
from yamlnet.schema.objective_terms import Case, Measure, ObjectiveWords, Same
from yamlnet.schema.words import NAME, SUPERVISED

_MODEL_NAME = t.Text(NAME, "the name of a model of this file")
_POSITIVE = t.Number(above=0)
_SHARE = t.Number(above=0, below=1)
_PART = t.Number(min=0, max=1)
_STEPS = t.Integer(min=1, max=100_000)
_INPUT_NAME = t.Text(NAME, "the name of an input")


def _role(name: str, help: str, required: bool = True) -> Argument:
    return Argument(name, _MODEL_NAME, required=required, help=help)


_EPISODES = (Measure("return", falls=False), Measure("length", falls=False))
_STEPS_TAKEN = Measure("environment_steps", falls=False)

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
        generates="rows",
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
        generates="rows",
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
        generates="tokens",
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
    "Seq2Seq": ObjectiveWords(
        help="The model tells a text that belongs to another, token by token: a translation.",
        arguments=(
            Argument("source", _INPUT_NAME, default="source", help="the input that is read whole"),
            Argument(
                "target",
                _INPUT_NAME,
                default="target",
                help="the input that holds what is told so far, from its start token on",
            ),
            Argument(
                "padding",
                t.Integer(min=0),
                default=0,
                help="the token that stands for nothing and is not learnt",
            ),
            Argument(
                "label_smoothing",
                t.Number(min=0, below=1),
                default=0.0,
                help="the share of a token's place that all tokens have in equal parts",
            ),
        ),
        measures=(Measure("loss"), Measure("accuracy", falls=False), Measure("perplexity")),
        answers="texts",
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
        generates="rows",
    ),
    "DQN": ObjectiveWords(
        help="The model tells the value of each action in an environment, and the best one is taken.",
        arguments=DQN_ARGUMENTS,
        loss="optional",
        measures=(Measure("loss"), Measure("value", falls=False)),
        episodes=(*_EPISODES, Measure("epsilon"), _STEPS_TAKEN),
    ),
    "PolicyGradient": ObjectiveWords(
        help="A policy learns to take the actions in an environment that turn out better than expected.",
        models=(
            _role("policy", "the model that says what to do: a logit for each action", required=False),
            _role("value", "the model that tells the return that is to come", required=False),
        ),
        arguments=POLICY_ARGUMENTS,
        feeds="policy",
        serves=("policy",),
        measures=(
            Measure("policy_loss"),
            Measure("value_loss"),
            Measure("entropy", falls=False),
            Measure("divergence"),
            Measure("clipped"),
        ),
        phases=("policy", "value"),
        chosen_by="algorithm",
        cases={
            "ppo": Case(takes=("policy", "value", *PPO_TAKES), serves=("policy",)),
            "reinforce": Case(takes=("policy", "value", *REINFORCE_TAKES), serves=("policy",)),
        },
        episodes=(*_EPISODES, _STEPS_TAKEN),
    ),
    "Contrastive": ObjectiveWords(
        help="Vectors of what belongs together come near to each other, and far from those of all else.",
        models=(
            _role("encoder", "the model that makes a vector of a row", required=False),
            _role("projection", "nt-xent: the model that makes of it the vector to compare", required=False),
            _role("query", "two-tower: the model that makes a vector of one side of a row", required=False),
            _role("candidate", "two-tower: the model that makes one of the other side", required=False),
        ),
        arguments=(
            Argument(
                "loss",
                t.Choice(("nt-xent", "triplet", "two-tower")),
                required=True,
                help="what belongs together: two views of a row, rows of one class, two sides of a row",
            ),
            Argument(
                "views",
                t.ListOf(t.ObjectOf("layer"), min_length=1),
                help="nt-xent: the layers that change a row at random: [{RandomFlip: horizontal}, …]",
            ),
            Argument("temperature", _POSITIVE, default=0.1, help="what cosines are divided by"),
            Argument("margin", _POSITIVE, default=0.2, help="triplet: how much farther another class lies"),
            Argument(
                "mining",
                t.Choice(("hard", "semi-hard")),
                default="semi-hard",
                help="triplet: which rows of a batch are compared",
            ),
            Argument(
                "symmetric",
                t.Boolean(),
                default=True,
                help="two-tower: whether candidates look for their queries, too, as in CLIP",
            ),
        ),
        serves=("encoder",),
        beside=("query", "candidate"),
        measures=(Measure("loss"), Measure("accuracy", falls=False)),
        same=(
            Same("encoder.output", "projection.input", "the projection reads what the encoder gives"),
            Same("query.output", "candidate.output", "their directions are compared"),
        ),
        cases={
            "nt-xent": Case(
                takes=("encoder", "projection", "views", "temperature"),
                needs=("encoder", "views"),
                serves=("encoder",),
            ),
            "triplet": Case(
                takes=("encoder", "margin", "mining"), needs=("encoder",), serves=("encoder",), targets=True
            ),
            "two-tower": Case(
                takes=("query", "candidate", "temperature", "symmetric"),
                needs=("query", "candidate"),
                serves=("query", "candidate"),
            ),
        },
    ),
    "Distillation": ObjectiveWords(
        help="A student learns the classes of rows, and how likely its teacher holds each of them.",
        models=(
            _role("teacher", "the model that is learnt from; it does not change"),
            _role("student", "the model that learns, and is used afterwards"),
        ),
        arguments=(
            Argument("temperature", _POSITIVE, default=4.0, help="what softens the likelihoods of both"),
            Argument(
                "alpha", _PART, default=0.5, help="the weight of the teacher's word; the loss has 1 - alpha"
            ),
        ),
        serves=("student",),
        targets=True,
        loss="required",
        metrics=True,
        measures=(Measure("loss"), Measure("hard_loss"), Measure("soft_loss")),
        same=(Same("teacher.output", "student.output", "they tell the same classes"),),
    ),
}
"""The objectives of this version, by name."""


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
