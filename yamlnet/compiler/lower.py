"""From a plan's graphs to `keras.Model`s, or to what inferring their shapes says: one walk, two ways.

`lower` makes models with weights. `infer` makes them without: every shape, every size and every refusal of
Keras, whatever the size of the model. What `lower` refuses it lets `infer` tell, so both say the same.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import keras

from yamlnet.compiler.abstract_weights import WeightLimit, abstract_weights
from yamlnet.compiler.deep_graphs import deep_graphs
from yamlnet.compiler.initial_weights import numpy_initial_weights
from yamlnet.compiler.lowering import Lowering
from yamlnet.compiler.roles import role_problems
from yamlnet.compiler.safe_mode import safe_mode
from yamlnet.compiler.signatures import remembered_signatures
from yamlnet.compiler.sizes import plan_sizes
from yamlnet.compiler.without_tensorflow import without_tensorflow
from yamlnet.diagnostics.diagnostic import BlueprintError
from yamlnet.diagnostics.problems import Problems
from yamlnet.resolver.plan import Plan
from yamlnet.schema.words import DEFAULT_MODEL
from yamlnet.verdicts.limits import UNLIMITED, raise_if_refused
from yamlnet.verdicts.verdict import Verdict

UNHEEDED = 50_000_000
"""Parameters that are drawn before anyone asks how many there will be: inferring it takes less time."""


def lower(plan: Plan, most: int | None = None) -> dict[str, keras.Model]:
    """Build every model of a plan, with initial weights drawn from (seed, the weight's path).

    Args:
        plan: fully known; `plan.unknown` must be empty for what the graphs use.
        most: parameters that there may be; None allows any number.

    Returns:
        Keras functional models by name, callees before callers. A model with one input takes a
        tensor of shape (batch, *shape), one with several a mapping by name.

    Raises:
        BlueprintError: layers refuse their arguments or the shape of what they read: all of them; or
            there are more parameters than `most`, of which only `UNHEEDED` have been drawn.
    """
    limit = WeightLimit(min(most, UNHEEDED)) if most is not None else None
    try:
        return _fitting(plan, _lowered(plan, limit))
    except BlueprintError as error:
        try:
            raise_if_refused(infer(plan), UNLIMITED if most is None else most)
        except BlueprintError as told:
            raise told from error.__cause__
        if limit is None or not limit.passed:
            raise
    return _fitting(plan, _lowered(plan, None))


def infer(plan: Plan) -> Verdict:
    """Infer every shape of a plan without making a weight.

    What waits for the data stays unknown, and so does what depends on a layer that is refused; all
    other problems are found.
    """
    problems = Problems()
    models: dict[str, keras.Model] = {}
    walked: dict[str, Lowering] = {}
    with _surroundings(plan), abstract_weights():
        for name, graph in plan.models.items():
            with numpy_initial_weights(plan.seed, drawn=False):
                walked[name] = Lowering(graph, models, plan, problems, walked)
                model = walked[name].model()
            if model is not None:
                models[name] = model
        for problem in role_problems(plan, models):
            problems.record(problem)
        sizes, nodes = plan_sizes(plan, walked)
    waiting = sum(len(lowering.waiting) for lowering in walked.values())
    return Verdict(problems.diagnostics, sizes, waiting, nodes)


def _fitting(plan: Plan, models: dict[str, keras.Model]) -> dict[str, keras.Model]:
    """The models, if those that an objective names fit together."""
    if problems := list(role_problems(plan, models)):
        raise BlueprintError(problems)
    return models


def _lowered(plan: Plan, limit: WeightLimit | None) -> dict[str, keras.Model]:
    models: dict[str, keras.Model] = {}
    with _surroundings(plan):
        for name, graph in plan.models.items():
            with numpy_initial_weights(plan.seed, "" if name == DEFAULT_MODEL else name, limit):
                model = Lowering(graph, models, plan).model()
            assert model is not None, "what cannot be made was raised"
            models[name] = model
    return models


@contextmanager
def _surroundings(plan: Plan) -> Iterator[None]:
    """What both ways of walking need of Keras."""
    with (
        safe_mode(), _precision(plan), deep_graphs(), remembered_signatures(), without_tensorflow(),
        _collection_paused(),
    ):  # fmt: skip
        yield


@contextmanager
def _collection_paused() -> Iterator[None]:
    """No garbage collection meanwhile.

    A model in the making holds no garbage, and searching it takes
    a fifth of the time that building takes.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class _precision:
    """The dtype policy of the plan, for the time in which its layers are made."""

    def __init__(self, plan: Plan) -> None:
        self.wanted = plan.train.precision if plan.train else None

    def __enter__(self) -> None:
        self.before = keras.config.dtype_policy()
        if self.wanted is not None:
            keras.config.set_dtype_policy(self.wanted)

    def __exit__(self, *exception: object) -> None:
        keras.config.set_dtype_policy(self.before)
