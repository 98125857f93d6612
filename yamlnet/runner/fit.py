"""The training loop: epochs over batches through a stepper, with callbacks, history and the run folder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from yamlnet.compiler.objects import construct, first_sentences
from yamlnet.compiler.saving import save_model
from yamlnet.data.batches import Batch, row_shapes, steps_per_epoch
from yamlnet.data.dataset import AnySplit, Dataset, way
from yamlnet.data.units import Units, output_units
from yamlnet.data.waiting import hidden
from yamlnet.diagnostics.diagnostic import DataError, TrainingError, YamlnetError
from yamlnet.objectives.objective import Models, Objective, Phase
from yamlnet.resolver.plan import DataPlan, Plan, TrainPlan
from yamlnet.runner.augment import Augmenter
from yamlnet.runner.callbacks import callback_list, make_callbacks, want_batches
from yamlnet.runner.curves import draw_curves
from yamlnet.runner.evaluate import measure
from yamlnet.runner.files import CURVES, DATA, MANIFEST, METRICS
from yamlnet.runner.folder import RunFolder
from yamlnet.runner.interruption import Interruption
from yamlnet.runner.manifest import ended, new_manifest
from yamlnet.runner.progress import Progress
from yamlnet.runner.run import History, Run
from yamlnet.runner.steps import make_objective, make_stepper
from yamlnet.runner.steps.devices import ALONE, Devices
from yamlnet.runner.steps.stepper import Stepper, warm_up


def fit(
    models: Models,
    dataset: Dataset,
    plan: Plan,
    folder: RunFolder,
    progress: Progress,
    data_root: Path,
    devices: Devices = ALONE,
) -> Run:
    """Train until the plan's end, early stopping, or an interruption; evaluate; keep everything.

    Ctrl-C ends training after the step as if it had been planned: what was learnt is evaluated and kept. Of
    several processes it ends each at once.

    Args:
        models: from `lower`.
        dataset: from `data.dataset.load`.
        plan: fully known.
        folder: made by `create_folder`; it survives every failure.
        progress: what is shown meanwhile.
        data_root: the folder that the blueprint's data paths are relative to.
        devices: which train together, from `join`.

    Raises:
        TrainingError: the loss is no longer a number.
    """
    manifest = new_manifest(plan, folder, dataset.digest, data_root, dataset.skipped, devices)
    folder.write_json(MANIFEST, manifest)
    folder.write_json(DATA, dataset.fitted)
    try:
        loop = _start(models, dataset, plan, folder, progress, devices)
        with hidden():  # rows are read meanwhile, and training shows how far it is itself
            interrupted = _train(loop)
        metrics = _finish(loop, folder, plan, manifest["outputs"])
    except BaseException as error:
        folder.write_json(MANIFEST, ended(manifest, "failed", f"{type(error).__name__}: {error}"))
        if isinstance(error, YamlnetError):
            error.hint = "; ".join(filter(None, [error.hint, f"the run so far is kept in {folder.path}"]))
        raise
    finally:
        progress.close()
    manifest = ended(manifest, "interrupted" if interrupted else "finished")
    folder.write_json(MANIFEST, manifest)
    return Run(folder.path, models, loop.history, metrics, dict(dataset.fitted), manifest)


class _Loop(Struct):
    """What the loop works with, and how far it is."""

    model: keras.Model
    models: Models
    phases: Sequence[Phase]
    stepper: Stepper
    augment: Augmenter
    dataset: Dataset
    train: TrainPlan
    data: DataPlan
    seed: int
    folder: RunFolder
    progress: Progress
    callbacks: keras.callbacks.CallbackList
    listens_to_batches: bool
    epochs: int
    steps: int
    devices: Devices
    interruption: Interruption
    history: History = field(default_factory=dict)


def _start(
    models: Models, dataset: Dataset, plan: Plan, folder: RunFolder, progress: Progress, devices: Devices
) -> _Loop:
    train, data = plan.train, plan.data
    assert train is not None and data is not None, "the checks require both to train"
    objective = make_objective(models, train, plan.seed)
    first = next(_batches(dataset.train, data, plan.seed, 0, train, devices))
    _warm_up(objective, models, first)
    per_epoch = steps_per_epoch(dataset.train.rows, data.batch_size)
    epochs = math.ceil(train.steps / per_epoch) if train.steps else (train.epochs or 1)
    callbacks = make_callbacks(train.callbacks, folder.path, _log_names(objective, dataset), construct)
    model = models["model"]
    return _Loop(
        model=model,
        models=models,
        phases=objective.phases,
        stepper=make_stepper(objective, models, plan.seed, devices),
        augment=Augmenter(data.augment, plan.seed, row_shapes(dataset.train.first()), devices.process),
        dataset=dataset,
        train=train,
        data=data,
        seed=plan.seed,
        folder=folder,
        progress=progress,
        callbacks=callback_list(callbacks, model, epochs, per_epoch),
        listens_to_batches=want_batches(callbacks),
        epochs=epochs,
        steps=train.steps or epochs * per_epoch,
        devices=devices,
        interruption=Interruption(hears=devices.processes == 1),
    )


def _log_names(objective: Objective, dataset: Dataset) -> set[str]:
    """The names under which an epoch's values come."""
    names = set(objective.results())
    return names | {f"val_{name}" for name in names if dataset.validation is not None}


