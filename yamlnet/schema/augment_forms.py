"""Checking `augment`: layers that change inputs at random while training, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.diagnostics.diagnostic import KeyPath
from yamlnet.diagnostics.problems import Problems
from yamlnet.diagnostics.suggest import did_you_mean
from yamlnet.schema.data_words import AUGMENTATIONS, MIXING
from yamlnet.schema.expressions import is_template
from yamlnet.schema.objects import check_object, is_object_form, split_form


def check_augment(value: object, path: KeyPath, problems: Problems) -> None:
    """Report every mistake of `augment`: a list of layers, or one for each input by its name."""
    if value is None or is_template(value):
        return
    if not isinstance(value, list | dict):
        message = "augment is a list of layers: [RandomFlip: horizontal], or one by input: {image: […]}"
        problems.add("wrong-type", message, path)
        return
    for layers, place in augment_lists(value, path):
        if not isinstance(layers, list):
            message = "an input's augment is a list of layers: [RandomFlip: horizontal]"
            problems.add("wrong-type", message, place)
            continue
        for index, layer in enumerate(layers):
            _check_layer(layer, (*place, index), problems)


def augment_lists(value: object, path: KeyPath) -> Iterator[tuple[object, KeyPath]]:
    """Each list of layers with its place."""
    if isinstance(value, dict):
        for name, layers in value.items():
            yield layers, (*path, str(name))
    else:
        yield value, path


def _check_layer(layer: object, path: KeyPath, problems: Problems) -> None:
    if is_object_form(layer) and not is_template(layer):
        name, _, place = split_form(layer, path)
        if name in MIXING:
            message = f'"{name}" mixes rows, and their targets with them; augment changes inputs alone'
            problems.add("augment", message, place, "key" if isinstance(layer, dict) else "value")
            return
        if name not in AUGMENTATIONS:
            mend = did_you_mean(name, AUGMENTATIONS) or f"; there are {', '.join(AUGMENTATIONS)}"
            message = f'"{name}" does not augment{mend}'
            problems.add("augment", message, place, "key" if isinstance(layer, dict) else "value")
            return
    check_object("layer", layer, path, problems)
