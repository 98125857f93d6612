"""learning-rate: steps that are small enough to learn by, and a schedule as long as the training.

Adam and its like move every weight by about the learning rate at each step, whatever the gradient:
from 1 on that is farther than weights are apart. Usual are 1e-4 to 1e-2, and 0.01 to 0.1 for SGD. A
schedule counts steps, not epochs: with the training's length, decay_steps: ${steps}, it ends with it. One
that ends early trains on at its last rate, one that is far longer hardly begins. (With the rows unknown,
lengths are told once train has read them.) A rate that follows a schedule cannot be reduced by a callback.

Fails:

    train:
      loss: {SparseCategoricalCrossentropy: {from_logits: true}}
      optimizer: {Adam: {learning_rate: 30}}

Passes:

    train:
      loss: {SparseCategoricalCrossentropy: {from_logits: true}}
      optimizer: {Adam: {learning_rate: 3e-4}}
"""

from __future__ import annotations

from collections.abc import Iterator

from yamlnet.checks.tracing import argument, place_of
from yamlnet.diagnostics.diagnostic import Diagnostic, KeyPath
from yamlnet.resolver.plan import ObjectSpec, Plan

NAME = "learning-rate"

TOO_LARGE = 10.0
ADAPTIVE = ("Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Lion", "Lamb")
"""Optimizers whose steps are about as long as the rate, whatever the gradient; Adadelta's usual rate is 1."""

TOO_LARGE_ADAPTIVE = 1.0

RATES = {
    "CosineDecay": ("initial_learning_rate", "warmup_target"),
    "CosineDecayRestarts": ("initial_learning_rate",),
    "ExponentialDecay": ("initial_learning_rate",),
    "InverseTimeDecay": ("initial_learning_rate",),
    "PolynomialDecay": ("initial_learning_rate",),
    "PiecewiseConstantDecay": ("values",),
}
"""The arguments of each schedule that are rates."""

TO_THE_END = ("CosineDecay", "PolynomialDecay")
"""Schedules that run once, for `decay_steps`, and then stay where they are."""

SHORT, LONG = 0.9, 10
"""A schedule that ends before so much of the training, or is so many times as long, was meant for another."""


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Yield a warning for each rate that diverges, and each schedule that does not fit the training."""
    if plan.train is None:
        return
    for optimizer in plan.train.optimizers.values():
        yield from _optimizer(plan, optimizer)


def _optimizer(plan: Plan, optimizer: ObjectSpec) -> Iterator[Diagnostic]:
    rate = optimizer.arguments.get("learning_rate")
    if not isinstance(rate, ObjectSpec):
        yield from _rate(optimizer, rate, place_of(optimizer, "learning_rate"))
        return
    yield from _plateau(plan)
    yield from _nothing(rate)
    for word in RATES.get(rate.name, ()):
        value = rate.arguments.get(word)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _rate(optimizer, item, (*place_of(rate, word), index))
        else:
            yield from _rate(optimizer, value, place_of(rate, word))
    if (steps := _steps(plan)) is not None:
        yield from _length(rate, steps)


def _nothing(schedule: ObjectSpec) -> Iterator[Diagnostic]:
    """A rate that begins at 0 and is not warmed up: it stays there."""
    starts_at_zero = schedule.name == "CosineDecay" and schedule.arguments.get("initial_learning_rate") == 0
    if starts_at_zero and argument(schedule, "warmup_target") is None:
        message = "the rate is 0 from the first step on, and nothing is learnt; 0 is for a warmup_target"
        path = place_of(schedule, "initial_learning_rate")
        yield Diagnostic(NAME, message, path, severity="warning")


def _plateau(plan: Plan) -> Iterator[Diagnostic]:
    """A callback that would set the rate, which Keras refuses where a schedule gives it: in mid-training."""
    for callback in plan.train.callbacks if plan.train is not None else ():
        if callback.name == "ReduceLROnPlateau":
            message = (
                "the optimizer's rate follows a schedule, which ReduceLROnPlateau may not change: "
                "training would stop at the first plateau; remove one of them"
            )
            yield Diagnostic(NAME, message, callback.path, "key")


def _rate(optimizer: ObjectSpec, rate: object, path: KeyPath) -> Iterator[Diagnostic]:
    if not isinstance(rate, int | float) or isinstance(rate, bool):
        return
    adaptive = optimizer.name in ADAPTIVE
    if rate > TOO_LARGE or (adaptive and rate >= TOO_LARGE_ADAPTIVE):
        usual = "1e-4 to 1e-2" if adaptive else "0.001 to 0.1"
        message = f"a learning rate of {rate:g} makes {optimizer.name} diverge; usual are {usual}"
        yield Diagnostic(NAME, message, path, severity="warning")


def _steps(plan: Plan) -> int | None:
    """How many steps training takes in all, where that is known."""
    steps = (plan.facts or {}).get("steps", plan.train.steps if plan.train is not None else None)
    return steps if isinstance(steps, int) else None


def _length(schedule: ObjectSpec, steps: int) -> Iterator[Diagnostic]:
    warmup, decay = argument(schedule, "warmup_steps") or 0, schedule.arguments.get("decay_steps")
    if not isinstance(warmup, int) or not isinstance(decay, int):
        return
    if warmup >= steps:
        message = f"the warm-up takes {warmup:,} steps, and training has {steps:,}: it never ends"
        yield Diagnostic(NAME, message, place_of(schedule, "warmup_steps"), severity="warning")
    elif schedule.name in TO_THE_END and decay > LONG * steps:
        message = (
            f'the schedule takes {decay:,} steps, and training has {steps:,}; write decay_steps: "${{steps}}"'
        )
        yield Diagnostic(NAME, message, place_of(schedule, "decay_steps"), severity="warning")
    elif warmup + decay < SHORT * steps and _ends_at_zero(schedule):
        message = (
            f"the rate is 0 from step {warmup + decay:,} of {steps:,} on, and nothing more is learnt; "
            'write decay_steps: "${steps}"'
        )
        yield Diagnostic(NAME, message, place_of(schedule, "decay_steps"), severity="warning")


def _ends_at_zero(schedule: ObjectSpec) -> bool:
    if schedule.name == "CosineDecay":
        return argument(schedule, "alpha") == 0
    return (
        schedule.name == "PolynomialDecay"
        and argument(schedule, "end_learning_rate") == 0
        and argument(schedule, "cycle") is False
    )