def _warm_up(objective: Objective, models: Models, first: Batch) -> None:
    """Make what losses and metrics keep; what they refuse is told in a sentence.

    Raises:
        TrainingError: a loss or a metric cannot be computed on this data.
    """
    for phase in objective.phases:
        try:
            warm_up(objective, models, first, phase)
        except (ValueError, TypeError, RuntimeError) as error:
            message = f"a loss or a metric cannot be computed on these outputs and targets: {error}"
            raise TrainingError(first_sentences(message)) from error


def _train(loop: _Loop) -> bool:
    """Run the epochs; whether the user interrupted them."""
    per_epoch = steps_per_epoch(loop.dataset.train.rows, loop.data.batch_size)
    for text in (way(loop.dataset.train), loop.devices.told(loop.data.batch_size)):
        if text:
            loop.progress.note(text)
    loop.progress.start(loop.epochs, per_epoch)
    loop.model.stop_training = False
    _tell(loop, "on_train_begin")
    logs: dict[str, float] = {}
    try:
        with loop.interruption:
            for epoch in range(loop.epochs):
                logs = _epoch(loop, epoch, min(per_epoch, loop.steps - epoch * per_epoch))
                if loop.model.stop_training or loop.interruption.asked:
                    break
        interrupted = loop.interruption.asked
    except KeyboardInterrupt:  # from a callback, which runs between steps
        if not loop.interruption.hears:
            raise
        interrupted = True
    loop.stepper.sync()
    for phase in loop.phases:  # Keras's moving average of the weights, where an optimizer keeps one
        phase.optimizer.finalize_variable_values(loop.stepper.variables.trainable[phase.name])
    _tell(loop, "on_train_end", logs)
    loop.stepper.reload()
    return interrupted


def _epoch(loop: _Loop, epoch: int, steps: int) -> dict[str, float]:
    loop.progress.epoch(epoch + 1)
    _tell(loop, "on_epoch_begin", epoch)
    loop.stepper.reload()
    loop.stepper.reset_metrics()
    rows = _batches(loop.dataset.train, loop.data, loop.seed, epoch, loop.train, loop.devices)
    for step, batch in zip(range(steps), rows, strict=False):
        _step(loop, step, loop.augment(batch, epoch, step))
        if loop.interruption.asked:
            return {}  # an epoch that was not finished is not part of the history
        if loop.model.stop_training:
            break
    logs = loop.stepper.results()
    _refuse_nan(logs, epoch, loop)
    if loop.dataset.validation is not None:
        logs |= {f"val_{name}": value for name, value in _evaluate(loop, loop.dataset.validation).items()}
    for name, value in logs.items():
        loop.history.setdefault(name, []).append(value)
    loop.folder.write_history(loop.history)
    loop.progress.epoch_end(epoch + 1, logs)
    loop.stepper.sync()
    _tell(loop, "on_epoch_end", epoch, logs)
    return logs


