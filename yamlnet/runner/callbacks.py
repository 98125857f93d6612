"""Keras's callbacks in our loop: made from specs, given their places, told what they may see.

No blueprint names a file that a callback writes (`callback-paths`): each has its place here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import keras

from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic
from yamlnet.resolver.plan import ObjectSpec

BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")

CHECKPOINTS = "checkpoints"

FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
"""A name that `str.format` can look up and do nothing else with."""


def make_callbacks(
    specs: Sequence[ObjectSpec], folder: Path, logs: Collection[str], construct: Callable[..., Any]
) -> list[keras.callbacks.Callback]:
    """Construct callbacks with their files inside the run folder.

    The second of a kind has places of its own: `checkpoints-2/`, `log-2.csv`, `tensorboard-2/`.

    Args:
        specs: what the blueprint asks for.
        folder: the run folder.
        logs: the names under which an epoch's values will come.
        construct: makes an object of a spec and further arguments.
    """
    counts: Counter[str] = Counter()
    made = []
    for spec in specs:
        counts[spec.name] += 1
        number = f"-{counts[spec.name]}" if counts[spec.name] > 1 else ""
        if spec.name == "ModelCheckpoint":
            (folder / f"{CHECKPOINTS}{number}").mkdir(exist_ok=True)
        made.append(construct(spec, **_places(spec, folder, number, logs)))
    return made


def refused_callbacks(specs: Sequence[ObjectSpec], construct: Callable[..., Any]) -> list[Diagnostic]:
    """What Keras refuses of callbacks, found by making each once, before there is a run folder."""
    found: list[Diagnostic] = []
    for spec in specs:
        try:
            construct(spec, **_places(spec, Path("run"), "", ()))
        except BlueprintError as error:
            found.extend(error.diagnostics)
    return found


def _places(spec: ObjectSpec, folder: Path, number: str, logs: Collection[str]) -> dict[str, str]:
    """The arguments of a callback that say where it writes."""
    match spec.name:
        case "ModelCheckpoint":
            checkpoints = folder / f"{CHECKPOINTS}{number}"
            return {"filepath": f"{_literal(checkpoints)}/{_checkpoint(spec, logs)}"}
        case "CSVLogger":
            return {"filename": str(folder / f"log{number}.csv")}
        case "TensorBoard":
            return {"log_dir": str(folder / f"tensorboard{number}")}
    return {}


def _checkpoint(spec: ObjectSpec, logs: Collection[str]) -> str:
    """The name of a checkpoint's file, which Keras fills in: `epoch-003-val_loss-0.1234.keras`.

    The best one alone is `best.keras`, which each better one replaces. Between epochs there is no value yet.
    """
    if spec.arguments.get("save_best_only"):
        return "best.keras"
    if isinstance(spec.arguments.get("save_freq", "epoch"), int):
        return "epoch-{epoch:03d}-batch-{batch:06d}.keras"
    monitor = str(spec.arguments.get("monitor", "val_loss"))
    value = f"-{monitor}-{{{monitor}:.4f}}" if monitor in logs and FIELD.match(monitor) else ""
    return f"epoch-{{epoch:03d}}{value}.keras"


def _literal(path: Path) -> str:
    """A folder's path as `str.format` leaves it: a brace in it is no field."""
    return str(path).replace("{", "{{").replace("}", "}}")


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
