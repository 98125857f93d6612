"""Checking the words of `train.objective` and of what depends on it: its models, its arguments, its updates.

What an ordinary blueprint does not need is imported when an objective is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yamlnet.diagnostics.diagnostic import At, KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import closest, did_you_mean
from yamlnet.schema.expressions import is_template
from yamlnet.schema.objects import check_object, check_value, is_object_form, split_form
from yamlnet.schema.words import SUPERVISED, name_mistake

if TYPE_CHECKING:
    from yamlnet.schema.objective_terms import ObjectiveWords


def objective_form(train: object) -> object:
    """What a `train` section says of its objective, as it is written."""
    written = train.get("objective") if isinstance(train, Mapping) else None
    return SUPERVISED if written is None else written


def words_of(train: object) -> ObjectiveWords | None:
    """The words of the objective that a `train` section names; None where there is no such objective."""
    from yamlnet.catalog.plugins import PluginError
    from yamlnet.schema.objective_terms import words_for
    from yamlnet.schema.objective_words import words_named

    written = objective_form(train)
    if not is_object_form(written):
        return None
    name, body, _ = split_form(written, ())
    try:
        words = words_named(name)
    except PluginError:
        return None  # `_refuse_name` says why
    return words_for(words, body) if words is not None else None


def roles_named(train: object) -> dict[str, str]:
    """The models that an objective names, by role."""
    written = objective_form(train)
    words = words_of(train) if isinstance(written, dict) else None
    body = split_form(written, ())[1] if words is not None else None
    if words is None or not isinstance(body, dict):
        return {}
    roles = {argument.name for argument in words.models}
    return {
        role: name for role, name in body.items() if role in roles and name_mistake(name, "tensor") is None
    }


def makes_model(train: object) -> bool:
    """Whether the models that an objective names make the one that is used, so that the file needs none."""
    words = words_of(train) if objective_form(train) != SUPERVISED else None
    return words is not None and bool(words.serves) and {*words.serves} <= {*roles_named(train)}


def check_objective(train: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Report the mistakes of `train.objective`, and of what the objective has no use for."""
    written, place = objective_form(train), (*path, "objective")
    if written == SUPERVISED or is_template(written):
        return
    if not is_object_form(written):
        message = "an objective is its name, with what it takes: {GAN: {generator: …, discriminator: …}}"
        problems.add("wrong-type", message, place)
        return
    name, body, inner = split_form(written, place)
    words = words_of(train)
    if words is None:
        _refuse_name(name, place, isinstance(written, dict), problems)
        return
    if (body is not None and not isinstance(body, dict)) or (body and not words.words):
        takes = (
            f"its arguments by name: {', '.join(one.name for one in words.words)}"
            if words.words
            else "no arguments"
        )
        problems.add("wrong-type", f'objective "{name}" takes {takes}', inner)
        return
    _check_arguments(words, name, body or {}, inner, problems)
    _check_rest(words, name, train, path, problems)


def _refuse_name(name: str, path: KeyPath, at_key: bool, problems: Problems) -> None:
    from yamlnet.schema.objective_words import OBJECTIVES

    place = (*path, name) if at_key else path
    at: At = "key" if at_key else "value"
    if "." in name:
        _refuse_of_plugin(name, place, at, problems)
        return
    mend = did_you_mean(name, OBJECTIVES) or f"; there are {', '.join(OBJECTIVES)}"
    problems.add("unknown-objective", f'there is no objective "{name}"{mend}', place, at)


def _refuse_of_plugin(name: str, place: KeyPath, at: At, problems: Problems) -> None:
    from yamlnet.catalog.plugins import PluginError
    from yamlnet.schema.objective_plugins import found, objectives_of

    namespace, _, own = name.partition(".")
    if namespace not in found():
        mend = did_you_mean(namespace, found()) or f"; there are {', '.join(found()) or 'none'}"
        message = f'no installed plugin with objectives is called "{namespace}"{mend}'
        problems.add("unknown-import", message, place, at)
        return
    try:
        known = objectives_of(namespace)
    except PluginError as error:
        problems.add("plugin", str(error), place, at)
        return
    mend = did_you_mean(own, known) or f"; it has {', '.join(known) or 'none'}"
    message = f'the plugin "{namespace}" has no objective "{own}"{mend}'
    problems.add("unknown-objective", message, place, at)


