"""Keras's callbacks in our loop: made from specs, kept inside the run folder, told what they may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from yamlnet.checks.callback_paths import PATHS
from yamlnet.resolver.plan import ObjectSpec

BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")


def make_callbacks(
    specs: Sequence[ObjectSpec], folder: Path, construct: Callable[[ObjectSpec], Any]
) -> list[keras.callbacks.Callback]:
    """Construct callbacks with their files inside the run folder.

    The checks have refused paths that lead out of it.
    """
    return [construct(_inside(spec, folder)) for spec in specs]


def _inside(spec: ObjectSpec, folder: Path) -> ObjectSpec:
    argument = PATHS.get(spec.name)
    if argument is None:
        return spec
    written = str(spec.arguments.get(argument, "logs"))
    path = folder / written
    path.parent.mkdir(parents=True, exist_ok=True)
    return replace(spec, arguments={**spec.arguments, argument: str(path)})


def callback_list(
    callbacks: list[keras.callbacks.Callback], model: keras.Model, epochs: int, steps: int
) -> keras.callbacks.CallbackList:
    """Keras's own list, which calls them in order; history and progress are ours."""
    return keras.callbacks.CallbackList(
        callbacks, add_history=False, add_progbar=False, model=model, epochs=epochs, steps=steps, verbose=0
    )


def want_batches(callbacks: Sequence[keras.callbacks.Callback]) -> bool:
    """Whether any callback listens to single batches: only then are weights and logs ready for each."""
    return any(
        getattr(type(callback), hook) is not getattr(keras.callbacks.Callback, hook)
        for callback in callbacks
        for hook in BATCH_HOOKS
    )