def _step(loop: _Loop, step: int, batch: Batch) -> None:
    if loop.listens_to_batches:
        _tell(loop, "on_train_batch_begin", step)
    loop.stepper.train(batch)
    if loop.listens_to_batches:
        loop.stepper.sync()
        _tell(loop, "on_train_batch_end", step, loop.stepper.results())
        loop.stepper.reload()
    if loop.progress.step(step + 1):
        loop.progress.show(loop.stepper.results())


def _tell(loop: _Loop, hook: str, *arguments: Any) -> None:
    """Tell the callbacks where training is.

    Raises:
        TrainingError: one of them cannot go on: it needs a value that there is not, or a package.
    """
    try:
        getattr(loop.callbacks, hook)(*arguments)
    except YamlnetError:
        raise
    except Exception as error:  # whatever code stands in them, a user reads a sentence
        text = first_sentences(str(error)) or type(error).__name__
        raise TrainingError(f"a callback cannot go on ({hook}): {text}") from error


def _batches(
    split: AnySplit, data: DataPlan, seed: int, epoch: int, train: TrainPlan, devices: Devices
) -> Any:
    """The epoch's batches, weighted by class where the plan says so."""
    for batch in split.batches(data.batch_size, seed, epoch, shuffle=data.shuffle, shard=devices.shard):
        yield _weighted(batch, train.class_weight) if train.class_weight else batch


def _weighted(batch: Batch, class_weight: Mapping[int, float]) -> Batch:
    """A batch with each row weighted by its class, as `Model.fit` does it: classes without one weigh 1."""
    target = next(iter(batch.targets.values()))
    classes = target.reshape(len(target), -1)
    classes = classes.argmax(axis=1) if classes.shape[1] > 1 else classes[:, 0]
    weights = np.ones(len(target), dtype=np.float32)
    for label, weight in class_weight.items():
        weights[classes == label] = weight
    return replace(batch, sample_weight=weights)


def _evaluate(loop: _Loop, split: AnySplit) -> dict[str, float]:
    """Loss and metrics over a whole split, with the weights that the stepper holds."""
    loop.stepper.reset_metrics()
    for batch in split.batches(loop.data.batch_size, shuffle=False, shard=loop.devices.shard):
        loop.stepper.evaluate(batch)
    return loop.stepper.results()


def _in_units(
    loop: _Loop, split: AnySplit, units: Mapping[str, Units], outputs: Sequence[str]
) -> dict[str, float]:
    """The same in the units of the targets' columns; why not, where there is no way back to them."""
    try:
        return measure(loop.model, outputs, split, units)
    except DataError as error:
        loop.progress.note(f"nothing is told in the units of the data: {error}")
        return {}


def _refuse_nan(logs: Mapping[str, float], epoch: int, loop: _Loop) -> None:
    diverged = [name for name, value in logs.items() if name.endswith("loss") and not math.isfinite(value)]
    if not diverged or loop.model.stop_training:
        return
    name = "loss" if "loss" in diverged else diverged[0]
    rate = float(keras.ops.convert_to_numpy(loop.model.optimizer.learning_rate))
    raise TrainingError(
        f"the {name.replace('_', ' ')} is {logs[name]} after epoch {epoch + 1}: training diverged "
        f"(learning rate {rate:g})",
        hint="lower the optimizer's learning_rate, set its clipnorm: 1.0, or normalize the inputs",
    )


def _finish(
    loop: _Loop, folder: RunFolder, plan: Plan, outputs: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Evaluate the weights that were kept on every part, and write what remains."""
    every = {"validation": loop.dataset.validation, "test": loop.dataset.test}
    parts = {part: split for part, split in every.items() if split is not None}
    found = {part: _evaluate(loop, split) for part, split in parts.items()}
    loop.stepper.sync()
    units = output_units(plan, loop.dataset.fitted)
    for part, split in parts.items():
        found[part] |= _in_units(loop, split, units, outputs)
    if loop.history:
        found["train"] = {
            name: values[-1] for name, values in loop.history.items() if not name.startswith("val_")
        }
    folder.write_json(METRICS, found)
    for name, model in loop.models.items():
        save_model(model, folder.model_file(name))
    if loop.history:
        folder.write(CURVES, draw_curves(loop.history, plan.name))
    return found
