"""The rows of a finished run: its own, divided as while it was trained, or those of a file that is given.

Their transforms are those that the run learnt. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from yamlnet.data.facts import input_shapes
from yamlnet.diagnostics.diagnostic import DataError
from yamlnet.pipeline import LoadedBlueprint, Tell, load
from yamlnet.syntax.limits import reading_up_to
from yamlnet.verdicts.limits import UNLIMITED

if TYPE_CHECKING:
    import numpy as np

    from yamlnet.data.dataset import Dataset
    from yamlnet.data.table import Table
    from yamlnet.data.units import Units
    from yamlnet.resolver.plan import DataPlan, Plan, TensorPlan
    from yamlnet.runner.run import Run

MAX_RESOLVED = 64 << 20
"""The longest resolved blueprint that is read: a loop of one line in the blueprint is written out in it."""


def reload(run: Run) -> LoadedBlueprint:
    """The blueprint that a run was trained from, as the run folder keeps it."""
    return resolved_of(run.folder)


def resolved_of(folder: Path) -> LoadedBlueprint:
    """The blueprint that a run folder keeps, resolved; nothing heavy is imported."""
    from yamlnet.runner.files import RESOLVED, require_own

    require_own(folder, RESOLVED)
    with reading_up_to(MAX_RESOLVED):
        return load(folder / RESOLVED, max_params=UNLIMITED)


class GivenRows(Struct, frozen=True):
    """Input tensors, and the targets where the rows hold them: not all of those that a model has."""

    inputs: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    unmeasured: str = ""


def rows_of(
    run: Run,
    plan: Plan,
    rows: str | Path | Sequence[str] | None,
    data: str | Path | None = None,
    tell: Tell | None = None,
    units: Mapping[str, Units] | None = None,
    only: Collection[str] | None = None,
) -> Iterator[GivenRows]:
    """The rows of a file, or texts; of a run alone its own, some after others where memory is too small.

    Args:
        run: from `train` or `open_run`.
        plan: of its blueprint.
        rows: as in `predict`.
        data: as in `evaluate`.
        tell: as in `evaluate`.
        units: the outputs whose truths are looked for in a file.
        only: of a file, the inputs that are made of it; all of them when None.
    """
    from yamlnet.data.dataset import pipeline_inputs
    from yamlnet.data.given_rows import read_rows, typed_rows
    from yamlnet.runner.experience.observations import as_observations, with_rows

    plan = with_rows(plan)
    require_states(run, plan)
    if rows is None:
        dataset = run_data(run, data, tell)[1]
        split = dataset.test or dataset.validation or dataset.train
        yield from (GivenRows(piece.inputs, piece.targets) for piece in split.pieces())
        return
    assert plan.data is not None, "require_states looked"
    if isinstance(rows, str | Path):
        given = read_rows(rows, plan.data)
    else:
        given = typed_rows(rows, plan.data.inputs.values())
    table = as_observations(given, plan)
    tensors = {name: one for name, one in plan.data.inputs.items() if only is None or name in only}
    inputs = pipeline_inputs(table, tensors, run.fitted, input_shapes(plan))
    targets, unmeasured = truths_of(table, units or {}, plan.data.inputs)
    yield GivenRows(inputs, targets, unmeasured)


def truths_of(
    table: Table, units: Mapping[str, Units], inputs: Mapping[str, TensorPlan]
) -> tuple[Mapping[str, np.ndarray], str]:
    """What rows hold of what is predicted, and why that cannot be told though its columns are there."""
    from yamlnet.data.measured import truths

    try:
        return truths(table, units, inputs.values()), ""
    except DataError as error:  # who asks what a price will be may leave its column empty
        return {}, str(error)


def require_states(run: Run, plan: Plan) -> None:
    """Refuse a run without data, or whose transforms learnt what none learns: it may be a stranger's."""
    from yamlnet.data.fitting import require_fitted

    if plan.data is None:
        raise DataError("the run's blueprint has no data section")
    for name, tensor in {**plan.data.inputs, **plan.data.targets}.items():
        require_fitted(tensor, run.fitted.get(name))


def run_data(run: Run, data: str | Path | None = None, tell: Tell | None = None) -> tuple[Plan, Dataset]:
    """A run's plan and its data, divided and transformed as while it was trained; as in `evaluate`."""
    from yamlnet.data.dataset import load as load_data
    from yamlnet.manual.settling import rows_left_out
    from yamlnet.runner.experience.observations import observations, with_rows

    loaded = reload(run)
    plan = with_rows(loaded.plan)
    if plan.objective.acts:
        require_states(run, plan)
        return plan, observations(plan)
    rows, root = divided_data(run, plan, data)
    dataset = load_data(rows, root, plan.seed, input_shapes(plan), run.fitted)
    if tell is not None and dataset.skipped:
        tell(rows_left_out(dataset.skipped, loaded.tree, strict=False))
    return plan, dataset


def divided_data(run: Run, plan: Plan, data: str | Path | None = None) -> tuple[DataPlan, Path]:
    """A run's data section, divided as its rows were, and the folder that its paths are relative to."""
    from yamlnet.runner.files import RESOLVED
    from yamlnet.runner.origin import root_of

    require_states(run, plan)
    assert plan.data is not None, "require_states looked"
    resolved = (run.folder / RESOLVED).read_bytes()
    root = root_of(run, resolved, plan.data, Path(data) if data is not None else None)
    # A run of version 0.3 does not say how its rows were divided: in the first way that there was.
    form = run.manifest.get("split_form", 1)
    return replace(plan.data, split=replace(plan.data.split, form=form)), root
