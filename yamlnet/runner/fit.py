"""The training loop: epochs over batches through a stepper, with callbacks, history and the run folder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import keras
from msgspec import Struct, field

from yamlnet.compiler.objects import construct, first_sentences
from yamlnet.compiler.saving import save_model
from yamlnet.data.batches import Batch
from yamlnet.data.dataset import Dataset
from yamlnet.data.waiting import hidden
from yamlnet.diagnostics.diagnostic import DataError, TrainingError, YamlnetError
from yamlnet.objectives.objective import Models, Objective
from yamlnet.resolver.plan import Plan
from yamlnet.runner.callbacks import callback_list, make_callbacks, want_batches
from yamlnet.runner.curves import draw_curves
from yamlnet.runner.feed import Feed, Rows
from yamlnet.runner.files import CURVES, DATA, MANIFEST, METRICS
from yamlnet.runner.folder import RunFolder
from yamlnet.runner.interruption import Interruption
from yamlnet.runner.manifest import ended, new_manifest
from yamlnet.runner.progress import Progress
from yamlnet.runner.run import History, Run
from yamlnet.runner.steps import make_objective
from yamlnet.runner.steps.devices import ALONE, Devices
from yamlnet.runner.steps.stepper import Stepper, warm_up
from yamlnet.runner.transfer.adapters import plain_models
from yamlnet.runner.transfer.learning import Learning
from yamlnet.runner.transfer.quantizing import quantize_run


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
        with closing(_feed(dataset, plan, devices)) as feed:
            loop = _start(models, feed, plan, folder, progress, devices)
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
    run = Run(folder.path, loop.models, loop.history, metrics, dict(dataset.fitted), manifest)
    assert plan.train is not None, "train() looked"
    if plan.train.transfer.quantize is not None:
        run, text = quantize_run(run, plan, dataset, folder)
        progress.note(text)
    return run


class _Loop(Struct):
    """What the loop works with, and how far it is."""

    model: keras.Model
    models: Models
    objective: Objective
    learning: Learning
    stepper: Stepper
    feed: Feed
    devices: Devices
    seed: int
    folder: RunFolder
    progress: Progress
    callbacks: keras.callbacks.CallbackList
    listens_to_batches: bool
    epochs: int
    steps: int
    interruption: Interruption
    history: History = field(default_factory=dict)


def _feed(dataset: Dataset, plan: Plan, devices: Devices) -> Feed:
    """Where batches come from: the rows, or the environment of an objective that acts."""
    if plan.objective.acts:
        from yamlnet.runner.experience.experience import Experience

        return Experience(plan)
    return Rows(dataset, plan, devices)


def _start(
    models: Models, feed: Feed, plan: Plan, folder: RunFolder, progress: Progress, devices: Devices
) -> _Loop:
    train = plan.train
    assert train is not None, "train() looked"
    objective = make_objective(models, train, plan.seed)
    learning = Learning(models, train)
    _warm_up(objective, models, feed.first())
    epochs = math.ceil(train.steps / feed.per_epoch) if train.steps else (train.epochs or 1)
    made = make_callbacks(train.callbacks, folder.path, _log_names(objective, feed), construct)
    callbacks = [*made, *feed.callbacks]
    model = models["model"]
    return _Loop(
        model=model,
        models=models,
        objective=objective,
        learning=learning,
        stepper=learning.stepper(objective, 0, plan.seed, devices),
        feed=feed,
        devices=devices,
        seed=plan.seed,
        folder=folder,
        progress=progress,
        callbacks=callback_list(callbacks, model, epochs, feed.per_epoch),
        listens_to_batches=want_batches(callbacks),
        epochs=epochs,
        steps=train.steps or epochs * feed.per_epoch,
        interruption=Interruption(hears=devices.processes == 1),
    )


def _log_names(objective: Objective, feed: Feed) -> set[str]:
    """The names under which an epoch's values come."""
    names = {*objective.results(), *feed.told()}
    return names | {f"val_{name}" for name in names if "validation" in feed.parts}


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
    per_epoch = loop.feed.per_epoch
    for note in loop.feed.notes:
        loop.progress.note(note)
    _tell_learnt(loop)
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
    for phase in loop.objective.phases:  # Keras's moving average of the weights, where an optimizer keeps one
        phase.optimizer.finalize_variable_values(loop.stepper.variables.optimized[phase.name])
    _tell(loop, "on_train_end", logs)
    loop.stepper.reload()
    return interrupted


def _epoch(loop: _Loop, epoch: int, steps: int) -> dict[str, float]:
    if epoch in loop.learning.changes:
        loop.stepper.sync()
        loop.stepper = loop.learning.stepper(loop.objective, epoch, loop.seed, loop.devices)
        _tell_learnt(loop)
    loop.progress.epoch(epoch + 1)
    _tell(loop, "on_epoch_begin", epoch)
    loop.stepper.reload()
    loop.stepper.reset_metrics()
    for step, batch in zip(range(steps), loop.feed.batches(loop.stepper, epoch), strict=False):
        _step(loop, step, batch)
        if loop.interruption.asked:
            return {}  # an epoch that was not finished is not part of the history
        if loop.model.stop_training:
            break
    logs = loop.stepper.results() | loop.feed.told()
    _refuse_nan(logs, epoch, loop)
    if "validation" in loop.feed.parts:
        found = loop.feed.measure(loop.stepper, "validation")
        logs |= {f"val_{name}": value for name, value in found.items()}
    for name, value in logs.items():
        loop.history.setdefault(name, []).append(value)
    loop.folder.write_history(loop.history)
    loop.progress.epoch_end(epoch + 1, logs)
    loop.stepper.sync()
    _tell(loop, "on_epoch_end", epoch, logs)
    return logs


def _tell_learnt(loop: _Loop) -> None:
    if text := loop.learning.told():
        loop.progress.note(text)


def _step(loop: _Loop, step: int, batch: Batch) -> None:
    if loop.listens_to_batches:
        _tell(loop, "on_train_batch_begin", step)
    loop.stepper.train(batch)
    if loop.listens_to_batches:
        loop.stepper.sync()
        _tell(loop, "on_train_batch_end", step, loop.stepper.results())
        loop.stepper.reload()
    if loop.progress.step(step + 1):
        loop.progress.show(loop.stepper.results() | loop.feed.told())


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


def _in_units(loop: _Loop, part: str, outputs: Sequence[str]) -> dict[str, float]:
    """How well it does in the units of the targets' columns; why not, where there is no way back to them."""
    try:
        return loop.feed.in_units(loop.model, part, outputs)
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
    found = {part: loop.feed.measure(loop.stepper, part) for part in loop.feed.parts}
    loop.stepper.sync()
    for part, told in found.items():
        told |= _in_units(loop, part, outputs)
    if loop.history:
        last = {name: values[-1] for name, values in loop.history.items() if not name.startswith("val_")}
        found["train"] = {name: value for name, value in last.items() if math.isfinite(value)}
    folder.write_json(METRICS, found)
    if plan.train is not None and plan.train.transfer.lora is not None:
        loop.models = plain_models(loop.models, plan)
    for name, model in loop.models.items():
        save_model(model, folder.model_file(name))
    if loop.history:
        folder.write(CURVES, draw_curves(loop.history, plan.name))
    return found
