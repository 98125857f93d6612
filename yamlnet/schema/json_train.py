"""The JSON Schema of the `train` section: objectives, and objects alone, by output or by update."""

from __future__ import annotations

from msgspec.structs import replace

from yamlnet.catalog import types as t
from yamlnet.schema.distribution_words import DISTRIBUTIONS
from yamlnet.schema.json_help import DISTRIBUTION_HELP, helped
from yamlnet.schema.json_objects import one_of_keys
from yamlnet.schema.json_types import (
    EXPRESSION,
    NULL,
    Schema,
    arguments_schema,
    either,
    reference,
    type_schema,
)
from yamlnet.schema.objective_terms import ObjectiveWords, words_for
from yamlnet.schema.objective_words import OBJECTIVES
from yamlnet.schema.transfer_words import TRANSFER

OF_PLUGIN = r"^[a-z][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$"
"""The name of an objective that an installed package offers."""


def train_keys(output: str) -> dict[str, Schema]:
    """The keys whose schema is more than their type's; `output` is the pattern of an output's name."""
    loss, metric = reference("loss"), reference("metric")
    metrics = either(metric, {"type": "array", "items": metric})
    losses = _by_output(either(loss, NULL), output)
    return {
        "objective": _objective(),
        "loss": either(loss, {"type": "array", "items": loss}, losses, NULL),
        "metrics": either(metrics, _by_output(either(metrics, NULL), output), NULL),
        "optimizer": either(reference("optimizer"), _by_phase(), NULL),
        "callbacks": {"type": "array", "items": reference("callback")},
        **{word: either(type_schema(type), NULL) for word, type in TRANSFER.items()},
        "distribution": _distribution(),
    }


def _objective() -> Schema:
    words = {name: _words(one) for name, one in OBJECTIVES.items() if one.words}
    helps = {name: OBJECTIVES[name].help for name in words}
    bare = [name for name, one in OBJECTIVES.items() if not any(word.required for word in one.words)]
    return either(one_of_keys(helped(words, helps)), {"enum": bare}, *_of_plugins(), EXPRESSION)


def _of_plugins() -> tuple[Schema, Schema]:
    """An objective of an installed package, which no schema knows: its name, alone or with what it takes."""
    return (
        {"type": "string", "pattern": OF_PLUGIN},
        {
            "type": "object",
            "patternProperties": {OF_PLUGIN: {"type": "object"}},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    )


def _distribution() -> Schema:
    words = {name: arguments_schema(arguments) for name, arguments in DISTRIBUTIONS.items()}
    bare = [name for name, arguments in DISTRIBUTIONS.items() if not any(one.required for one in arguments)]
    return either(one_of_keys(helped(words, DISTRIBUTION_HELP)), {"enum": bare}, EXPRESSION, NULL)


def _words(objective: ObjectiveWords) -> Schema:
    """What an objective takes, for each of its cases where it has any."""
    if objective.cases:
        return either(*(_case(objective, chosen) for chosen in objective.cases))
    return _takes(objective)


def _takes(objective: ObjectiveWords) -> Schema:
    """Of the models that make one together all or none, and no other without."""
    others = [one.name for one in objective.models if not one.required and one.name not in objective.serves]
    together = {role: [one for one in objective.serves if one != role] for role in objective.serves}
    needed = {role: roles for role, roles in together.items() if roles}
    needed |= {role: list(objective.serves) for role in others if objective.serves}
    schema = arguments_schema(objective.words)
    return schema | ({"dependencies": needed} if needed else {})


def _case(objective: ObjectiveWords, chosen: str) -> Schema:
    """What an objective takes for one value of the argument that it is chosen by."""
    words = words_for(objective, {objective.chosen_by: chosen})
    arguments = tuple(
        replace(one, type=t.Choice((chosen,)), required=one.required or chosen != one.default)
        if one.name == objective.chosen_by
        else one
        for one in words.arguments
    )
    return _takes(replace(words, arguments=arguments))


def _by_phase() -> Schema:
    """An optimizer for each update of a step, where an objective has several."""
    several = [objective.phases for objective in OBJECTIVES.values() if len(objective.phases) > 1]
    return either(
        *(
            {
                "type": "object",
                "properties": {phase: reference("optimizer") for phase in phases},
                "required": list(phases),
                "additionalProperties": False,
            }
            for phases in dict.fromkeys(several)
        )
    )


def _by_output(value: Schema, output: str) -> Schema:
    """A mapping by output: several keys, or one that is no class of Keras."""
    return {
        "type": "object",
        "additionalProperties": value,
        "anyOf": [{"minProperties": 2}, {"propertyNames": {"pattern": output}}],
    }