def _check_arguments(
    words: ObjectiveWords, name: str, body: Mapping[str, object], path: KeyPath, problems: Problems
) -> None:
    owner, by_name = f'objective "{name}"', {argument.name: argument for argument in words.words}
    chosen = body.get(words.chosen_by) if words.cases else None
    if is_template(chosen):
        one = f"{words.chosen_by}: {next(iter(words.cases))}"
        message = f'"{words.chosen_by}" of {owner} says what else it takes; write it out: {one}'
        problems.add("wrong-type", message, (*path, words.chosen_by))
        return
    if isinstance(chosen, str) and chosen in words.cases:
        owner = f"{owner} with {words.chosen_by}: {chosen}"
    for key, value in body.items():
        argument = by_name.get(key)
        if argument is None:
            _refuse_argument(words, owner, key, path, problems)
        else:
            check_value(argument.type, value, (*path, key), problems, f'"{key}" of {owner}')
    meant = {closest(key, by_name) for key in body if key not in by_name}
    for argument in words.words:
        if argument.required and argument.name not in {*body, *meant}:
            message = f'{owner} needs "{argument.name}": {argument.help}'
            problems.add("missing-argument", message, (*path, argument.name), "key")
    if "value" in body and "policy" not in body and "policy" in by_name:
        message = '"value" without "policy": name both, or write model: {…} with two outputs'
        problems.add("missing-argument", message, (*path, "value"), "key")
    partly = [role for role in words.serves if role in body]
    for role in words.serves if partly else ():
        if role not in {*body, *meant} and not by_name[role].required:
            message = f'"{partly[0]}" without "{role}": name both, or none and write model: {{…}}'
            problems.add("missing-argument", message, (*path, partly[0]), "key")


def _refuse_argument(words: ObjectiveWords, owner: str, key: str, path: KeyPath, problems: Problems) -> None:
    """Report a word that an objective does not know, or that another of its cases takes."""
    others = [value for value, case in words.cases.items() if key in case.takes]
    if others:
        message = f'{owner} has no use for "{key}", which is of {" and ".join(others)}; remove it'
        problems.add("no-effect", message, (*path, key), "key")
        return
    known = [argument.name for argument in words.words]
    mend = did_you_mean(key, known) or f"; it takes {', '.join(known)}"
    problems.add("unknown-argument", f'{owner} has no argument "{key}"{mend}', (*path, key), "key")


def _check_rest(
    words: ObjectiveWords, name: str, train: Mapping[str, object], path: KeyPath, problems: Problems
) -> None:
    """Report keys of `train` that mean nothing under the objective."""
    useless = {
        "loss": words.loss == "none",
        "loss_weights": not words.targets or words.loss == "none",
        "metrics": not words.metrics,
        "class_weight": not words.targets or words.loss == "none",
    }
    for key, is_useless in useless.items():
        if is_useless and train.get(key) is not None:
            mend = f"it is its argument: {{{name}: {{{key}: …}}}}" if _takes(words, key) else "remove it"
            message = f'objective "{name}" has no use for "{key}"; {mend}'
            problems.add("no-effect", message, (*path, key), "key")


def _takes(words: ObjectiveWords, key: str) -> bool:
    return any(argument.name == key for argument in words.arguments)


def check_optimizer(train: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
    """Report the mistakes of the optimizer: one for all updates of a step, or one for each by name."""
    written = train.get("optimizer")
    if written is None:
        return
    by_phase = phases_written(train)
    if by_phase is None:
        check_object("optimizer", written, path, problems)
        return
    words = words_of(train)
    phases = words.phases if words is not None else ()
    for phase in phases:
        if phase not in by_phase:
            message = f'there is no optimizer for "{phase}"; add it: {phase}: adam'
            problems.add("missing-key", message, path, "key")
    for phase, optimizer in by_phase.items():
        check_object("optimizer", optimizer, (*path, phase), problems)


def phases_written(train: Mapping[str, object]) -> dict[str, object] | None:
    """The optimizers by update, where `optimizer` is a mapping of them; None where it is one optimizer."""
    written = train.get("optimizer")
    words = words_of(train) if isinstance(written, dict) and objective_form(train) != SUPERVISED else None
    if words is None or not isinstance(written, dict) or len(words.phases) < 2:
        return None
    return written if {*written} & {*words.phases} else None


def has_targets(train: object) -> bool:
    """Whether outputs are compared with targets of the data."""
    words = words_of(train) if objective_form(train) != SUPERVISED else None
    return words is None or words.targets
