"""What can be said of an objective: its models, what it takes and measures, and of each of its losses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from yamlnet.catalog.entry import Argument
from yamlnet.schema.words import DEFAULT_MODEL


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


class Case(Struct, frozen=True):
    """What an objective is for one value of the argument that it is chosen by.

    Attributes:
        takes: those of its words that mean something then, besides that argument.
        needs: those of them that have to be written.
        serves: the roles that make `model`.
        targets: whether the outputs have targets of the data.
    """

    takes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    targets: bool = False


class ObjectiveWords(Struct, frozen=True):
    """What can be written of one objective, and what it asks of the rest of the file.

    Attributes:
        help: one line.
        models: its roles: each argument names a model of the file.
        arguments: everything else that it takes.
        feeds: the role whose model's inputs the rows feed.
        serves: the roles that make `model` where the file has none: each is called on the one before.
        beside: of `serves`, those that do not read one another: each gives an output, called as its role.
        makes: the arguments that name inputs which the objective itself makes (a diffusion's time).
        targets: whether the outputs are compared with targets of the data.
        loss: whether `train.loss` is needed, possible, or of no meaning.
        metrics: whether `train.metrics` compare the model's output with what it should be.
        measures: what the history has, besides metrics.
        phases: the updates of a step, in order; the optimizer may be given for each by its name.
        same: what must be of one shape.
        chosen_by: the argument whose value decides what else there is to say.
        cases: what differs by its values; `words_for` picks one.
        episodes: what the history has of an environment's episodes; an objective with any learns from what an
            agent meets there, and from no rows.
        answers: what `predict` gives: what the model says of rows, or texts that it tells token by token.
        generates: what a run of it makes up, if anything: rows of the data's form, or texts, token by token.
        implementation: where the class is, `module:Class`; only an installed package says it.
    """

    help: str
    models: tuple[Argument, ...] = ()
    arguments: tuple[Argument, ...] = ()
    feeds: str = DEFAULT_MODEL
    serves: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    targets: bool = False
    loss: Literal["required", "optional", "none"] = "none"
    metrics: bool = False
    measures: tuple[Measure, ...] = (Measure("loss"),)
    phases: tuple[str, ...] = ("train",)
    same: tuple[Same, ...] = ()
    chosen_by: str = "loss"
    cases: Mapping[str, Case] = {}
    episodes: tuple[Measure, ...] = ()
    answers: Literal["outputs", "texts"] = "outputs"
    generates: Literal["rows", "tokens"] | None = None
    implementation: str = ""

    @property
    def words(self) -> tuple[Argument, ...]:
        """All that may stand in its mapping."""
        return (*self.models, *self.arguments)

    def chosen(self, body: object) -> str | None:
        """The case that an objective's arguments name, or leave to its default; None where that is none."""
        default = next((one.default for one in self.arguments if one.name == self.chosen_by), None)
        value = body.get(self.chosen_by, default) if isinstance(body, Mapping) else default
        return value if isinstance(value, str) and value in self.cases else None


def words_for(words: ObjectiveWords, body: object) -> ObjectiveWords:
    """An objective's words for the case that its arguments name; all of them where they name none."""
    chosen = words.chosen(body)
    if chosen is None:
        return words
    case = words.cases[chosen]

    def left(arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
        return tuple(
            replace(one, required=one.required or one.name in case.needs)
            for one in arguments
            if one.name in (words.chosen_by, *case.takes)
        )

    return replace(
        words,
        models=left(words.models),
        arguments=left(words.arguments),
        serves=case.serves,
        targets=case.targets,
    )
