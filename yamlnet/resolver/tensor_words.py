"""Words of `data` that are more than a value: which rows a tensor has, and what augments an input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.resolver.filling import Filling
from yamlnet.resolver.plan import Graph, ObjectSpec, WindowPlan
from yamlnet.schema.data_words import in_full


def window_plan(form: Mapping[str, object]) -> WindowPlan | None:
    """Which rows a tensor has, by `window`, `horizon` and `shift`; None where it has none of these."""
    window, horizon = (
        cast("Mapping[str, object]", in_full(word, form[word]) if word in form else {})
        for word in ("window", "horizon")
    )
    if not (window or horizon or "shift" in form):
        return None
    length = cast("int | None", window.get("length", horizon.get("steps")))
    known = [one for one in (form.get("shift"), horizon.get("steps")) if isinstance(one, int)]
    walk = window or horizon
    return WindowPlan(
        length, sum(known), cast("int | None", walk.get("stride")), cast("str | None", walk.get("by"))
    )


def augment_plan(
    value: object, model: Graph | None, filling: Filling, path: KeyPath
) -> dict[str, tuple[ObjectSpec, ...]]:
    """The layers that augment each input; a bare list is for the only one."""
    if value is None or model is None:
        return {}
    inputs = [given.name for given in model.inputs]
    if isinstance(value, list):
        if len(inputs) > 1:
            message = f"the model has several inputs; say which: augment: {{{inputs[0]}: […]}}"
            filling.problems.add("augment", message, path)
            return {}
        return {inputs[0]: _layers(value, filling, path)} if value else {}
    found = {}
    for name, layers in cast("Mapping[str, list[object]]", value).items():
        if name not in inputs:
            mend = did_you_mean(name, inputs) or f"; it has {', '.join(inputs)}"
            filling.problems.add("augment", f'the model has no input "{name}"{mend}', (*path, name), "key")
        elif layers:
            found[name] = _layers(layers, filling, (*path, name))
    return found


def _layers(layers: list[object], filling: Filling, path: KeyPath) -> tuple[ObjectSpec, ...]:
    return tuple(filling.spec("layer", layer, {}, (*path, index)) for index, layer in enumerate(layers))
