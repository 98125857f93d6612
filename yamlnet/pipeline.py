"""The whole story of a blueprint: parse, assemble, validate, resolve, check, lower, fit, export.

Each stage is one call into its room, and one type crosses each boundary. What is heavy is imported
by the stage that needs it: `load` never imports Keras, numpy or a backend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from yamlnet.asked import require_model, require_training
from yamlnet.assembly.assembled import Assembled
from yamlnet.checks import check, check_words
from yamlnet.diagnostics.diagnostic import BlueprintError, Diagnostic, YamlnetError
from yamlnet.diagnostics.problems import Problems
from yamlnet.manual.settling import found_in_rows, rows_left_out, settle
from yamlnet.resolver.located import located, located_in
from yamlnet.resolver.plan import Plan
from yamlnet.resolver.resolve import resolve
from yamlnet.schema.forms import Blueprint
from yamlnet.schema.validate import validate
from yamlnet.schema.words import ASSEMBLED
from yamlnet.syntax.parse import SUFFIXES, parse, read
from yamlnet.syntax.tree import Tree
from yamlnet.verdicts.limits import MAX_PARAMS, raise_if_refused

Tell = Callable[[Sequence[Diagnostic]], None]
"""Where warnings go that are found on the way."""

if TYPE_CHECKING:
    import keras

    from yamlnet.assembly.assembled import Pin
    from yamlnet.assembly.lock import LockMode
    from yamlnet.compiler.inference import Announce
    from yamlnet.data.dataset import Dataset
    from yamlnet.runner.run import Run
    from yamlnet.runner.steps.devices import Devices
    from yamlnet.verdicts.verdict import Verdict


class LoadedBlueprint(Struct, frozen=True):
    """A blueprint that passed its checks, ready to be built or trained.

    Attributes:
        path: the file.
        tree: the file and all that it names as one document, with its variant and `--set` put over it.
        blueprint: the user's words.
        plan: everything filled in, as far as it can be without the data.
        warnings: what was found that does not refuse the blueprint.
        pins: what the files that it names hold, as `blueprint.lock` calls them.
        variant: the variant that was chosen, or None.
        max_params: how many parameters its models may have together.
        strict: whether a warning that only the data shows refuses it too.
    """

    path: Path
    tree: Tree
    blueprint: Blueprint
    plan: Plan
    warnings: tuple[Diagnostic, ...]
    pins: Mapping[str, Pin]
    variant: str | None = None
    max_params: int = MAX_PARAMS
    strict: bool = False

    def build(self, backend: str | None = None) -> keras.Model:
        """Build the Keras model. See `yamlnet.pipeline.build`."""
        return build(self, backend)

    def train(self, backend: str | None = None, out: str | Path | None = None, progress: str = "auto") -> Run:
        """Train, and keep everything in a run folder. See `yamlnet.pipeline.train`."""
        return train(self, backend=backend, out=out, progress=progress)


def load(
    path: str | Path,
    overrides: Sequence[str] = (),
    lock: LockMode = "warn",
    strict: bool = False,
    max_params: int = MAX_PARAMS,
) -> LoadedBlueprint:
    """Read a blueprint, and refuse it with every mistake that can be found without the data.

    Args:
        path: the YAML file; `resnet.yaml:50` chooses the variant `50` of it.
        overrides: `path=value` settings, as `--set` takes them.
        lock: what a file that `blueprint.lock` pins otherwise does: `warn`, `refuse` (as `--locked`
            does), or `ignore`.
        strict: whether a warning refuses the blueprint too, as `--strict` does.
        max_params: how many parameters its models may have together.

    Raises:
        BlueprintError: with every problem; `error.trees` holds the files it points into.
        YamlnetError: there is no such file.
    """
    problems = Problems()
    found = _assembled(str(path), overrides, lock, problems)
    try:
        blueprint, plan = inspect(found.tree, problems, max_params)
    except BlueprintError as error:
        refused = BlueprintError(settle(error.diagnostics, found.tree, strict))
        raise located(refused, found.tree) from error.__cause__
    warnings = settle(problems.diagnostics, found.tree, strict)
    if any(problem.severity == "error" for problem in warnings):
        raise located(BlueprintError(warnings), found.tree)
    return LoadedBlueprint(
        found.path, found.tree, blueprint, plan, warnings, found.pins, found.variant, max_params, strict
    )


def problems_of(text: str, source: str) -> tuple[tuple[Diagnostic, ...], Tree]:
    """Every problem of a blueprint that is no file, and its tree; for one that names no other file."""
    problems = Problems()
    try:
        tree = parse(text, source)
    except BlueprintError as error:
        return error.diagnostics, error.trees[source]
    try:
        inspect(tree, problems)
    except BlueprintError as error:
        return settle(error.diagnostics, tree, strict=False), tree
    return settle(problems.diagnostics, tree, strict=False), tree


def _assembled(path: str, overrides: Sequence[str], lock: LockMode, problems: Problems) -> Assembled:
    """The file at a path with everything that it names."""
    elsewhere = "://" in path or path.startswith("pkg:")
    if path.endswith(SUFFIXES) and not overrides and not elsewhere:
        tree = parse_file(path)
        if not (isinstance(tree.value, dict) and tree.value.keys() & set(ASSEMBLED)):
            return Assembled(Path(path), tree)  # it stands alone; what follows costs more than validating it
    from yamlnet.assembly.assemble import assemble_file

    return assemble_file(path, overrides, lock, problems)


def inspect(
    tree: Tree, problems: Problems | None = None, max_params: int = MAX_PARAMS
) -> tuple[Blueprint, Plan]:
    """Validate, resolve and check an assembled document.

    Args:
        tree: from `assemble`.
        problems: what was found so far, if anything; what these three stages find is added.
        max_params: how many parameters its models may have together.

    Raises:
        BlueprintError: with all problems, if one of them is an error.
    """
    problems = Problems() if problems is None else problems
    for warning in tree.warnings:
        problems.record(warning)
    blueprint = validate(tree, problems)
    plan = resolve(blueprint, problems=problems, tree=tree)
    misread = problems.failed  # what looks odd in half a plan may be a mistake that was told already
    for problem in check(plan, max_params):
        if problem.severity == "error" or not misread:
            problems.record(problem)
    problems.raise_if_failed()
    for problem in check_words(blueprint, plan):
        if not tree.span(problem.path, problem.at).source:  # another file's words are told with that file
            problems.record(problem)
    return blueprint, plan


def parse_file(path: str | Path) -> Tree:
    """Read and parse one file.

    Raises:
        BlueprintError: the text is not YAML as blueprints are written in.
        YamlnetError: the file cannot be read.
    """
    return parse(read(Path(path)), str(path))


def infer_shapes(loaded: LoadedBlueprint, announce: Announce | None = None) -> Verdict:
    """Refuse a blueprint whose shapes do not fit or that is too large, as `build` would; nothing is built.

    Args:
        loaded: from `load`; what the data has to say is not asked.
        announce: shows that Keras is being imported: not where the blueprint is as it was the last time.

    Raises:
        BlueprintError: with every such problem.
        BackendError: no backend is installed.
    """
    from yamlnet.compiler.inference import plan_verdict
    from yamlnet.data.facts import refuse_facts

    with located_in(loaded.tree):
        refuse_facts(loaded.plan)
        verdict = plan_verdict(loaded.plan, announce=announce or nullcontext)
        raise_if_refused(verdict, loaded.max_params)
        if loaded.plan.objective.acts:
            from yamlnet.runner.experience.fitting import require_environment

            require_environment(loaded.plan)
    return verdict


def build(loaded: LoadedBlueprint, backend: str | None = None) -> keras.Model:
    """Lower a blueprint to a Keras model with its initial weights; nothing is trained.

    Args:
        loaded: from `load`.
        backend: `jax`, `tensorflow`, `torch` or `auto`; None leaves it to the blueprint.

    Raises:
        BackendError: the backend is missing or another one runs already.
        BlueprintError: shapes that do not fit, at the layers involved.
        DataError: the model's size depends on the data, and the data cannot be read.
    """
    with located_in(loaded.tree):
        require_model(loaded.plan, "build")
    _select(loaded, backend)
    from yamlnet.data.facts import graph_facts

    plan = loaded.plan
    if graph_facts(plan):
        plan, _ = _with_data(loaded)
    return _lower(loaded, plan)["model"]


def save(model: keras.Model, path: Path) -> None:
    """Save a model as a `.keras` file, of any depth; the file appears whole or not at all.

    Raises:
        YamlnetError: the file cannot be written.
    """
    from yamlnet.compiler.saving import save_model

    try:
        save_model(model, path)
    except OSError as error:
        raise YamlnetError(f"{path} cannot be written: {error.strerror or error}") from error


def train(
    loaded: LoadedBlueprint,
    backend: str | None = None,
    out: str | Path | None = None,
    progress: str = "auto",
    tell: Tell | None = None,
) -> Run:
    """Train a blueprint, evaluate it, export it, and keep everything in a run folder.

    Args:
        loaded: from `load`.
        backend: as in `build`.
        out: the run folder; default `runs/<name>-<time>` below the working directory.
        progress: `auto` (live on a terminal, plain lines elsewhere), or `none`.
        tell: is given the warnings that only the rows show, before training begins.

    Raises:
        BlueprintError, BackendError, DataError: before anything is trained.
        TrainingError: training stopped; the run folder is kept.
        ExportError: an export did not reproduce the model; the trained run is kept.
    """
    with located_in(loaded.tree):
        require_model(loaded.plan, "train")
        require_training(loaded.plan)
    _select(loaded, backend)
    from yamlnet.exporters.missing import require_exporters
    from yamlnet.runner.steps.devices import join

    with located_in(loaded.tree):
        require_exporters(loaded.plan.export)
        devices = join(loaded.plan)
    if devices.process:  # the first of several processes speaks for all, and keeps the run
        return _train(loaded, devices, out, "none", None)
    return _train(loaded, devices, out, progress, tell)


def _train(
    loaded: LoadedBlueprint, devices: Devices, out: str | Path | None, progress: str, tell: Tell | None
) -> Run:
    plan, dataset = _with_data(loaded, tell, quiet=progress == "none")
    models = _lower(loaded, plan)
    from yamlnet.runner.before_training import prepare

    with located_in(loaded.tree):
        told = prepare(plan, models, dataset, loaded.path.parent, devices)
    from yamlnet.exporters.export import export_run
    from yamlnet.runner.fit import fit
    from yamlnet.runner.folder import create_folder
    from yamlnet.runner.progress import make_progress

    files = {name: pin.sha256 for name, pin in loaded.pins.items()}
    with located_in(loaded.tree):
        folder = create_folder(plan, loaded.tree.text, devices.place(out), files)
        shown = make_progress(progress, plan.data, told, live=devices.processes == 1)
        run = fit(models, dataset, plan, folder, shown, loaded.path.parent, devices)
        if plan.export and not devices.process:
            export_run(run, plan.export, dataset, plan)
    return run


def _select(loaded: LoadedBlueprint, backend: str | None) -> str:
    from yamlnet.compiler.backend import select_backend

    return select_backend(backend, loaded.plan.backend)


def _with_data(
    loaded: LoadedBlueprint, tell: Tell | None = None, quiet: bool = False
) -> tuple[Plan, Dataset]:
    """The data of a blueprint, and the plan with what the data knows filled in, checked once more."""
    from yamlnet.data.facts import with_data
    from yamlnet.data.waiting import hidden

    with located_in(loaded.tree), hidden(quiet):
        if loaded.plan.objective.acts:
            from yamlnet.runner.experience.observations import with_environment

            plan, dataset = with_environment(loaded.blueprint, loaded.tree, loaded.plan)
        else:
            plan, dataset = with_data(loaded.blueprint, loaded.tree, loaded.plan, loaded.path.parent)
        found = found_in_rows(plan, loaded.warnings, loaded.tree, loaded.strict, loaded.max_params)
        found += rows_left_out(dataset.skipped, loaded.tree, loaded.strict)
    if found and tell is not None:
        tell(found)
    return plan, dataset


def _lower(loaded: LoadedBlueprint, plan: Plan) -> dict[str, keras.Model]:
    from yamlnet.compiler.lower import lower

    with located_in(loaded.tree):
        return lower(plan, loaded.max_params)
